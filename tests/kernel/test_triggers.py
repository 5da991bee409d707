"""The database itself refuses to change the journal, on SQLite and PostgreSQL, also after a table was rebuilt."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from shouwen.kernel import erase, figures, seals, triggers
from shouwen.kernel.models import Entry, EntryData, FigureDelta, Seal
from tests.support import a_case, act
from tests.world import MONDAY, at

pytestmark = pytest.mark.django_db
RAW = [
    "UPDATE kernel_entry SET step = 'nothing'",
    "UPDATE kernel_entry SET facts = '{}'",
    "DELETE FROM kernel_entry",
    "UPDATE kernel_seal SET root = 'x'",
    "DELETE FROM kernel_seal",
    "DELETE FROM kernel_entrydata",
    "UPDATE kernel_entrydata SET body = '{}'",
    "UPDATE kernel_entrydata SET body = NULL, salt = NULL",
    "UPDATE kernel_entrydata SET erased_by = 1",
    "DELETE FROM kernel_figuredelta",
    "UPDATE kernel_figuredelta SET amount = 2",
    "UPDATE kernel_figuredelta SET verdict = 'kept'",
]


@pytest.fixture
def rows(world):
    a_case(world, "job", "closed")
    seals.seal_day(world.org.pk, at=MONDAY)
    assert (
        Entry.objects.exists() and EntryData.objects.exists() and Seal.objects.exists() and FigureDelta.objects.exists()
    )
    return world


def refuses(statement: str) -> None:
    with pytest.raises(DatabaseError, match=triggers.SENTENCE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", RAW)
def test_raw_change_of_the_journal_fails(rows, statement):
    refuses(statement)


def test_words_may_go_when_an_erasure_is_named(rows):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_entrydata SET body = NULL, salt = NULL, erased_by = 1")
    assert not EntryData.objects.filter(body__isnull=False).exists()
    refuses("UPDATE kernel_entrydata SET body = '{}', salt = 'x', erased_by = 1")


def test_deltas_are_still_folded(rows):
    waiting = FigureDelta.objects.filter(folded_at__isnull=True).count()

    assert figures.fold_deltas(at=MONDAY) == waiting > 0


def test_triggers_come_back_with_migrate(rows):
    triggers.remove()

    call_command("migrate", verbosity=0)

    for statement in RAW:
        refuses(statement)


@pytest.mark.sqlite_only
def test_rebuilt_table_loses_its_triggers_and_install_mends_it(rows):
    """How SQLite changes a table: a new one is filled and renamed; what hung on the old one is gone."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA legacy_alter_table = ON")
        cursor.execute("CREATE TABLE entry_new AS SELECT * FROM kernel_seal")
        cursor.execute("DROP TABLE kernel_seal")
        cursor.execute("ALTER TABLE entry_new RENAME TO kernel_seal")
        cursor.execute("UPDATE kernel_seal SET root = root")
    triggers.install()
    refuses("UPDATE kernel_seal SET root = root")


def test_erase_run_passes_the_triggers(rows):
    party = rows.parties["fang"]
    done = a_case(rows, "job", "done", at=at("2026-11-24 10:00"), customer=party)
    act(rows, "close", done, at=at("2026-11-24 12:00"))

    assert erase.erase_party(party, actor=rows.actor("manager"), at=at("2026-11-25 10:00"), reason="asked").entries > 0
