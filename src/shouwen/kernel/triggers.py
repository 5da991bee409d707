"""Database triggers: the journal refuses UPDATE and DELETE even from a console. Put back after every migration.

SQLite rebuilds a table to change it and drops its triggers silently, so `install` runs after each `migrate`.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from shouwen.kernel.models import Entry, EntryData, FigureDelta, Seal

SENTENCE = "the journal is append-only"
ERASING = "NEW.entry_id = OLD.entry_id AND NEW.body IS NULL AND NEW.salt IS NULL AND NEW.erased_by IS NOT NULL"
Trigger = tuple[str, str, str, str]  # name, table, when it looks, and the condition under which it lets pass


def declared() -> list[Trigger]:
    """Every trigger of the journal: entries and seals never change, words only go, verdict deltas are only folded."""
    entry, data, seal, delta = (model._meta.db_table for model in (Entry, EntryData, Seal, FigureDelta))
    kept = ", ".join(str(field.column) for field in FigureDelta._meta.concrete_fields if field.name != "folded_at")
    return [
        *((f"{table}_no_{verb.lower()}", table, verb, "") for table in (entry, seal) for verb in ("UPDATE", "DELETE")),
        (f"{data}_no_delete", data, "DELETE", ""),
        (f"{data}_only_erase", data, "UPDATE", ERASING),
        (f"{delta}_no_delete", delta, "DELETE", ""),
        (f"{delta}_only_fold", delta, f"UPDATE OF {kept}", ""),
    ]


def install(using: str = "default", **_signal: Any) -> None:
    """Installs the triggers in their present form."""
    connection = connections[using]
    if Entry._meta.db_table not in connection.introspection.table_names():
        return
    remove(using)
    with connection.cursor() as cursor:
        for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
            cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Takes the triggers away; `migrate` puts them back. Tests do this to falsify a journal or to empty a database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table, _verb, _unless in declared():
            where = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {f'WHEN NOT ({unless}) ' if unless else ''}"
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        for name, table, verb, unless in declared()
    ]


def _postgresql() -> list[str]:
    function = (
        "CREATE OR REPLACE FUNCTION shouwen_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}'; END $$"
    )
    return [
        function,
        *(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW "
            f"{f'WHEN (NOT ({unless})) ' if unless else ''}EXECUTE FUNCTION shouwen_frozen()"
            for name, table, verb, unless in declared()
        ),
    ]
