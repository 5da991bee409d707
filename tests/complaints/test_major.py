"""The major complaint: rescue in its order, answered in three and solved in seven working days (S6-12.12, 13)."""

from __future__ import annotations

import pytest

from tests.complaints.cases import DAY, HOUR, clock, customer, opened, told
from tests.support import a_case, act, picture, refused
from tests.world import MONDAY, at


@pytest.mark.clause("S6-12.12")
def test_a_major_complaint_is_answered_in_three_and_solved_in_seven_working_days(world):
    case = opened(world, harm=True)
    assert (clock(case, "reply").due_at, clock(case, "major").due_at) == (
        at("2026-11-26 18:00"),
        at("2026-12-02 18:00"),
    )
    act(world, "answer", case, at=MONDAY + DAY)
    assert (clock(case, "reply").verdict, clock(case, "major").verdict) == ("kept", None)


@pytest.mark.clause("S6-12.13")
def test_rescue_goes_in_its_order_and_the_signature_comes_last(world):
    case = opened(world, harm=True)
    lead = world.actor("manager")
    assert refused("report", actor=lead, case=case, data={"note": "x"}).clause == "S6-12.13"
    case = act(world, "contain", case, who="manager", at=MONDAY + HOUR)
    case = act(world, "report", case, who="manager", at=MONDAY + HOUR)
    assert str(world.staff["property_gm"]) in told(case, "report")
    later = MONDAY + 2 * HOUR
    assert (
        refused("apologise", actor=lead, case=case, data={"told": "x", "how": "phone"}, at=later).clause == "S6-12.13"
    )
    case = act(world, "meet", case, who="property_gm", at=later)
    for step in ("resolve", "approve_measure", "tell"):
        case = act(world, step, case, at=later + HOUR)
    gm = world.actor("property_gm")
    say = {"how": "in_person", "sign_off": picture()}
    assert refused("satisfied", actor=gm, case=case, data=say, at=later + DAY).clause == "S6-12.13"
    case = act(world, "apologise", case, who="manager", at=later + DAY)
    assert refused("satisfied", actor=gm, case=case, data={"how": "phone"}, at=later + DAY).clause == "S6-12.11"
    assert refused("satisfied", actor=world.actor("desk"), case=case, data=say, at=later + DAY).status == 403
    case = act(world, "satisfied", case, who="property_gm", how="in_person", sign_off=picture(), at=later + DAY)
    assert case.state == "closed"


@pytest.mark.clause("S6-12.13")
def test_what_came_in_writing_is_answered_by_letter(world):
    case = a_case(world, "complaint", "answered", in_writing=True)
    say = {"told": "已处理", "how": "letter"}
    assert refused("tell", actor=world.actor("steward1"), case=case, data=say, at=MONDAY + HOUR).clause == "S6-12.13"
    assert act(world, "tell", case, letter=picture("letter.png"), at=MONDAY + HOUR).state == "told"
    grave = act(world, "open", kind="complaint", who="desk", in_writing=True, refuses_fee=True)
    grave = act(world, "confirm", grave, who="supervisor", grade="major")
    for step in ("report", "meet"):
        grave = act(world, step, grave, who="manager" if step == "report" else "property_gm", at=MONDAY + HOUR)
    say = {"told": "致歉", "how": "in_person"}
    assert (
        refused("apologise", actor=world.actor("manager"), case=grave, data=say, at=MONDAY + HOUR).clause == "S6-12.13"
    )


@pytest.mark.clause("S6-12.13")
def test_the_reply_letter_says_cause_measure_and_result_and_is_there_for_written_ones_alone(world, client):
    early = at("2026-11-17 00:30")  # the day before in Greenwich
    written = a_case(
        world, "complaint", "answered", at=early, in_writing=True, customer=customer(world), cause="密封老化"
    )
    spoken = a_case(world, "complaint", "answered")
    client.force_login(world.accounts["supervisor"])
    page = client.get(f"/cases/{written.no}/print/reply_letter").content.decode()
    assert "密封老化" in page and "尊敬的方小满：" in page
    assert "您于 2026-11-17 的书面投诉" in page and "2026-11-16" not in page
    assert client.get(f"/cases/{spoken.no}/print/reply_letter").status_code == 404


@pytest.mark.clause("S6-12.13")
def test_containing_reporting_and_meeting_have_clocks_from_when_it_was_known_to_be_major(world):
    case = opened(world)
    case = act(world, "classify", case, who="desk", grade="major", harm=True, at=MONDAY + 3 * HOUR)
    assert clock(case, "contained").due_at == MONDAY + 5 * HOUR
    assert clock(case, "reported").due_at == MONDAY + 4 * HOUR
    assert clock(case, "met").due_at == at("2026-11-24 18:00")
    assert clock(case, "minor").verdict == "void"
    assert clock(case, "major").starts_at == MONDAY
