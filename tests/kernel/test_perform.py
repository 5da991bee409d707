"""`perform`: one road, everything or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Case, Clock, Entry, Notice, Outbox
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Invalid, KeyReused, NotAllowed, Refusal, Stale, Unknown
from tests.world import MONDAY, at


def open_job(world, *, who="desk", when=MONDAY, **data):
    data = {"place": "1-1-101", "words": "滴水", **data}
    entry = perform("open", actor=world.actor(who, at=when), at=when, kind="job", data=data)
    return Case.objects.get(pk=entry.stream_id)


def test_opening_names_who_is_answerable_and_starts_the_clocks(world):
    case = open_job(world, customer=world.parties["fang"], urgent=True)

    assert (case.no, case.state) == ("JB2611-0001", "taken")
    assert case.owner == world.staff["steward1"]
    assert case.first_contact == world.staff["desk"]
    clocks = {c.key: c.due_at for c in Clock.objects.filter(case=case)}
    assert clocks == {
        "quick": at("2026-11-23 16:00"),
        "wished": at("2026-11-24 10:00"),
        "attend": at("2026-11-23 10:15"),
        "daily": at("2026-11-24 20:00"),
        "limit": at("2026-12-03 18:00"),
    }
    assert case.due_at == at("2026-11-23 10:15")
    assert {n.staff or n.party for n in Notice.objects.all()} == {world.staff["steward1"], world.parties["fang"]}
    assert Outbox.objects.filter(topic="entry").count() == 1


def test_a_step_moves_the_case_and_stops_its_clock(world):
    case = open_job(world)
    perform("begin", actor=world.actor("steward1"), at=MONDAY + timedelta(hours=1), case=case)
    perform("finish", actor=world.actor("steward1"), at=MONDAY + timedelta(hours=3), case=case)

    quick = Clock.objects.get(case=case, key="quick")
    assert (quick.verdict, quick.stopped_at) == ("kept", MONDAY + timedelta(hours=3))
    case.refresh_from_db()
    assert (case.state, case.resolved_at) == ("done", MONDAY + timedelta(hours=3))


def test_a_stranger_learns_nothing(world):
    case = open_job(world)
    with pytest.raises(Unknown):
        perform("begin", actor=world.actor("elsewhere"), at=MONDAY, case=case)


def test_visible_but_not_allowed_is_refused_with_nothing_changed(world):
    case = open_job(world)
    perform("begin", actor=world.actor("steward1"), at=MONDAY, case=case)
    before = list(Entry.objects.values())
    with pytest.raises(NotAllowed):
        perform("park", actor=world.actor("steward1"), at=MONDAY, case=case, data={"note": "x"})
    with pytest.raises(Refusal):
        perform("close", actor=world.actor("desk"), at=MONDAY, case=case)
    assert list(Entry.objects.values()) == before


def test_missing_answers_are_named_at_their_fields(world):
    with pytest.raises(Invalid) as refused:
        perform("open", actor=world.actor("desk"), at=MONDAY, kind="job", data={"place": "9-9-999", "words": " "})
    assert set(refused.value.errors) == {"place", "words"}
    assert Case.objects.count() == 0


def test_the_same_key_is_done_once_and_other_words_are_a_conflict(world):
    actor, data = world.actor("desk"), {"place": "1-1-101", "words": "滴水"}
    first = perform("open", actor=actor, at=MONDAY, kind="job", data=data, key="k1")
    again = perform("open", actor=actor, at=MONDAY, kind="job", data=data, key="k1")
    assert first.pk == again.pk
    assert Case.objects.count() == 1
    with pytest.raises(KeyReused):
        perform("open", actor=actor, at=MONDAY, kind="job", data={**data, "words": "别的"}, key="k1")


def test_a_stale_page_is_told_what_changed(world):
    case = open_job(world)
    perform("begin", actor=world.actor("steward1"), at=MONDAY, case=case, seen_rev=1)
    with pytest.raises(Stale):
        perform("inform", actor=world.actor("desk"), at=MONDAY, case=case, data={"told": "好"}, seen_rev=1)


def test_a_late_record_is_judged_by_when_it_happened(world):
    case = open_job(world, urgent=True)
    perform(
        "begin", actor=world.actor("steward1"), at=MONDAY + timedelta(hours=7), happened_at=MONDAY + timedelta(minutes=12),
        case=case,
    )  # fmt: skip
    clock = Clock.objects.get(case=case, key="attend")
    assert (clock.verdict, clock.stopped_at) == ("kept", MONDAY + timedelta(minutes=12))


def test_leaving_before_due_voids_and_after_due_is_broken(world):
    early, late = open_job(world), open_job(world)
    perform(
        "withdraw", actor=world.actor("steward1"), at=MONDAY + timedelta(hours=1), case=early, data={"note": "不用了"}
    )
    perform(
        "withdraw", actor=world.actor("steward1"), at=MONDAY + timedelta(days=2), case=late, data={"note": "不用了"}
    )
    assert Clock.objects.get(case=early, key="quick").verdict == "void"
    assert Clock.objects.get(case=late, key="quick").verdict == "broken"
    assert Clock.objects.get(case=late, key="limit").verdict == "void"
    late.refresh_from_db()
    assert (late.state, late.due_at) == ("withdrawn", None)


def test_child_blocks_and_echoes(world):
    case = open_job(world)
    child = Case.objects.get(
        pk=perform("open", actor=world.actor("desk"), at=MONDAY, kind="part", data={}, parent=case).stream_id
    )
    assert child.place_id == case.place_id
    perform("begin", actor=world.actor("desk"), at=MONDAY, case=case)
    perform("finish", actor=world.actor("desk"), at=MONDAY, case=case)
    with pytest.raises(Refusal):
        perform("close", actor=world.actor("desk"), at=MONDAY, case=case)
    case2 = open_job(world)
    child2 = Case.objects.get(
        pk=perform("open", actor=world.actor("desk"), at=MONDAY, kind="part", data={}, parent=case2).stream_id
    )
    perform("deliver", actor=world.actor("desk"), at=MONDAY, case=child2)
    steps = list(Entry.objects.filter(stream_id=case2.pk).order_by("seq").values_list("step", flat=True))
    assert steps == ["open", "part_done"]


def test_whoever_may_open_nothing_of_the_kind_learns_nothing_about_its_answers(world):
    """A customer has no such office: that is the answer, whatever was written into the form."""
    for data in ({"place": "1-1-101", "words": "滴水"}, {"place": "no such place"}, {}):
        with pytest.raises(NotAllowed):
            perform("open_closed", actor=world.actor("zeng"), at=MONDAY, kind="job", data=data)
