"""The colleague complained about never owns it, judges it, follows it up or sees it (S6-12.02, 05)."""

from __future__ import annotations

import pytest

from shouwen.desk import bulk
from shouwen.kernel.models import Attachment, Case, Notice, Run
from shouwen.kernel.outbox import drain
from shouwen.rooms.complaints import month, sample
from tests.complaints.cases import DAY, HOUR, opened
from tests.support import act, refused, rights, travel
from tests.world import MONDAY, at


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


# --- where many are listed together

DECEMBER = at("2026-12-01 09:00")


def month_with_one_about(world, name, monkeypatch):
    """November with an ended complaint about somebody, and one about nobody."""
    monkeypatch.setattr(bulk, "start", bulk.set_papers)  # here and now instead of in a process of its own
    for number in (world.staff[name].number, ""):
        case = opened(world, words="态度生硬", **({"against": number} if number else {}))
        for hours, step in enumerate(("resolve", "tell", "satisfied"), start=1):
            case = act(world, step, case, at=MONDAY + hours * HOUR)
    month.open_due(world.org.pk, DECEMBER)
    return Case.objects.get(kind="complaint_month"), *Case.objects.filter(kind="complaint").order_by("id")


@pytest.mark.clause("S6-12.02 S6-12.06")
def test_the_summary_shows_nobody_the_complaint_about_themselves(world, client, monkeypatch):
    summary, about, other = month_with_one_about(world, "supervisor", monkeypatch)
    for who, sees in (("supervisor", False), ("director", True)):
        client.force_login(world.accounts[who])
        for page in (f"/cases/{summary.no}", f"/cases/{summary.no}/print/complaint_summary"):
            text = client.get(page).content.decode()
            assert (other.no in text, about.no in text) == (True, sees)


@pytest.mark.clause("S6-12.02 S6-12.06")
def test_the_form_of_a_complaint_about_a_colleague_is_archived_with_the_case_itself(world, monkeypatch):
    summary, about, other = month_with_one_about(world, "supervisor", monkeypatch)
    summary = act(world, "sign", summary, who="director", at=DECEMBER + HOUR)
    for _twice in range(2):  # what is archived, then its papers
        drain("test", at=DECEMBER + 2 * HOUR)
    kept = {
        row.case: row.entry.step for row in Attachment.objects.filter(word="archive").select_related("case", "entry")
    }
    assert kept == {summary: "sign", about: "satisfied"}
    runs = {
        run.data["entry"]: set(run.items.values_list("subject", flat=True)) for run in Run.objects.filter(key=bulk.KEY)
    }
    assert set(map(frozenset, runs.values())) == {frozenset({other.pk}), frozenset({about.pk})}


@pytest.mark.clause("S6-12.02 S6-12.17")
def test_the_weekly_sample_asks_nobody_to_check_the_complaint_about_themselves(world, client):
    about = opened(world, against=world.staff["manager"].number)
    others = [opened(world) for _n in range(2)]
    monday = at("2026-11-30 08:00")
    sample.open_due(world.org.pk, monday)
    drawn = Case.objects.get(kind="complaint_sample")
    assert {one.pk for one in sample.drawn(drawn)} == {one.pk for one in others}

    named = act(world, "name_against", others[0], who="director", against=world.staff["manager"].number, at=monday)
    client.force_login(world.accounts["manager"])
    text = client.get(f"/cases/{drawn.no}").content.decode()
    assert (others[1].no in text, named.no in text, about.no in text) == (True, False, False)
    act(world, "check_up", others[1], who="manager", at=monday + HOUR)
    assert act(world, "done", drawn, who="manager", at=monday + 2 * HOUR).state == "checked"
