"""The ladder: each level takes it or passes it up, and one that does neither is passed over by time (S6-12.04)."""

from __future__ import annotations

import pytest

from shouwen.ground.models import Holding
from shouwen.kernel.models import Case, CaseActor
from shouwen.kernel.outbox import drain
from tests.complaints.cases import DAY, HOUR, clock, opened, told
from tests.support import act, refused, rights, travel
from tests.world import MONDAY


@pytest.mark.clause("S6-12.04")
def test_a_significant_complaint_stands_before_the_director_at_once(world):
    case = opened(world, refuses_fee=True)
    assert (case.fact("level"), str(world.staff["director"]) in told(case, "open")) == ("director", True)
    assert clock(case, "at_director").owed_by == world.staff["director"]
    case = act(world, "take", case, who="director", at=MONDAY + HOUR)
    assert (clock(case, "at_director").verdict, case.fact("level_taken")) == ("kept", True)
    travel(MONDAY + 5 * DAY)
    case.refresh_from_db()
    assert Case.objects.get(pk=case.pk).fact("level") == "director"


@pytest.mark.clause("S6-12.04")
def test_a_level_that_does_nothing_is_passed_over_by_time_and_its_promise_is_broken(world):
    case = opened(world, refuses_fee=True)
    due = clock(case, "at_director").due_at
    travel(due + HOUR)
    drain("test", at=due + HOUR)
    case = Case.objects.get(pk=case.pk)
    assert (case.fact("level"), clock(case, "at_director").verdict) == ("property_gm", "broken")
    assert clock(case, "at_property_gm").starts_at == due
    assert "take" in rights(world.actor("property_gm"), case)
    assert "take" not in rights(world.actor("director"), case)


@pytest.mark.clause("S6-12.04")
def test_a_level_passes_up_what_is_beyond_its_authority(world):
    case = opened(world)
    assert refused("take", actor=world.actor("director"), case=case, data={"decision": "好"}).status in (403, 409)
    case = act(world, "report_up", case, who="steward1")
    case = act(world, "pass_up", case, who="director", at=MONDAY + HOUR)
    assert (case.fact("level"), clock(case, "at_director").verdict) == ("property_gm", "kept")


@pytest.mark.clause("S6-12.04")
def test_a_minor_one_past_its_time_goes_up_by_itself(world):
    case = opened(world)
    travel(MONDAY + DAY + HOUR)
    drain("test", at=MONDAY + DAY + HOUR)
    case = Case.objects.get(pk=case.pk)
    assert (case.fact("level"), clock(case, "minor").verdict) == ("director", None)


@pytest.mark.clause("S6-12.04")
def test_a_stand_in_answers_for_the_absent_level_and_the_one_complained_about_is_left_out(world):
    Holding.objects.create(
        org=world.org, office=world.offices["director"], staff=world.staff["desk2"], from_at=MONDAY - DAY,
        until_at=MONDAY + 9 * DAY, stand_in=True,
    )  # fmt: skip
    case = opened(world, refuses_fee=True)
    assert str(world.staff["desk2"]) in told(case, "open")
    act(world, "take", case, who="desk2", at=MONDAY + HOUR)
    about = opened(world, harm=True, against=world.staff["property_gm"].number)
    passed = act(world, "report_up", opened(world), who="desk")
    assert passed.fact("level") == "director"
    assert about.fact("level") == "director"
    assert "pass_up" in rights(world.actor("director"), about)
    assert act(world, "pass_up", about, who="director", at=MONDAY + HOUR).fact("level") == "director"


def test_an_office_at_the_level_takes_part_and_leaves_when_it_passes_on(world):
    case = act(world, "pass_up", opened(world, refuses_fee=True), who="director", at=MONDAY + HOUR)
    rows = CaseActor.objects.filter(case=case, role="level").order_by("from_at", "id")
    assert [(row.office, row.until_at) for row in rows] == [
        (world.offices["director"], MONDAY + HOUR), (world.offices["property_gm"], None),
    ]  # fmt: skip
