"""Other departments and the stages, each with a clock of its own (S1-10, S5-14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Holding, Office
from shouwen.kernel.models import Case
from shouwen.kernel.outbox import drain
from tests.complaints.cases import DAY, HOUR, clock, opened
from tests.support import a_case, act, travel, verdicts
from tests.world import MONDAY, at


@pytest.mark.clause("S1-10 S5-14")
def test_each_stage_has_a_clock_of_its_own(world):
    case = opened(world, elsewhere=True)
    case = act(world, "refer", case, who="desk", at=MONDAY + timedelta(minutes=20))
    case = act(world, "acknowledge", case, who="engineering", at=MONDAY + timedelta(minutes=60))
    case = act(world, "give_back", case, who="engineering", at=MONDAY + DAY)
    case = act(world, "tell", case, who="steward1", at=MONDAY + DAY + HOUR)
    stages = {key: verdicts(case)[f"{key}.1.1"] for key in ("passed_on", "acknowledged", "returned", "minor")}
    assert stages == {"passed_on": "kept", "acknowledged": "late", "returned": "kept", "minor": "late"}
    assert clock(case, "followed_up").verdict is None


@pytest.mark.clause("S6-12.03 S6-12.05 S6-12.06 S6-12.10")
def test_what_is_owed_afterwards_has_its_day(world):
    """The steward's word after the spot, the explanation, the follow-up: one working day each, by policy."""
    spot = act(world, "settled", kind="complaint", who="fitter")
    judged = act(world, "judge", opened(world), who="supervisor")
    told_one = a_case(world, "complaint", "told")
    found = [clock(spot, "spot_reply"), clock(judged, "explained"), clock(told_one, "followed_up")]
    assert [(one.goal, one.due_at) for one in found] == [("1wd", at("2026-11-24 18:00"))] * 3
    act(world, "satisfied", told_one, who="desk", at=at("2026-11-24 18:01"))
    assert clock(told_one, "followed_up").verdict == "late"


@pytest.mark.clause("S6-12.04")
def test_the_last_level_is_the_company_and_nothing_passes_it_over(world):
    office = Office.objects.create(org=world.org, role="company_gm")
    Holding.objects.create(org=world.org, office=office, staff=world.staff["nobody"], from_at=MONDAY - DAY)
    case = act(world, "report_up", opened(world), who="desk")
    for who in ("director", "property_gm"):
        case = act(world, "pass_up", case, who=who, at=MONDAY + HOUR)
    assert (case.fact("level"), clock(case, "at_company_gm").owed_by) == ("company_gm", world.staff["nobody"])
    travel(MONDAY + 5 * DAY)
    drain("test", at=MONDAY + 5 * DAY)
    assert clock(case, "at_company_gm").overdue(MONDAY + 5 * DAY)
    act(world, "take", Case.objects.get(pk=case.pk), who="nobody", at=MONDAY + 5 * DAY)
    assert clock(case, "at_company_gm").verdict == "late"
