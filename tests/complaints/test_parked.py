"""What cannot be solved now: parked with reason and date, the customer told at each review (S6-12.14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.complaints.cases import DAY, HOUR, clock, customer, opened, told
from tests.support import a_case, act, refused
from tests.world import MONDAY


@pytest.mark.clause("S6-12.14")
def test_a_parked_complaint_has_a_reason_a_date_and_a_customer_who_was_told(world):
    case = opened(world, customer=customer(world))
    data = {"reason": "legacy", "told": "等开发商", "review_at": (MONDAY + 5 * DAY).isoformat()}
    supervisor = world.actor("supervisor")
    for word in data:
        without = {key: value for key, value in data.items() if key != word}
        assert word in refused("park", actor=supervisor, case=case, data=without).errors
    far = {**data, "review_at": (MONDAY + 200 * DAY).isoformat()}
    assert refused("park", actor=supervisor, case=case, data=far).clause == "S6-12.14"
    assert refused("park", actor=world.actor("steward1"), case=case, data=data).status == 403
    case = act(world, "park", case, who="supervisor", at=MONDAY + HOUR, **data)
    assert str(world.parties["fang"]) in told(case, "park")
    assert (clock(case, "minor").paused_at, clock(case, "reviewed").due_at) == (MONDAY + HOUR, MONDAY + 5 * DAY)


@pytest.mark.clause("S6-12.14")
def test_each_review_tells_the_customer_and_sets_the_next_date(world):
    case = a_case(world, "complaint", "parked", customer=customer(world), review_at=(MONDAY + 2 * DAY).isoformat())
    case = act(world, "review", case, at=MONDAY + DAY, review_at=(MONDAY + 10 * DAY).isoformat())
    case = act(world, "review", case, at=MONDAY + 11 * DAY, review_at=(MONDAY + 20 * DAY).isoformat())
    assert [clock(case, "reviewed", seq=n).verdict for n in (1, 2, 3)] == ["kept", "late", None]
    assert str(world.parties["fang"]) in told(case, "review")


@pytest.mark.clause("S6-12.14")
def test_a_second_parking_needs_the_director_and_the_time_before_it_counts(world):
    case = a_case(world, "complaint", "parked")
    case = act(world, "resume", case, at=MONDAY + DAY)
    assert clock(case, "minor").due_at == MONDAY + DAY + timedelta(hours=24) - timedelta(minutes=10)
    data = {"reason": "legacy", "told": "再等", "review_at": (MONDAY + 9 * DAY).isoformat(), "note": "再等"}
    later = MONDAY + DAY + HOUR
    assert refused("park", actor=world.actor("supervisor"), case=case, data=data, at=later).status == 409
    assert refused("park_again", actor=world.actor("supervisor"), case=case, data=data, at=later).status == 403
    assert act(world, "park_again", case, who="director", at=later, **data).state == "parked"
