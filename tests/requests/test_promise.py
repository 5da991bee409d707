"""A promised time: with a reason over two working days, with leave over seven days, postponed once below the director."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Case, Clock, Entry, Notice
from shouwen.kernel.perform import perform
from shouwen.kernel.policies import publish
from tests.support import a_case, act, refused, verdicts
from tests.world import MONDAY, at

HOUR = timedelta(hours=1)


def promise(when: str, **more) -> dict[str, object]:
    return {"promised_at": at(when).isoformat(), "told": "到时给您答复", **more}


def promised(case: Case) -> list[tuple[str | None, int, int | None]]:
    rows = Clock.objects.filter(case=case, key="promised").order_by("cycle", "seq")
    return [(row.verdict, row.postponed, row.override_entry) for row in rows]


@pytest.mark.clause("S6-2.09")
def test_over_two_working_days_asks_for_the_reason(world):
    case = a_case(world, "enquiry")
    refusal = refused("promise", actor=world.actor("steward1"), case=case, data=promise("2026-11-25 18:01"))
    assert refusal.clause == "S6-2.09"

    act(world, "promise", case, **promise("2026-11-25 18:01", note="要等厂家回话"))
    act(world, "promise", a_case(world, "enquiry"), **promise("2026-11-25 18:00"))


@pytest.mark.clause("S6-2.09")
def test_over_seven_days_waits_for_the_supervisors_agreement(world):
    case = a_case(world, "enquiry")
    late = promise("2026-12-01 09:00", note="要等厂家回话")
    assert refused("promise", actor=world.actor("steward1"), case=case, data=late).clause == "S6-2.09"

    case = act(world, "ask_longer", case, who="steward1", **promise("2026-12-01 09:00"))
    assert case.fact("promised_at") is None
    assert Notice.objects.filter(case=case, staff=world.staff["supervisor"], template="enquiry.ask_longer").exists()
    refused("promise", actor=world.actor("steward1"), case=case, data=late)
    act(world, "agree_longer", case, who="supervisor")
    case = act(world, "promise", case, who="steward1", **late)
    assert (verdicts(case)["longer_answered.1.1"], promised(case)) == ("kept", [(None, 0, None)])


@pytest.mark.clause("S6-2.09")
def test_nobody_promises_later_than_was_agreed_to(world):
    case = act(world, "ask_longer", a_case(world, "enquiry"), who="steward1", **promise("2026-12-01 09:00"))
    act(world, "agree_longer", case, who="supervisor")
    refused("promise", actor=world.actor("steward1"), case=case, data=promise("2026-12-01 09:01", note="再晚些"))


@pytest.mark.clause("S6-2.09")
def test_a_refusal_ends_the_asking_and_another_asking_begins_anew(world):
    case = act(world, "ask_longer", a_case(world, "enquiry"), who="steward1", **promise("2026-12-01 09:00"))
    act(world, "refuse_longer", case, who="supervisor")
    late = promise("2026-12-01 09:00", note="要等厂家回话")
    refused("promise", actor=world.actor("steward1"), case=case, data=late)
    refused("agree_longer", actor=world.actor("director"), case=case)
    act(world, "ask_longer", case, who="steward1", at=MONDAY + HOUR, **promise("2026-12-01 09:00"))
    act(world, "agree_longer", case, who="director", at=MONDAY + HOUR)
    act(world, "promise", case, who="steward1", at=MONDAY + HOUR, **late)


@pytest.mark.clause("S6-2.09")
def test_whoever_asks_does_not_agree_and_the_supervisor_needs_no_leave(world):
    case = a_case(world, "enquiry", "taken")
    supervisor = world.actor("supervisor")
    case = act(world, "hand_over", case, who="director", staff=world.staff["supervisor"].number)
    act(world, "ask_longer", case, who="supervisor", **promise("2026-12-01 09:00"))
    assert refused("agree_longer", actor=supervisor, case=case).status == 403
    act(world, "promise", case, who="supervisor", **promise("2026-12-01 09:00", note="要等厂家回话"))


@pytest.mark.clause("S6-2.09")
def test_the_seven_days_count_from_the_moment_of_promising_also_when_postponed(world):
    case = act(world, "promise", a_case(world, "enquiry"), **promise("2026-11-27 18:00", note="要等厂家回话"))
    friday = at("2026-11-27 10:00")
    late = promise("2026-12-01 09:00", note="还没到货")
    assert refused("postpone", actor=world.actor("steward1"), case=case, data=late, at=friday).clause == "S6-2.09"
    act(world, "postpone", case, who="steward1", at=friday, **promise("2026-11-30 18:00", note="还没到货"))


@pytest.mark.clause("S6-2.09")
def test_the_manager_changes_the_limits(world):
    publish("promise.approval", "1d", actor=world.actor("manager"), at=MONDAY)
    case = a_case(world, "enquiry", at=MONDAY + HOUR)
    refused("promise", actor=world.actor("steward1"), case=case, data=promise("2026-11-25 09:00"), at=MONDAY + HOUR)


@pytest.mark.clause("S6-2.08")
def test_the_director_alone_sets_a_second_postponement_aside_and_that_is_recorded(world):
    case = act(world, "promise", a_case(world, "enquiry"), **promise("2026-11-24 12:00"))
    case = act(world, "postpone", case, at=MONDAY + HOUR, **promise("2026-11-25 12:00", note="缺料"))
    again = promise("2026-11-26 12:00", note="料还没到")
    when = MONDAY + 2 * HOUR
    for who in ("steward1", "desk", "supervisor"):
        assert refused("postpone_again", actor=world.actor(who), case=case, data=again, at=when).status == 403
    refused("postpone", actor=world.actor("director"), case=case, data=again, at=when)

    entry = perform("postpone_again", actor=world.actor("director"), at=when, case=case, data=again)
    assert promised(case) == [("postponed", 0, None), ("postponed", 1, None), (None, 2, entry.seq)]
    assert Entry.objects.get(pk=entry.pk).facts["_override"] is True


@pytest.mark.clause("S6-12.15")
def test_a_sum_beyond_ones_authority_waits_for_somebody_who_may_give_it(world):
    case = a_case(world, "enquiry")
    paid = promise("2026-11-24 12:00", worth_fen=100_000)
    assert refused("promise", actor=world.actor("steward1"), case=case, data=paid).clause == "S6-12.15"
    act(world, "ask_longer", case, who="steward1", **paid)
    assert refused("agree_longer", actor=world.actor("supervisor"), case=case).clause == "S6-12.15"
    act(world, "agree_longer", case, who="director")
    act(world, "promise", case, who="steward1", **paid)


@pytest.mark.clause("S6-12.15")
def test_another_departments_work_is_promised_with_its_heads_agreement(world):
    case = act(world, "refer", a_case(world, "enquiry"), who="steward1")
    theirs = promise("2026-11-24 12:00", others_work=True)
    assert refused("promise", actor=world.actor("steward1"), case=case, data=theirs).clause == "S6-12.15"
    act(world, "ask_longer", case, who="steward1", **theirs)
    assert refused("agree_longer", actor=world.actor("supervisor"), case=case).clause == "S6-12.15"
    act(world, "agree_longer", case, who="engineering")
    act(world, "promise", case, who="steward1", **theirs)
