"""An open page counts its clocks down by asking for their words; a stranger's clocks are not told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Clock
from tests.support import act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return act(world, "open", kind="repair", who="desk", place="1-1-101", at=MONDAY + timedelta(minutes=50))


def asked(client, case, *more):
    ids = [*Clock.objects.filter(case=case).order_by("id").values_list("id", flat=True), *more]
    return client.get("/clocks", {"ids": ",".join(str(one) for one in ids)})


def test_the_words_are_those_of_the_moment(visit, moment, case):
    client = visit("desk")
    assert "还剩 5 分" in client.get(f"/cases/{case.no}").content.decode()
    moment.at += timedelta(minutes=2)
    html = asked(client, case).content.decode()
    assert "还剩 3 分" in html
    assert html.count("data-clock=") == Clock.objects.filter(case=case, verdict__isnull=True).count()
    moment.at += timedelta(minutes=9)
    assert 'class="sw-clk sw-over"' in asked(client, case).content.decode()


def test_clocks_of_cases_one_may_not_know_of_are_not_told(visit, case):
    assert asked(visit("elsewhere"), case).content == b""


def test_what_is_no_number_is_passed_over(visit, case):
    assert asked(visit("desk"), case, "x", "9" * 40, "-1").status_code == 200


def test_the_clocks_of_the_list_are_named_so_that_they_count_down_too(visit, case):
    html = visit("desk").get("/cases").content.decode()
    first = Clock.objects.filter(case=case, verdict__isnull=True).order_by("due_at", "id").first()
    assert f'data-clock="{first.pk}"' in html
