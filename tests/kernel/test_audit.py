"""`audit journal` and `audit clocks` find each falsification and name it, and are silent where nothing is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel import audit, audit_chain, erase, seals
from shouwen.kernel.models import Case, Clock, ClockPause, Entry, EntryData, Figure, Seal
from tests.support import a_case, act, travel
from tests.tamper import by_hand
from tests.world import MONDAY, World, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def journal() -> list[str]:
    return [str(difference) for difference in audit.audit_journal()]


def clocks() -> list[str]:
    return [str(difference) for difference in audit.audit_clocks()]


@pytest.fixture
def three(world: World) -> list[Case]:
    """Three cases, one of them closed and one parked, with alarms and figures."""
    cases = [a_case(world, "job", state, customer=world.parties["fang"]) for state in ("done", "parked", "doing")]
    act(world, "close", cases[0], at=MONDAY + DAY)
    travel(MONDAY + 3 * DAY)
    return [Case.objects.get(pk=case.pk) for case in cases]


def test_both_audits_are_silent_over_honest_work(world, three):
    seals.seal_day(world.org.pk, at=MONDAY)

    assert journal() == []
    assert clocks() == []


def test_batches_of_one_find_the_same(three, monkeypatch):
    monkeypatch.setattr(audit_chain, "CHUNK", 1)
    by_hand("UPDATE kernel_entry SET step = 'finish' WHERE stream_id = %s AND seq = 2", three[1].pk)

    assert journal() == [f"{three[1].no} entry 2: was altered: its hash does not fit its content"]


@pytest.mark.parametrize(
    "column, value",
    [
        ("step", "finish"),
        ("to_state", "closed"),
        ("happened_at", "2020-01-01 00:00:00+00:00"),
        ("facts", '{"size": "small"}'),
    ],
)
def test_falsified_entry_is_named(three, column, value):
    by_hand(f"UPDATE kernel_entry SET {column} = %s WHERE stream_id = %s AND seq = 2", value, three[0].pk)

    assert journal() == [f"{three[0].no} entry 2: was altered: its hash does not fit its content"]


def test_falsified_entry_with_a_mended_hash_breaks_the_chain(three):
    entry = Entry.objects.get(stream_id=three[0].pk, seq=2)
    entry.step = "classify"
    from shouwen.kernel.journal import chain_hash

    by_hand("UPDATE kernel_entry SET step = 'classify', hash = %s WHERE id = %s", chain_hash(entry), entry.pk)

    assert journal() == [f"{three[0].no} entry 3: does not continue the entry before it"]


def test_falsified_words_are_named(three):
    entry = Entry.objects.get(stream_id=three[0].pk, seq=1)
    by_hand("UPDATE kernel_entrydata SET body = %s WHERE entry_id = %s", '{"words": "没有说过"}', entry.pk)

    assert journal() == [f"{three[0].no} entry 1: its words were altered"]


def test_words_emptied_without_an_erasure_are_named(three):
    entry = Entry.objects.get(stream_id=three[0].pk, seq=1)
    EntryData.objects.filter(pk=entry.pk).update(body=None, salt=None, erased_by=entry.pk)

    assert journal() == [f"{three[0].no} entry 1: its words are gone, but the entry of the erasure is not there"]


def test_words_taken_away_are_named(three):
    entry = Entry.objects.get(stream_id=three[0].pk, seq=1)
    by_hand("DELETE FROM kernel_entrydata WHERE entry_id = %s", entry.pk)

    assert journal() == [f"{three[0].no} entry 1: its words are gone though nobody erased them"]


def cut_tail(case: Case) -> None:
    entry = Entry.objects.get(stream_id=case.pk, seq=case.head_seq)
    by_hand("DELETE FROM kernel_outbox WHERE entry_id = %s", entry.pk)
    by_hand("DELETE FROM kernel_notice WHERE entry_id = %s", entry.pk)
    by_hand("DELETE FROM kernel_entrydata WHERE entry_id = %s", entry.pk)
    by_hand("DELETE FROM kernel_entry WHERE id = %s", entry.pk)


def test_deleted_last_entry_is_named(three):
    case = three[2]
    cut_tail(case)

    ends = f"{case.no}: ends at entry {case.head_seq - 1}, but {case.head_seq} were written: its tail was cut off"
    assert journal() == [ends]


def test_deleted_last_entry_with_a_mended_head_is_found_by_the_seal(world, three):
    case = three[2]
    seals.seal_day(world.org.pk, at=MONDAY)
    cut_tail(case)
    before = Entry.objects.get(stream_id=case.pk, seq=case.head_seq - 1)
    Case.objects.filter(pk=case.pk).update(head_seq=before.seq, head_hash=before.hash)

    assert journal() == [f"{case.no}: entry {case.head_seq} has vanished; it stands in the seal of 2026-11-23"]


def test_deleted_entry_in_the_middle_is_named(three):
    entry = Entry.objects.get(stream_id=three[0].pk, seq=2)
    by_hand("DELETE FROM kernel_outbox WHERE entry_id = %s", entry.pk)
    by_hand("DELETE FROM kernel_notice WHERE entry_id = %s", entry.pk)
    by_hand("DELETE FROM kernel_entrydata WHERE entry_id = %s", entry.pk)
    by_hand("DELETE FROM kernel_entry WHERE id = %s", entry.pk)

    assert journal() == [f"{three[0].no} entry 3: entries 2 to 2 before it are missing"]


def vanish(case: Case) -> None:
    """Takes a case away with all that hangs on it, as a careful falsifier would."""
    mine = "(SELECT id FROM kernel_entry WHERE stream_id = %s)"
    clocks = "(SELECT id FROM kernel_clock WHERE case_id = %s)"
    for statement in (
        "DELETE FROM kernel_outboxdone WHERE message_id IN (SELECT id FROM kernel_outbox WHERE case_id = %s)",
        "DELETE FROM kernel_outbox WHERE case_id = %s",
        "DELETE FROM kernel_notice WHERE case_id = %s",
        f"DELETE FROM kernel_alarm WHERE clock_id IN {clocks}",
        f"DELETE FROM kernel_clockpause WHERE clock_id IN {clocks}",
        "DELETE FROM kernel_clock WHERE case_id = %s",
        f"DELETE FROM kernel_entrydata WHERE entry_id IN {mine}",
        "DELETE FROM kernel_entry WHERE stream_id = %s",
        "DELETE FROM sample_jobsheet WHERE case_id = %s",
        "DELETE FROM kernel_case WHERE id = %s",
    ):
        by_hand(statement, case.pk)


def test_vanished_case_is_named_before_any_seal(three):
    vanish(three[1])

    assert journal() == [f"{three[1].no}: the case has vanished"]


def test_vanished_case_stands_in_the_seal_by_its_number(world, three):
    seals.seal_day(world.org.pk, at=MONDAY)
    vanish(three[2])
    by_hand("UPDATE kernel_series SET last = last - 1 WHERE key = 'JB'")

    assert journal() == [f"{three[2].no}: has vanished; it stands in the seal of 2026-11-23"]


def test_vanished_row_with_entries_left_is_named(three):
    case = three[1]
    Case.objects.filter(pk=case.pk).update(org=type(case.org).objects.create(name="别处"))

    assert f"case {case.pk}: has entries, but the row itself has vanished" in journal()


def test_renumbered_case_is_named(world, three):
    seals.seal_day(world.org.pk, at=MONDAY)
    old = three[2].no
    Case.objects.filter(pk=three[2].pk).update(no="JB2611-0009")

    assert f"{old}: is now called JB2611-0009; its number stands in the seal of 2026-11-23" in journal()
    assert f"{old}: the case has vanished" in journal()
    assert "JB2611-0009: has a number that was never given out" in journal()


def test_altered_and_removed_seals_are_named(world, three):
    days = [seals.seal_day(world.org.pk, at=MONDAY + n * DAY) for n in range(3)]
    by_hand("DELETE FROM kernel_seal WHERE id = %s", days[1].pk)
    assert journal() == ["seal of 2026-11-25: does not continue the seal before it: one was taken away"]
    by_hand("UPDATE kernel_seal SET root = %s WHERE id = %s", "0" * 64, days[2].pk)
    assert journal() == ["seal of 2026-11-25: was altered: its hash does not fit its content"]
    by_hand("UPDATE kernel_seal SET heads = %s WHERE id = %s", b"no such thing", days[2].pk)
    assert journal() == ["seal of 2026-11-25: cannot be read: it was altered"]
    assert Seal.objects.count() == 2


def test_erasure_leaves_the_journal_green(world, three):
    seals.seal_day(world.org.pk, at=MONDAY)
    Case.objects.filter(pk__in=[case.pk for case in three[1:]]).update(party=None)
    erase.erase_party(world.parties["fang"], actor=world.actor("manager"), at=MONDAY + DAY, reason="asked")

    assert EntryData.objects.filter(erased_by__isnull=False).exists()
    assert journal() == []


@pytest.mark.parametrize(
    "model, values, words",
    [
        (Clock, {"due_at": at("2027-01-01 10:00")}, "due_at"),
        (Clock, {"owed_by": None}, "owed_by_id"),
        (Case, {"state": "taken"}, "stands at “taken”"),
        (Case, {"cycle": 9}, "is in cycle 9"),
        (Case, {"due_at": at("2027-01-01 10:00")}, "its next due time is not that of its clocks"),
        (Case, {"closed_at": at("2027-01-01 10:00")}, "is closed, but not by the journal"),
        (Case, {"opened_at": at("2020-01-01 10:00")}, "was opened or closed at a time that no entry has"),
    ],
)
def test_falsified_standing_is_named(three, model, values, words):
    case = three[2]
    found = model.objects.filter(pk=case.pk) if model is Case else model.objects.filter(case=case, key="quick")
    assert found.update(**values) == 1

    assert any(line.startswith(case.no) and words in line for line in clocks())


def test_invented_and_missing_clocks_are_named(three):
    clock = Clock.objects.filter(case=three[2], key="limit").get()
    clock.alarms.all().delete()
    Clock.objects.filter(pk=clock.pk).update(seq=7)

    assert f"{three[2].no} limit.1.1: should be there by the journal, but is not stored" in clocks()
    assert f"{three[2].no} limit.1.7: is stored, but not in the journal" in clocks()


def test_falsified_pause_is_named(three):
    pause = ClockPause.objects.filter(clock__case=three[1]).order_by("id").first()
    ClockPause.objects.filter(pk=pause.pk).update(from_at=pause.from_at - DAY)

    assert clocks() == [f"{three[1].no} {pause.clock.key}.1.1: its pauses differ from the journal"]


def test_falsified_figure_is_named(three):
    from shouwen.kernel import figures

    figures.fold_deltas(at=MONDAY)
    figure = Figure.objects.filter(count__gt=0).order_by("id").first()
    Figure.objects.filter(pk=figure.pk).update(count=figure.count + 5)

    assert len(clocks()) == 1 and clocks()[0].startswith(f"figure {figure.day}")


def test_progress_is_told(world, three):
    told: list[tuple[str, int]] = []

    assert list(audit.audit_journal(world.org, progress=lambda what, done: told.append((what, done)))) == []
    assert ("case", 3) in told
    act(world, "note", three[2], at=MONDAY + 4 * DAY)
