"""The grade: proposed from what was said, confirmed by the supervisor (S6-12.01)."""

from __future__ import annotations

import pytest

from tests.complaints.cases import clock, customer, opened
from tests.support import act, refused
from tests.world import at


@pytest.mark.clause("S6-12.01")
@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ({}, "minor"), ({"refuses_fee": True}, "significant"), ({"channel": "media"}, "significant"),
        ({"harm": True}, "major"),
    ],
)  # fmt: skip
def test_the_grade_is_proposed_from_what_was_said(world, said, grade):
    assert opened(world, **said).grade == grade


@pytest.mark.clause("S6-12.01")
def test_raised_again_while_unsolved_it_weighs_more(world):
    opened(world, customer=customer(world))
    again = opened(world, customer=customer(world))
    refusing = opened(world, customer=customer(world), refuses_fee=True)
    other = opened(world, customer=customer(world, "zeng"))
    assert (again.grade, refusing.grade, other.grade) == ("significant", "major", "minor")


@pytest.mark.clause("S6-12.01")
def test_the_desk_proposes_with_a_reason_and_the_supervisor_has_the_last_word(world):
    case = opened(world)
    assert "note" in refused("classify", actor=world.actor("desk"), case=case, data={"grade": "major"}).errors
    act(world, "classify", case, who="desk", grade="significant")
    assert refused("confirm", actor=world.actor("desk"), case=case, data={"grade": "minor", "note": "x"}).status == 403
    case = act(world, "confirm", case, who="supervisor", grade="major", note="全楼受影响")
    assert (case.grade, case.fact("confirmed")) == ("major", True)
    assert refused("classify", actor=world.actor("desk"), case=case, data={"grade": "minor", "note": "x"}).status == 409


@pytest.mark.clause("S6-12.01")
def test_a_significant_complaint_has_three_working_days_by_policy(world):
    case = opened(world, refuses_fee=True)
    assert (clock(case, "significant").due_at, clock(case, "significant").goal) == (at("2026-11-26 18:00"), "3wd")
