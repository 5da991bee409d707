"""Search by words of two characters and up, the same on both databases: tokens are made here, never by a database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Collate

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
    if connection.vendor == "sqlite":
        return _ids(_SQLITE[kind], [_sqlite(wanted), org_id, most])
    match = _postgresql(wanted)
    if not any(letter.isdigit() for token, _more in wanted for letter in token):  # numbers are rare
        newest = _ids(_NEWEST[kind], [org_id, WALK, match, most])
        if len(newest) == most:
            return newest
    return _ids(_POSTGRESQL[kind], [match, org_id, most])


def _ids(statement: str, params: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [row[0] for row in cursor.fetchall()]


# Each kind has an index of its own on SQLite, so that a common word of the other kind is not walked through. The index is
# walked from its newest row; CROSS JOIN keeps SQLite from turning the order round.
KINDS = ("case", "party")
_SQLITE = {
    kind: f'SELECT d.object_id FROM ground_search_{kind} f CROSS JOIN "ground_searchdoc" d ON d.id = f.rowid '
    f"WHERE ground_search_{kind} MATCH %s AND d.org_id = %s ORDER BY f.rowid DESC LIMIT %s"
    for kind in KINDS
}
# PostgreSQL cannot know how common the beginning of a word is, or a word in one kind; asked for the newest it may gather all
# that have it, or walk past all that have it not. So the newest rows are looked at first, then the index of words alone.
WALK = 5000
_NEWEST = {
    kind: 'SELECT object_id FROM (SELECT object_id, words FROM "ground_searchdoc" '
    f"WHERE org_id = %s AND kind = '{kind}' ORDER BY object_id DESC LIMIT %s) newest "
    "WHERE words @@ to_tsquery('simple', %s) ORDER BY object_id DESC LIMIT %s"
    for kind in KINDS
}
_POSTGRESQL = {  # said so that no other index than that of the kind's words serves
    kind: "SELECT object_id FROM \"ground_searchdoc\" WHERE words @@ to_tsquery('simple', %s) "
    f"AND org_id = %s AND kind || '' = '{kind}' ORDER BY object_id + 0 DESC LIMIT %s"
    for kind in KINDS
}


def _sqlite(wanted: list[tuple[str, bool]]) -> str:
    return " AND ".join(f'"{token}"{"*" if more else ""}' for token, more in wanted)


def _postgresql(wanted: list[tuple[str, bool]]) -> str:
    return " & ".join(f"'{token}'{':*' if more else ''}" for token, more in wanted)


def _sqlite_index(kind: str) -> tuple[str, ...]:
    """The index of one kind, also of the first characters, for what is being typed; and the triggers that keep it."""
    name, of_kind = f"ground_search_{kind}", f"WHEN new.kind = '{kind}' BEGIN"
    gone = f"INSERT INTO {name}({name}, rowid, tokens) VALUES ('delete', old.id, old.tokens);"
    come = f"INSERT INTO {name}(rowid, tokens) VALUES (new.id, new.tokens);"
    return (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(tokens, content='', "
        "tokenize='unicode61 remove_diacritics 0', prefix='1 2 3')",
        f"CREATE TRIGGER IF NOT EXISTS {name}_ai AFTER INSERT ON ground_searchdoc {of_kind} {come} END",
        f"CREATE TRIGGER IF NOT EXISTS {name}_au AFTER UPDATE ON ground_searchdoc {of_kind} {gone} {come} END",
        f"CREATE TRIGGER IF NOT EXISTS {name}_ad AFTER DELETE ON ground_searchdoc "
        f"WHEN old.kind = '{kind}' BEGIN {gone} END",
    )


OLD_INDEXES, CODES = ("ground_search_gin", *(f"ground_search_{kind}" for kind in KINDS)), "place_code_begins"
INDEXES = (CODES, *(f"search_words_{kind}" for kind in KINDS))
POSTGRESQL = (  # the words are kept beside their text: made anew for each row that is looked at, they cost more than the search
    "ALTER TABLE ground_searchdoc ADD COLUMN IF NOT EXISTS words tsvector "
    "GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED",
    *(
        f"CREATE INDEX IF NOT EXISTS search_words_{kind} ON ground_searchdoc USING gin (words) WHERE kind || '' = '{kind}'"
        for kind in KINDS
    ),
    f"DROP INDEX IF EXISTS {', '.join(OLD_INDEXES)}",
    f'CREATE INDEX IF NOT EXISTS {CODES} ON ground_place (org_id, code COLLATE "C")',  # see `beginning`
)


def install(**_signal: object) -> None:
    """Makes the index of the database in use; runs after every migration."""
    tables = connection.introspection.table_names()
    if "ground_searchdoc" not in tables:
        return
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname = ANY(%s)", [[*INDEXES, *OLD_INDEXES]])
            if {name for (name,) in cursor.fetchall()} != set(INDEXES):
                for statement in POSTGRESQL:
                    cursor.execute(statement)
            return
        for kind in KINDS:
            for statement in _sqlite_index(kind):
                cursor.execute(statement)
            if f"ground_search_{kind}" not in tables:
                known = f"SELECT id, tokens FROM ground_searchdoc WHERE kind = '{kind}' ORDER BY id"
                cursor.execute(f"INSERT INTO ground_search_{kind}(rowid, tokens) {known}")
        for end in ("ai", "ad", "au"):  # one index of all kinds, as earlier versions had it
            cursor.execute(f"DROP TRIGGER IF EXISTS ground_search_{end}")
        cursor.execute("DROP TABLE IF EXISTS ground_search_fts")


def tidy() -> None:
    """SQLite's index keeps nothing of what was taken out; PostgreSQL cleans by itself."""
    with connection.cursor() as cursor:
        for kind in KINDS if connection.vendor == "sqlite" else ():
            cursor.execute(f"INSERT INTO ground_search_{kind}(ground_search_{kind}) VALUES ('optimize')")


def beginning(rows: QuerySet[Any], column: str, text: str) -> QuerySet[Any]:
    """Rows whose column begins with a text, by its letters: an index of bytes serves both the condition and the order.

    A database's own "begins with" reads every row on SQLite, and on PostgreSQL where the language of the place orders words.
    """
    bytewise = "BINARY" if connection.vendor == "sqlite" else "C"
    found = rows.annotate(begins=Collate(column, bytewise)).filter(begins__gte=text, begins__lt=f"{text}\U0010ffff")
    return found.order_by("begins", "id")
