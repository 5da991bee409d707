"""Opening a customer's page that shows numbers in clear is a look, and looking without anything open is unusual."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shouwen.kernel.models import Look, Notice
from tests.customers.test_looks import DAY, MINUTE, customers, limits
from tests.customers.test_looks import officer as officer
from tests.customers.test_page import page_of
from tests.moments import Moment
from tests.support import a_case
from tests.world import MONDAY

pytestmark = pytest.mark.clause("S6-1.13")


@pytest.fixture
def now(monkeypatch) -> Moment:
    found = Moment(MONDAY + timedelta(hours=1))
    monkeypatch.setattr(timezone, "now", lambda: found.at)
    return found


def opened(world, who, rows, now, *, at=MONDAY, apart=MINUTE):
    for number, row in enumerate(rows):
        now.at = at + number * apart
        assert page_of(world, who).get(f"/customers/{row.party_id}").status_code == 200


def test_opening_a_page_with_numbers_in_clear_is_written_down_once_a_day_and_says_whether_anything_was_open(world, now):
    idle, busy, bare = customers(world, 3, "1-1-101")
    case = a_case(world, "enquiry", at=MONDAY - DAY, customer=busy.party)
    bare.delete()

    for _turn in range(2):
        opened(world, "desk", [idle, busy], now)
        opened(world, "fitter", [idle], now)
        now.at = MONDAY + 5 * MINUTE
        page_of(world, "desk").get(f"/customers/{bare.party_id}")

    told = Look.objects.order_by("looked_at", "id").values_list("staff__number", "party_id", "what", "purpose")
    desk = world.staff["desk"].number
    assert list(told) == [
        (desk, idle.party_id, "party.page", "for_no_case"), (desk, busy.party_id, "party.page", "for_open_case"),
    ], "not of whom numbers are masked, nor where there is none"  # fmt: skip
    page = page_of(world, "desk").get(f"/customers/{busy.party_id}").content.decode()
    assert "资料页 · 有未结事项" in page and case.no in page
    opened(world, "desk", [idle], now, at=MONDAY + DAY)
    assert Look.objects.count() == 3, "and another day again"


def test_pages_opened_one_by_one_with_nothing_open_are_unusual_and_those_of_the_work_are_not(world, officer, now):
    limits(world)
    rows = customers(world, 8, "1-1-101")
    for row in rows[:5]:
        a_case(world, "enquiry", at=MONDAY - DAY, customer=row.party)
    opened(world, "desk", rows[:5], now)
    assert not Notice.objects.filter(template="looks.unusual").exists()
    more = customers(world, 9, "1-1-102")[8:] + rows[5:]
    opened(world, "desk", more, now, at=MONDAY + 10 * MINUTE)
    assert Notice.objects.get(template="looks.unusual").words == {"why": "many", "count": 4}
