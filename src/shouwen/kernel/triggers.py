"""Database triggers: the journal refuses UPDATE and DELETE even from a console. Put back after every migration."""

from __future__ import annotations

from typing import Any

from django.db import connections

FROZEN = ("kernel_entry", "kernel_seal")
SENTENCE = "the journal is append-only"


def install(using: str = "default", **_signal: Any) -> None:
    """Installs the triggers; a rebuilt SQLite table loses them silently, so this runs after each migrate."""
    connection = connections[using]
    if "kernel_entry" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
            cursor.execute(statement)


def _sqlite() -> list[str]:
    found = []
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            found.append(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            )
    found.append(
        "CREATE TRIGGER IF NOT EXISTS kernel_entrydata_no_delete BEFORE DELETE ON kernel_entrydata "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    found.append(
        "CREATE TRIGGER IF NOT EXISTS kernel_entrydata_only_erase BEFORE UPDATE ON kernel_entrydata WHEN NOT "
        "(NEW.entry_id = OLD.entry_id AND NEW.body IS NULL AND NEW.salt IS NULL AND NEW.erased_by IS NOT NULL) "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    found.append(
        "CREATE TRIGGER IF NOT EXISTS kernel_figuredelta_no_delete BEFORE DELETE ON kernel_figuredelta "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    return found


def _postgresql() -> list[str]:
    found = [
        f"CREATE OR REPLACE FUNCTION shouwen_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$",
        "CREATE OR REPLACE FUNCTION shouwen_only_erase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.entry_id = OLD.entry_id AND NEW.body IS NULL AND NEW.salt IS NULL AND NEW.erased_by IS NOT NULL "
        f"THEN RETURN NEW; END IF; RAISE EXCEPTION '{SENTENCE}'; END $$",
    ]
    for table, verbs in (*((t, "UPDATE OR DELETE") for t in FROZEN), ("kernel_entrydata", "DELETE"), ("kernel_figuredelta", "DELETE")):
        found.append(
            f"CREATE OR REPLACE TRIGGER {table}_frozen BEFORE {verbs} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION shouwen_frozen()"
        )
    found.append(
        "CREATE OR REPLACE TRIGGER kernel_entrydata_only_erase BEFORE UPDATE ON kernel_entrydata "
        "FOR EACH ROW EXECUTE FUNCTION shouwen_only_erase()"
    )
    return found
