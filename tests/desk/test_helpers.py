"""The page of a case says who takes the steps that are not the reader's; what comes first in it, what stands in its head."""

from __future__ import annotations

import pytest

from shouwen.desk.helpers import helpers
from tests.support import act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def repair(world):
    return act(world, "open", kind="repair", who="desk", place="1-1-101", at=MONDAY)


def told(world, case, name):
    found = helpers(world.actor(name), case, at=MONDAY)
    return {one.step.name: [(person.name, person.role) for person in one.people] for one in found}


def test_a_step_of_others_names_who_takes_it(world, repair):
    dispatcher, head = world.staff["dispatcher"].name, world.staff["engineering"].name
    assert told(world, repair, "desk")["assign"] == [(dispatcher, "dispatcher"), (head, "head")]


def test_what_one_may_do_oneself_is_not_told(world, repair):
    assert "assign" not in told(world, repair, "dispatcher")


def test_the_page_names_them_with_their_number(world, visit, repair):
    card = world.staff["dispatcher"]
    card.phone = "0571-1000"
    card.save(update_fields=["phone"])
    page = visit("desk").get(f"/cases/{repair.no}").content.decode()
    assert "由别人办" in page
    assert 'href="tel:0571-1000"' in page
    assert f"/settings/people/{card.number}" not in page, "no link to a page that refuses"
    linked = visit("manager").get(f"/cases/{repair.no}").content.decode()
    assert f"/settings/people/{card.number}" in linked


def test_the_usual_step_stands_first_not_the_way_back(world, visit, repair):
    case = act(world, "assign", repair, who="dispatcher", assignee=world.staff["fitter"].number, at=MONDAY)
    response = visit("fitter").get(f"/cases/{case.no}")
    assert response.context["first"] == "take_on"
    assert f"经手 <b>{world.staff['fitter'].name}</b>" in response.content.decode()


def test_the_place_to_sign_is_not_folded_away(world, visit, repair):
    case = act(world, "assign", repair, who="dispatcher", assignee=world.staff["fitter"].number, at=MONDAY)
    case = act(world, "arrive", case, who="fitter", at=MONDAY)
    case = act(world, "finish", case, who="fitter", at=MONDAY)
    steps = visit("fitter").get(f"/cases/{case.no}").context["steps"]
    row = next(row for row in steps if row["name"] == "satisfied")
    assert "sign_off" in [field.name for field in row["first"]]


def test_a_step_that_is_somebody_elses_is_refused_with_the_names_of_those_who_take_it(world, visit, repair):
    wrong = visit("desk").post(f"/cases/{repair.no}/assign", {"assignee": world.staff["fitter"].number})
    sentence = wrong.context["refusal"].sentence
    assert wrong.status_code == 403
    assert world.staff["dispatcher"].name in sentence and world.staff["engineering"].name in sentence


def test_a_second_postponement_refused_names_who_may_set_that_aside(world, visit):
    case = act(world, "open", kind="enquiry", who="desk", place="1-1-101", at=MONDAY)
    page = visit("steward1").get(f"/cases/{case.no}").content.decode()
    director = world.staff["director"].name
    assert (
        "sw-no" in page and f"<b>{director}</b>" not in page.split('class="sw-act1 sw-no"')[1].split("</div></div>")[0]
    )
    act(world, "promise", case, who="steward1", at=MONDAY, promised_at="2026-11-24T15:00+08:00")
    act(world, "postpone", case, who="steward1", at=MONDAY, promised_at="2026-11-24T17:00+08:00")
    page = visit("steward1").get(f"/cases/{case.no}").content.decode()
    refused = page.split("S6-2.08</span></p>")[1].split("</div></div>")[0]
    assert f"<b>{director}</b>" in refused


def test_what_leads_to_the_nearest_clock_stands_open_first_for_whoever_may_take_it(world, visit, repair):
    assert visit("dispatcher").get(f"/cases/{repair.no}").context["first"] == "assign"
    assert visit("desk").get(f"/cases/{repair.no}").context["first"] == "settle"


def test_who_may_postpone_again_is_not_named_where_nothing_was_promised(world, repair):
    assert "postpone_again" not in told(world, repair, "desk")
