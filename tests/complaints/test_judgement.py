"""Who judges: validity, the measure, and weeks later its effect (S6-12.05, S8-8)."""

from __future__ import annotations

import pytest

from tests.complaints.cases import DAY, HOUR, clock, opened
from tests.support import a_case, act, refused
from tests.world import MONDAY


@pytest.mark.clause("S6-12.05")
def test_only_the_supervisor_finds_it_unfounded_and_an_explanation_is_still_owed(world):
    case = opened(world)
    for who in ("desk", "steward1", "director"):
        assert refused("judge", actor=world.actor(who), case=case, data={"note": "不成立"}).status == 403
    case = act(world, "judge", case, who="supervisor", at=MONDAY + HOUR)
    assert (case.state, case.closed_at, clock(case, "explained").verdict) == ("unfounded", None, None)
    case = act(world, "explain", case, who="steward1", at=MONDAY + 2 * HOUR)
    assert (case.state, clock(case, "explained").verdict) == ("closed", "kept")
    case = act(world, "reopen", case, at=MONDAY + 3 * HOUR)
    assert (case.fact("unfounded"), clock(case, "minor", cycle=2).verdict) == (False, None)


@pytest.mark.clause("S6-12.05 S6-12.10")
def test_a_customer_who_objects_to_being_unfounded_is_taken_up_again(world):
    case = act(world, "judge", a_case(world, "complaint", "answered"), who="supervisor", at=MONDAY + HOUR)
    case = act(world, "reopen", case, who="desk", at=MONDAY + 2 * HOUR)
    assert (case.state, case.cycle, case.fact("unfounded")) == ("in_hand", 2, False)


@pytest.mark.clause("S6-2.21 S6-12.05")
def test_whoever_took_it_down_does_not_judge_it(world):
    case = opened(world, who="supervisor")
    assert refused("judge", actor=world.actor("supervisor"), case=case, data={"note": "不成立"}).status == 403


@pytest.mark.clause("S8-8")
def test_the_measure_of_a_grave_complaint_is_judged_before_the_customer_hears_it(world):
    case = act(world, "resolve", opened(world, refuses_fee=True), at=MONDAY + HOUR)
    say = {"told": "已换新", "how": "phone"}
    assert refused("tell", actor=world.actor("steward1"), case=case, data=say, at=MONDAY + 2 * HOUR).clause == "S8-8"
    case = act(world, "reject_measure", case, who="supervisor", at=MONDAY + 3 * HOUR)
    assert case.state == "in_hand"
    case = act(world, "resolve", case, at=MONDAY + 4 * HOUR)
    assert refused("tell", actor=world.actor("steward1"), case=case, data=say, at=MONDAY + 5 * HOUR).clause == "S8-8"
    case = act(world, "approve_measure", case, who="supervisor", at=MONDAY + 6 * HOUR)
    assert act(world, "tell", case, at=MONDAY + 7 * HOUR).state == "told"


@pytest.mark.clause("S8-8")
def test_whether_a_measure_works_is_looked_at_weeks_later(world):
    case = opened(world, refuses_fee=True)
    for hours, step in enumerate(("resolve", "approve_measure", "tell", "satisfied"), start=1):
        case = act(world, step, case, at=MONDAY + hours * HOUR)
    effect = clock(case, "effective")
    assert (case.state, effect.owed_by, effect.goal) == ("closed", world.staff["supervisor"], "20wd")
    act(world, "confirm_effect", case, at=MONDAY + 10 * DAY)
    assert clock(case, "effective").verdict == "kept"
