"""Requests told by HTTP: the paid repair with its quote; the promise postponed twice, overridden by the director; help at night."""

from __future__ import annotations

import pytest

from shouwen.kernel.models import Case
from tests.support import verdicts

LINES = [{"item": "角阀", "quantity": 2, "unit_fen": 3500}, {"item": "人工", "quantity": 1, "unit_fen": 5000}]
SITE = {"sign": "not_needed", "covers": "done", "tidy": "yes", "no_leak": "yes"}


def ended(no: str) -> dict[str, str | None]:
    return verdicts(Case.objects.get(no=no))


@pytest.mark.clause("S6-7.02", "S6-2.28", "S6-1.10", "S6-2.10")
def test_the_paid_repair_with_its_quote(story, world):
    story.at("2026-11-23 10:00")
    no = story.opens(
        "desk",
        kind="repair",
        trade="water",
        words="厨房角阀滴水",
        customer=str(world.parties["fang"].pk),
        channel="phone",
    )
    story.at("2026-11-23 10:02")
    story.does("dispatcher", "assign", no, kind="repair", assignee=world.staff["fitter"].number)
    story.at("2026-11-23 10:03")
    story.does("fitter", "take_on", no, kind="repair")
    story.at("2026-11-23 10:13")
    story.does("fitter", "arrive", no, kind="repair")
    story.at("2026-11-23 10:20")
    story.does("fitter", "quote", no, kind="repair", lines=LINES)
    done = {"result": "换了两个角阀", "told": "已试水不漏，质保三个月", "points": SITE}
    assert story.refused("fitter", "finish", no, kind="repair", **done) == (409, "S6-7.02")
    story.does("fitter", "accept_quote", no, kind="repair", how="in_person", sign_off=story.file("fitter"))
    story.at("2026-11-23 10:50")
    assert story.refused("fitter", "finish", no, kind="repair", **{**done, "points": {"sign": "done"}})[0] == 422
    story.does("fitter", "finish", no, kind="repair", **done)
    story.does("fitter", "satisfied", no, kind="repair", how="in_person", slip=story.file("fitter"), score="5")
    story.at("2026-11-23 11:00")

    verdict = ended(no)
    assert {key: verdict[f"{key}.1.1"] for key in ("accepted", "arrival", "handled", "mended", "followed_up")} == {
        "accepted": "kept", "arrival": "kept", "handled": "kept", "mended": "kept", "followed_up": "kept",
    }  # fmt: skip
    assert Case.objects.filter(kind="followup").count() == 0  # the customer has rated it


@pytest.mark.clause("S6-2.08", "S6-2.09")
def test_the_promise_postponed_twice_and_overridden_by_the_director(story):
    story.at("2026-11-23 10:00")
    no = story.opens("desk", kind="enquiry", words="车位什么时候能租？")
    to = {"told": "到时给您答复"}
    assert (
        story.refused("desk", "promise", no, kind="enquiry", promised_at="2026-11-26T12:00+08:00", **to)[1] == "S6-2.09"
    )
    story.does("desk", "promise", no, kind="enquiry", promised_at="2026-11-24T12:00+08:00", **to)
    story.at("2026-11-24 11:00")
    story.does(
        "desk", "postpone", no, kind="enquiry", promised_at="2026-11-25T12:00+08:00", note="车位表还在核对", **to
    )
    story.at("2026-11-25 11:00")
    again = {"promised_at": "2026-11-26T12:00+08:00", "note": "财务未回", **to}
    assert story.refused("desk", "postpone", no, kind="enquiry", **again) == (409, "S6-2.08")
    assert story.refused("supervisor", "postpone_again", no, kind="enquiry", **again)[0] == 403
    story.does("director", "postpone_again", no, kind="enquiry", **again)
    story.at("2026-11-26 11:00")
    story.does("desk", "reply", no, kind="enquiry", answer="十二月一日起可租", how="phone")

    found = ended(no)
    assert [found[f"promised.1.{n}"] for n in (1, 2, 3)] == ["postponed", "postponed", "kept"]


@pytest.mark.clause("S6-2.13", "S6-2.07")
def test_help_at_night_heard_by_the_fitter_first(story, world):
    story.at("2026-11-28 23:52")  # a Saturday night
    no = story.opens(
        "desk",
        kind="assistance",
        words="被锁在门外",
        heard_at="2026-11-28T23:45+08:00",
        heard_by=world.staff["fitter"].number,
    )
    story.does("dispatcher", "assign", no, kind="assistance", assignee=world.staff["fitter"].number)
    story.at("2026-11-29 00:01")
    story.does("fitter", "arrive", no, kind="assistance")
    story.at("2026-11-29 00:20")
    story.does("fitter", "finish", no, kind="assistance", result="帮开了门", told="提醒换锁芯", how="in_person")

    case = Case.objects.get(no=no)
    assert (case.first_contact, case.state, ended(no)["arrival.1.1"]) == (world.staff["fitter"], "closed", "late")


@pytest.mark.clause("S6-2.28", "S6-2.07")
def test_the_repair_that_was_not_mended_comes_back_by_its_follow_up(story, world):
    story.at("2026-11-23 10:00")
    no = story.opens("desk2", kind="repair", trade="other", customer=str(world.parties["fang"].pk))
    story.does("dispatcher", "assign", no, kind="repair", assignee=world.staff["fitter"].number)
    story.at("2026-11-23 10:10")
    story.does("fitter", "arrive", no, kind="repair")
    points = {"sign": "done", "covers": "done", "tidy": "yes"}
    story.does("fitter", "finish", no, kind="repair", result="紧了合页", told="可以用了", points=points)
    story.does("fitter", "satisfied", no, kind="repair", how="phone")
    story.at("2026-11-24 09:00")
    asked = Case.objects.get(kind="followup").no
    answers = {"speed": "5", "quality": {"value": "1", "note": "又掉了"}}
    assert story.refused("fitter", "record", asked, kind="followup", how="phone", points=answers)[0] in (403, 404)
    story.does("desk", "record", asked, kind="followup", how="phone", points=answers, words="门又掉了")
    story.at("2026-11-24 09:01")

    case = Case.objects.get(no=no)
    assert (case.state, case.cycle, ended(no)["arrival.2.1"]) == ("taken", 2, None)
