"""The minor complaint of S6-12, promise by promise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Case, Clock, Entry, Notice
from tests.support import a_case, act, picture, refused, steps_taken, verdicts
from tests.world import MONDAY, at


def clock(case: Case, key: str, cycle: int = 1, seq: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle, seq=seq)


@pytest.mark.clause("S6-12.02")
def test_anybody_takes_a_complaint_and_the_steward_and_the_supervisor_are_told(world):
    case = act(world, "open", kind="complaint", who="fitter", place="1-1-101", customer=str(world.parties["fang"].pk))

    assert (case.owner, case.first_contact) == (world.staff["steward1"], world.staff["fitter"])
    assert {notice.staff or notice.party for notice in Notice.objects.filter(case=case)} == {
        world.staff["steward1"], world.staff["supervisor"], world.parties["fang"],
    }  # fmt: skip


@pytest.mark.clause("S6-2.21")
def test_a_customer_complains_in_person_and_no_step_refuses_or_deletes_it(world):
    case = act(world, "open", kind="complaint", who="fang", place="1-1-101")
    assert case.party == world.parties["fang"]
    out_of_taken = {step.name for step in case.spec.steps.values() if "taken" in step.frm and step.moves}
    assert out_of_taken == {
        "settle", "take_up", "resolve", "refer", "judge", "park", "park_again", "convert", "withdraw", "give_up",
    }  # fmt: skip
    assert refused("give_up", actor=world.actor("director"), case=case, data={"note": "不受理"}).clause == "S6-12.10"


@pytest.mark.clause("S6-12.03")
def test_settled_on_the_spot_opens_and_keeps_its_clock(world):
    case = act(world, "settled", kind="complaint", who="desk", how="phone")

    assert (case.state, verdicts(case)) == ("closed", {"minor.1.1": "kept"})
    assert [n.staff for n in Notice.objects.filter(case=case)] == [world.staff["steward1"]]


@pytest.mark.clause("S6-12.03")
def test_settling_without_the_form_is_for_the_first_day(world):
    case = a_case(world, "complaint", "taken")
    act(world, "settle", a_case(world, "complaint", "taken"), at=MONDAY + timedelta(hours=3))

    refusal = refused(
        "settle",
        actor=world.actor("desk"),
        case=case,
        at=MONDAY + timedelta(days=1),
        data={"result": "好了", "how": "phone"},
    )
    assert refusal.clause == "S6-12.03"


@pytest.mark.clause("S6-12.07")
@pytest.mark.parametrize(
    ("wish", "later", "due"),
    [
        ("", False, "2026-11-24 10:00"),
        ("2026-11-23 15:00", False, "2026-11-23 15:00"),
        ("2026-11-27 15:00", False, "2026-11-24 10:00"),
        ("2026-11-27 15:00", True, "2026-11-27 15:00"),
    ],
)
def test_due_in_24_hours_or_at_the_customers_own_time(world, wish, later, due):
    given = {"wish_at": at(wish).isoformat()} if wish else {}
    case = act(world, "open", kind="complaint", **given, **({"wish_later": True} if later else {}))
    assert clock(case, "minor").due_at == at(due)


@pytest.mark.clause("S6-12.07")
@pytest.mark.parametrize("wish", [{"wish_later": True}, {"wish_at": "2026-11-22T10:00+08:00"}])
def test_a_wish_names_a_time_ahead(world, wish):
    refusal = refused(
        "open", actor=world.actor("desk"), kind="complaint", data={"place": "1-1-101", "words": "吵", **wish}
    )
    assert refusal.clause == "S6-12.07"


@pytest.mark.clause("S6-12.08")
@pytest.mark.parametrize(("minutes", "verdict"), [(30, "kept"), (31, "late")])
def test_another_departments_complaint_reaches_its_head_in_30_minutes(world, minutes, verdict):
    case = act(world, "open", kind="complaint", elsewhere=True)
    case = act(world, "refer", case, who="desk", at=MONDAY + timedelta(minutes=minutes))

    assert clock(case, "passed_on").verdict == verdict
    told = {n.staff for n in Notice.objects.filter(case=case, template="complaint.refer")}
    assert told == {world.staff["engineering"], world.staff["steward1"]}


@pytest.mark.clause("S6-12.08")
@pytest.mark.parametrize(("minutes", "verdict"), [(20, "kept"), (45, "late")])
def test_a_hand_over_not_ticked_at_intake_is_judged_from_intake_all_the_same(world, minutes, verdict):
    case = act(world, "open", kind="complaint")
    case = act(world, "refer", case, at=MONDAY + timedelta(minutes=minutes))
    assert clock(case, "passed_on").verdict == verdict


@pytest.mark.clause("S6-12.08")
def test_the_head_acknowledges_on_a_clock_of_their_own(world):
    case = a_case(world, "complaint", "with_dept")
    own = clock(case, "acknowledged")
    assert (own.owed_by, own.due_at - own.starts_at) == (world.staff["engineering"], timedelta(minutes=30))

    act(world, "acknowledge", case, who="engineering", at=MONDAY + timedelta(minutes=35))
    assert clock(case, "acknowledged").verdict == "kept"


@pytest.mark.clause("S6-12.09")
@pytest.mark.parametrize("missing", ["cause", "measure", "result"])
def test_a_department_returns_nothing_without_cause_measure_and_result(world, missing):
    case = a_case(world, "complaint", "with_dept")
    data = {word: "写明" for word in ("cause", "measure", "result") if word != missing}
    refusal = refused("give_back", actor=world.actor("engineering"), case=case, data=data)
    assert (refusal.clause, set(refusal.errors)) == ("S6-12.09", {missing})


@pytest.mark.clause("S6-12.07")
def test_the_result_must_be_told_to_keep_the_24_hours(world):
    case = a_case(world, "complaint", "answered")
    assert clock(case, "minor").verdict is None
    act(world, "tell", case, at=MONDAY + timedelta(hours=24, minutes=1))
    assert clock(case, "minor").verdict == "late"


@pytest.mark.clause("S6-12.10")
def test_the_follow_up_is_made_by_somebody_else(world):
    case = a_case(world, "complaint", "told")
    refusal = refused(
        "satisfied", actor=world.actor("steward1"), case=case, data={"how": "phone"}, at=MONDAY + timedelta(hours=1)
    )
    assert refusal.status == 403
    assert act(world, "satisfied", case, who="desk", at=MONDAY + timedelta(hours=1)).state == "closed"


@pytest.mark.clause("S6-12.11")
def test_face_to_face_the_customer_signs(world):
    case = a_case(world, "complaint", "told")
    hour = MONDAY + timedelta(hours=1)
    assert (
        refused("satisfied", actor=world.actor("desk"), case=case, data={"how": "in_person"}, at=hour).clause
        == "S6-12.11"
    )
    assert act(world, "satisfied", case, who="desk", how="in_person", sign_off=picture(), at=hour).state == "closed"


@pytest.mark.clause("S6-12.10")
def test_not_satisfied_opens_a_cycle_with_new_clocks_and_the_old_verdict_stays(world):
    case = a_case(world, "complaint", "told", wish_at=at("2026-11-23 12:00").isoformat())
    case = act(world, "unsatisfied", case, at=MONDAY + timedelta(hours=4))

    assert (case.state, case.cycle) == ("in_hand", 2)
    first, second = clock(case, "minor"), clock(case, "minor", cycle=2)
    assert (first.verdict, second.verdict) == ("kept", None)
    assert second.due_at == MONDAY + timedelta(hours=28)
    assert case.fact("wish_at") is None


@pytest.mark.clause("S6-12.10")
def test_it_closes_otherwise_by_the_directors_recorded_decision_alone(world):
    case = a_case(world, "complaint", "told")
    assert refused("decide", actor=world.actor("supervisor"), case=case, data={"decision": "到此为止"}).status == 403
    assert act(world, "decide", case, who="director").state == "closed"
    assert steps_taken(case)[-1] == "decide"


@pytest.mark.clause("S6-1.02")
def test_each_open_day_owes_a_progress_reply(world):
    case = act(world, "open", kind="complaint")
    assert clock(case, "progress").due_at == at("2026-11-24 20:00")
    act(world, "inform", case, at=at("2026-11-24 16:00"))
    act(world, "note", case, at=at("2026-11-26 09:00"))
    assert verdicts(case)["progress.1.1"] == "kept"
    assert verdicts(case)["progress.1.2"] == "broken"


@pytest.mark.clause("S6-12.10")
def test_a_closed_complaint_is_reopened_as_another_cycle(world):
    case = act(world, "settled", kind="complaint", how="phone")
    case = act(world, "reopen", case, at=MONDAY + timedelta(days=1))
    assert (case.state, case.cycle, case.closed_at) == ("in_hand", 2, None)
    assert verdicts(case) == {"minor.1.1": "kept", "minor.2.1": None, "progress.2.1": None}


@pytest.mark.clause("S6-12.10")
def test_what_the_customer_first_said_stays_when_they_say_more(world):
    case = a_case(world, "complaint", "told")
    first = case.sheet.words

    case = act(world, "unsatisfied", case, who="desk", at=MONDAY + timedelta(hours=2), how="phone", words="还是漏水。")

    again = case.spec.sheet.objects.get(pk=case.pk)
    assert (case.cycle, again.words) == (2, first)
    said = Entry.objects.get(stream_type="case", stream_id=case.pk, step="unsatisfied").data.body
    assert said["words"] == "还是漏水。"
