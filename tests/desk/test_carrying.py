"""What was said in an earlier step of the same cycle stands in the questions of the next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Case
from shouwen.kernel.registry import kinds
from tests.support import act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world) -> Case:
    found = act(world, "open", kind="complaint", who="desk", place="1-1-101", refuses_fee=True, at=MONDAY)
    said = {"cause": "胶圈老化", "measure": "换胶圈", "result": "不漏了"}
    found = act(world, "resolve", found, who="steward1", at=MONDAY + timedelta(hours=1), **said)
    return act(world, "reject_measure", found, who="supervisor", opinion="还要查立管", at=MONDAY + timedelta(hours=2))


def form_of(visit, case, step):
    rows = visit("steward1").get(f"/cases/{case.no}?step={step}").context["steps"]
    row = next(row for row in rows if row["name"] == step)
    return {field.name: field.value() for field in (*row["first"], *row["more"])}


def test_measures_proposed_stand_in_the_measures_taken(visit, case):
    found = form_of(visit, case, "resolve")
    assert (found["cause"], found["measure"], found["result"]) == ("胶圈老化", "换胶圈", "不漏了")


def test_an_address_that_names_an_answer_goes_before(visit, case):
    rows = visit("steward1").get(f"/cases/{case.no}?step=resolve&measure=换管").context["steps"]
    row = next(row for row in rows if row["name"] == "resolve")
    assert next(field.value() for field in row["first"] if field.name == "measure") == "换管"


def test_words_to_the_customer_are_written_anew(visit, case):
    assert not form_of(visit, case, "inform")["told"]
    assert "measure" in kinds["complaint"].steps["resolve"].asks
