"""The colleague complained about never owns it, judges it, follows it up or sees it (S6-12.02, 05)."""

from __future__ import annotations

import pytest

from shouwen.kernel.models import Notice
from tests.complaints.cases import DAY, HOUR, opened
from tests.support import act, refused, rights, travel
from tests.world import MONDAY


@pytest.mark.clause("S6-12.02")
def test_the_one_complained_about_never_owns_judges_follows_up_or_sees(world):
    case = opened(world, against=world.staff["steward1"].number)

    assert case.owner == world.staff["supervisor"]
    assert rights(world.actor("steward1"), case) == set()
    assert Notice.objects.filter(case=case, staff=world.staff["steward1"]).count() == 0
    hand = {"staff": world.staff["steward1"].number, "note": "交回"}
    assert refused("hand_over", actor=world.actor("director"), case=case, data=hand).clause == "S6-2.07"
    travel(MONDAY + 3 * DAY)
    assert Notice.objects.filter(case=case, staff=world.staff["steward1"]).count() == 0


@pytest.mark.clause("S6-12.02")
def test_named_later_they_lose_it_at_once_and_somebody_above_answers(world):
    case = opened(world)
    case = act(world, "name_against", case, who="supervisor", against=world.staff["steward1"].number)
    assert (case.owner, rights(world.actor("steward1"), case)) == (world.staff["supervisor"], set())
    case = act(world, "correct", case, who="supervisor", place="1-1-102", at=MONDAY + HOUR)
    assert case.owner == world.staff["supervisor"]


@pytest.mark.clause("S6-12.05")
def test_the_supervisor_complained_about_does_not_judge(world):
    case = opened(world, against=world.staff["supervisor"].number)
    assert refused("judge", actor=world.actor("supervisor"), case=case, data={"note": "不成立"}).status == 404


@pytest.mark.clause("S6-12.02")
def test_it_is_not_referred_to_the_head_it_is_about(world):
    case = opened(world, against=world.staff["engineering"].number)
    data = {"dept": "engineering", "note": "转"}
    assert refused("refer", actor=world.actor("desk"), case=case, data=data).clause == "S6-12.02"
