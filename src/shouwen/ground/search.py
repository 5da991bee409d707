"""Search by words of two characters and up, the same on both databases: tokens are made here, never by a database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from shouwen.ground.models import SearchDoc

_RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


def _pieces(text: str) -> Iterable[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def tokens(text: str) -> list[str]:
    """Tokens of a text: Chinese runs as pairs of characters and the last one, Latin words and digits whole."""
    found: list[str] = []
    for run in _pieces(text):
        if run[0] < "\u3400":
            found.append(run)
            continue
        found += [run[i : i + 2] for i in range(len(run) - 1)]
        found.append(run[-1])
    return list(dict.fromkeys(found))


def query_tokens(text: str) -> list[tuple[str, bool]]:
    """Tokens that must all be there; True where the token may go on (a name being typed, one character)."""
    found: list[tuple[str, bool]] = []
    for run in _pieces(text):
        if run[0] < "\u3400":
            found.append((run, True))
        elif len(run) == 1:
            found.append((run, True))
        else:
            found += [(run[i : i + 2], False) for i in range(len(run) - 1)]
    return list(dict.fromkeys(found))


def put(*, org_id: int, kind: str, object_id: int, text: str, at: datetime) -> None:
    """Makes something findable by a text, replacing what it was found by."""
    SearchDoc.objects.update_or_create(
        kind=kind, object_id=object_id,
        defaults={"org_id": org_id, "tokens": " ".join(tokens(text)), "changed_at": at},
    )  # fmt: skip


def take_out(*, kind: str, object_id: int) -> None:
    SearchDoc.objects.filter(kind=kind, object_id=object_id).delete()


def find(text: str, *, org_id: int, kind: str, most: int = 200) -> list[int]:
    """Ids of what holds all words of a text, newest first. Who may see them is for the caller to ask."""
    wanted = query_tokens(text)
    if not wanted:
        return []
    rows = _sqlite(wanted) if connection.vendor == "sqlite" else _postgresql(wanted)
    return list(rows.filter(org_id=org_id, kind=kind).order_by("-id").values_list("object_id", flat=True)[:most])


def _sqlite(wanted: list[tuple[str, bool]]) -> QuerySet[SearchDoc]:
    match = " AND ".join(f'"{token}"{"*" if more else ""}' for token, more in wanted)
    return SearchDoc.objects.extra(
        where=["ground_searchdoc.id IN (SELECT rowid FROM ground_search_fts WHERE ground_search_fts MATCH %s)"],
        params=[match],
    )


def _postgresql(wanted: list[tuple[str, bool]]) -> QuerySet[SearchDoc]:
    match = " & ".join(f"'{token}'{':*' if more else ''}" for token, more in wanted)
    return SearchDoc.objects.extra(
        where=["to_tsvector('simple', ground_searchdoc.tokens) @@ to_tsquery('simple', %s)"], params=[match]
    )


SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS ground_search_fts USING fts5(tokens, content='ground_searchdoc', "
    "content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
    "CREATE TRIGGER IF NOT EXISTS ground_search_ai AFTER INSERT ON ground_searchdoc BEGIN "
    "INSERT INTO ground_search_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER IF NOT EXISTS ground_search_ad AFTER DELETE ON ground_searchdoc BEGIN "
    "INSERT INTO ground_search_fts(ground_search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER IF NOT EXISTS ground_search_au AFTER UPDATE ON ground_searchdoc BEGIN "
    "INSERT INTO ground_search_fts(ground_search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
    "INSERT INTO ground_search_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
)
POSTGRESQL = (
    "CREATE INDEX IF NOT EXISTS ground_search_gin ON ground_searchdoc USING gin (to_tsvector('simple', tokens))",
)


def install(**_signal: object) -> None:
    """Makes the index of the database in use; runs after every migration."""
    if "ground_searchdoc" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)
