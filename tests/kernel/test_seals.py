"""The daily seal stands over every head that moved, whatever its date; a day without one falls to the next."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest

from shouwen.kernel import journal, seals
from shouwen.kernel.models import Case, Seal
from tests.support import a_case, act
from tests.world import MONDAY, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def heads(seal):
    return {head.name: head for head in seals.heads_of(zlib.decompress(bytes(seal.heads)))}


def test_seal_names_each_head_once(world):
    one, two = a_case(world, "job", "doing"), a_case(world, "job")

    seal = seals.seal_day(world.org.pk, at=MONDAY + DAY)

    assert seal.count == 2 and seal.prev == ""
    assert {name: (head.seq, head.hash) for name, head in heads(seal).items()} == {
        case.no: (case.head_seq, case.head_hash) for case in (one, two)
    }


def test_a_day_is_sealed_once(world):
    a_case(world, "job")

    assert seals.seal_day(world.org.pk, at=MONDAY) is not None
    assert seals.seal_day(world.org.pk, at=MONDAY + timedelta(hours=2)) is None
    assert Seal.objects.count() == 1


def test_next_seal_continues_the_last_and_holds_what_moved_since(world, monkeypatch):
    monkeypatch.setattr(seals, "SKEW", 0)
    still, moving = a_case(world, "job"), a_case(world, "job")
    first = seals.seal_day(world.org.pk, at=MONDAY)
    act(world, "begin", moving, at=MONDAY + DAY)

    second = seals.seal_day(world.org.pk, at=MONDAY + DAY)

    assert second.prev == first.root
    assert list(heads(second)) == [moving.no]
    assert still.no in heads(first)


def test_entry_with_an_older_recording_time_falls_to_the_next_seal(world, monkeypatch):
    """A log put in afterwards records its own past times; no seal may overlook it."""
    monkeypatch.setattr(seals, "SKEW", 0)
    a_case(world, "job", at=MONDAY)
    seals.seal_day(world.org.pk, at=MONDAY)
    old = a_case(world, "job", at=MONDAY - 30 * DAY)

    assert list(heads(seals.seal_day(world.org.pk, at=MONDAY + DAY))) == [old.no]


def test_streams_that_are_no_case_are_sealed_too(world):
    card = journal.stream(world.org, "register.party", "7")
    saying = journal.Saying(step="edit", happened_at=MONDAY, recorded_at=MONDAY)
    entry = journal.append(card, saying, actor=world.actor("desk"))

    seal = seals.seal_day(world.org.pk, at=MONDAY)

    assert heads(seal)["register.party 7"].hash == entry.hash


def test_another_organization_has_its_own_seal(world):
    from tests.world import Organization

    a_case(world, "job")
    other = Organization.objects.create(name="别处")

    assert seals.seal_day(other.pk, at=MONDAY).count == 0
    assert seals.seal_day(world.org.pk, at=MONDAY).count == Case.objects.count()


def test_day_of_a_seal_is_the_sites_day(world):
    assert seals.seal_day(world.org.pk, at=at("2026-11-24 00:30")).day.isoformat() == "2026-11-24"
