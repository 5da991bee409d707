"""Search by words of two characters and up, the same on both databases: tokens are made here, never by a database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from django.db import connection

from shouwen.ground import bulk
from shouwen.ground.models import SearchDoc

_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")


def _pieces(text: str) -> Iterable[str]:
    """Runs of Chinese and of other letters and digits, in one width and case, without accents."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return _RUNS.findall("".join(ch for ch in plain if not unicodedata.combining(ch)))


def _is_han(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff" or run[0] >= "\U00020000"


def tokens(text: str) -> list[str]:
    """Tokens of a text: Chinese runs as pairs of characters and the last one, Latin words and digits whole."""
    found: list[str] = []
    for run in _pieces(text):
        if not _is_han(run):
            found.append(run)
            continue
        found += [run[i : i + 2] for i in range(len(run) - 1)]
        found.append(run[-1])
    return list(dict.fromkeys(found))


def query_tokens(text: str) -> list[tuple[str, bool]]:
    """Tokens that must all be there; True where the token may go on (a name being typed, one character)."""
    found: list[tuple[str, bool]] = []
    for run in _pieces(text):
        if run[0] < "\u3400" or len(run) == 1:
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


def put_new(rows: Iterable[tuple[str, int, int, str]], *, at: datetime) -> None:
    """Makes many new things findable: kind, organization, row and text of each; none may be there yet."""
    docs = (
        SearchDoc(kind=kind, org_id=org_id, object_id=pk, tokens=" ".join(tokens(text)), changed_at=at)
        for kind, org_id, pk, text in rows
    )
    while batch := list(islice(docs, 1000)):
        bulk.save(SearchDoc, batch)


def put_again(kind: str, texts: Mapping[int, str], *, at: datetime) -> None:
    """Replaces what many things are found by; each is findable already."""
    docs = list(SearchDoc.objects.filter(kind=kind, object_id__in=list(texts)))
    for doc in docs:
        doc.tokens, doc.changed_at = " ".join(tokens(texts[doc.object_id])), at
    SearchDoc.objects.bulk_update(docs, ["tokens", "changed_at"], batch_size=200)


def take_out_all(kind: str, ids: Iterable[int]) -> None:
    SearchDoc.objects.filter(kind=kind, object_id__in=list(ids)).delete()


def take_out(*, kind: str, object_id: int) -> None:
    SearchDoc.objects.filter(kind=kind, object_id=object_id).delete()


def find(text: str, *, org_id: int, kind: str, most: int = 200) -> list[int]:
    """Ids of what holds all words of a text, newest first. Who may see them is for the caller to ask."""
    wanted = query_tokens(text)
    if not wanted:
        return []
    statement, match = (
        (_SQLITE, _sqlite(wanted)) if connection.vendor == "sqlite" else (_POSTGRESQL, _postgresql(wanted))
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [match, org_id, kind, most])
        return [row[0] for row in cursor.fetchall()]


_SQLITE = (  # the index is walked from its newest row; CROSS JOIN keeps SQLite from turning the order round
    "SELECT d.object_id FROM ground_search_fts f CROSS JOIN ground_searchdoc d ON d.id = f.rowid "
    "WHERE ground_search_fts MATCH %s AND d.org_id = %s AND d.kind = %s ORDER BY f.rowid DESC LIMIT %s"
)
_POSTGRESQL = (
    "SELECT object_id FROM ground_searchdoc WHERE to_tsvector('simple', tokens) @@ to_tsquery('simple', %s) "
    "AND org_id = %s AND kind = %s ORDER BY id DESC LIMIT %s"
)


def _sqlite(wanted: list[tuple[str, bool]]) -> str:
    return " AND ".join(f'"{token}"{"*" if more else ""}' for token, more in wanted)


def _postgresql(wanted: list[tuple[str, bool]]) -> str:
    return " & ".join(f"'{token}'{':*' if more else ''}" for token, more in wanted)


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
