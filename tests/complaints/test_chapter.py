"""The whole chapter S6-12, clause by clause: what is refused, what runs, who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.actors import Actor
from shouwen.ground.models import Holding, Office
from shouwen.kernel import credentials
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, CaseActor, CaseLink, Clock, Credential, Notice
from shouwen.kernel.offers import steps_for
from shouwen.kernel.outbox import drain
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from tests.support import a_case, act, picture, refused, rights, steps_taken, travel, verdicts
from tests.world import MONDAY, World, at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def clock(case: Case, key: str, cycle: int = 1, seq: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle, seq=seq)


def told(case: Case, step: str) -> set[str]:
    rows = Notice.objects.filter(case=case, template=f"complaint.{step}").select_related("staff", "party")
    return {str(row.staff or row.party) for row in rows}


def opened(world: World, **given) -> Case:
    return act(world, "open", kind="complaint", who=given.pop("who", "desk"), **given)


def customer(world: World, name: str = "fang") -> str:
    return str(world.parties[name].pk)


# ---- grades


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


# ---- intake


@pytest.mark.clause("S6-12.02")
@pytest.mark.parametrize(
    "channel", ["phone", "counter", "web", "mail", "letter", "suggestion_box", "media", "government"]
)
def test_whatever_the_channel_the_steward_and_the_supervisor_are_told(world, channel):
    case = opened(world, channel=channel, reply_by=(MONDAY + DAY).isoformat())
    assert case.channel == channel
    assert {str(world.staff["steward1"]), str(world.staff["supervisor"])} <= told(case, "open")


@pytest.mark.clause("S3-5")
def test_a_letter_of_the_government_sets_the_date_and_parking_does_not_stop_it(world):
    data = {"place": "1-1-101", "words": "来函", "channel": "government"}
    assert refused("open", actor=world.actor("desk"), kind="complaint", data=data).clause == "S3-5"
    case = opened(world, channel="government", reply_by=at("2026-11-30 17:00").isoformat())
    assert clock(case, "official").due_at == at("2026-11-30 17:00")
    case = act(world, "park", case, who="supervisor", at=MONDAY + HOUR)
    assert clock(case, "official").paused_at is None
    case = act(world, "resume", case, at=MONDAY + 2 * DAY)
    act(world, "answer", case, at=at("2026-11-30 17:01"))
    assert clock(case, "official").verdict == "late"


@pytest.mark.clause("S6-12.03")
def test_settled_on_the_spot_without_a_word_to_the_customer_owes_the_steward_one(world):
    case = act(world, "settled", kind="complaint", who="fitter")
    assert (verdicts(case), told(case, "settled")) == (
        {"minor.1.1": "kept", "spot_reply.1.1": None}, {str(world.staff["steward1"])},
    )  # fmt: skip
    assert clock(case, "spot_reply").owed_by == world.staff["steward1"]
    act(world, "reply_after", case, who="steward1", at=MONDAY + HOUR)
    assert clock(case, "spot_reply").verdict == "kept"


@pytest.mark.clause("S6-2.21")
def test_without_a_name_there_is_a_code_that_opens_this_case_alone(world):
    data = {"place": "1-1-101", "words": "有人乱扔垃圾", "anonymous": True, "channel": "letter"}
    entry = perform("open", kind="complaint", actor=world.actor("desk"), at=MONDAY, data=data)
    case, another = Case.objects.get(pk=entry.stream_id), opened(world)
    code = entry.once["code"]

    assert (case.party, case.fact("in_writing")) == (None, False)
    assert Credential.objects.filter(case=case).exclude(hash=code).count() == 1
    holder = credentials.holder(credentials.find(code.lower().replace("-", " "), purpose="follow", at=MONDAY))
    assert list(visible_to(holder)) == [case] and another.pk != case.pk
    names = {offer.step.name for offer in steps_for(holder, case, at=MONDAY)}
    assert "withdraw" in names and "settle" not in names
    named = {**data, "customer": customer(world)}
    assert refused("open", actor=world.actor("desk"), kind="complaint", data=named).clause == "S6-2.21"
    assert refused("open", actor=world.actor("fang"), kind="complaint", data=data).clause == "S6-2.21"


def test_a_caller_need_not_be_the_customer(world):
    case = opened(world, customer=customer(world), caller="邻居 江先生 13900000000")
    assert (case.party, case.sheet.caller) == (world.parties["fang"], "邻居 江先生 13900000000")


# ---- whom it is about


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


# ---- the ladder


@pytest.mark.clause("S6-12.04")
def test_a_significant_complaint_stands_before_the_director_at_once(world):
    case = opened(world, refuses_fee=True)
    assert (case.fact("level"), str(world.staff["director"]) in told(case, "open")) == ("director", True)
    assert clock(case, "at_director").owed_by == world.staff["director"]
    case = act(world, "take", case, who="director", at=MONDAY + HOUR)
    assert (clock(case, "at_director").verdict, case.fact("level_taken")) == ("kept", True)
    travel(MONDAY + 5 * DAY)
    case.refresh_from_db()
    assert Case.objects.get(pk=case.pk).fact("level") == "director"


@pytest.mark.clause("S6-12.04")
def test_a_level_that_does_nothing_is_passed_over_by_time_and_its_promise_is_broken(world):
    case = opened(world, refuses_fee=True)
    due = clock(case, "at_director").due_at
    travel(due + HOUR)
    drain("test", at=due + HOUR)
    case = Case.objects.get(pk=case.pk)
    assert (case.fact("level"), clock(case, "at_director").verdict) == ("property_gm", "broken")
    assert clock(case, "at_property_gm").starts_at == due
    assert "take" in rights(world.actor("property_gm"), case)
    assert "take" not in rights(world.actor("director"), case)


@pytest.mark.clause("S6-12.04")
def test_a_level_passes_up_what_is_beyond_its_authority(world):
    case = opened(world)
    assert refused("take", actor=world.actor("director"), case=case, data={"decision": "好"}).status in (403, 409)
    case = act(world, "report_up", case, who="steward1")
    case = act(world, "pass_up", case, who="director", at=MONDAY + HOUR)
    assert (case.fact("level"), clock(case, "at_director").verdict) == ("property_gm", "kept")


@pytest.mark.clause("S6-12.04")
def test_a_minor_one_past_its_time_goes_up_by_itself(world):
    case = opened(world)
    travel(MONDAY + DAY + HOUR)
    drain("test", at=MONDAY + DAY + HOUR)
    case = Case.objects.get(pk=case.pk)
    assert (case.fact("level"), clock(case, "minor").verdict) == ("director", None)


@pytest.mark.clause("S6-12.04")
def test_a_stand_in_answers_for_the_absent_level_and_the_one_complained_about_is_left_out(world):
    Holding.objects.create(
        org=world.org, office=world.offices["director"], staff=world.staff["desk2"], from_at=MONDAY - DAY,
        until_at=MONDAY + 9 * DAY, stand_in=True,
    )  # fmt: skip
    case = opened(world, refuses_fee=True)
    assert str(world.staff["desk2"]) in told(case, "open")
    act(world, "take", case, who="desk2", at=MONDAY + HOUR)
    about = opened(world, harm=True, against=world.staff["property_gm"].number)
    passed = act(world, "report_up", opened(world), who="desk")
    assert passed.fact("level") == "director"
    assert about.fact("level") == "director"
    assert "pass_up" in rights(world.actor("director"), about)
    assert act(world, "pass_up", about, who="director", at=MONDAY + HOUR).fact("level") == "director"


# ---- judgement


@pytest.mark.clause("S6-12.05")
def test_only_the_supervisor_finds_it_unfounded_and_an_explanation_is_still_owed(world):
    case = opened(world)
    for who in ("desk", "steward1", "director"):
        assert refused("judge", actor=world.actor(who), case=case, data={"note": "不成立"}).status == 403
    case = act(world, "judge", case, who="supervisor", at=MONDAY + HOUR)
    assert (case.state, case.closed_at, clock(case, "explained").verdict) == ("unfounded", None, None)
    case = act(world, "explain", case, who="steward1", at=MONDAY + 2 * HOUR)
    assert (case.state, clock(case, "explained").verdict) == ("closed", "kept")
    case = act(world, "reopen", case, at=MONDAY + 3 * HOUR)
    assert (case.fact("unfounded"), clock(case, "minor", cycle=2).verdict) == (False, None)


@pytest.mark.clause("S6-12.05 S6-12.10")
def test_a_customer_who_objects_to_being_unfounded_is_taken_up_again(world):
    case = act(world, "judge", a_case(world, "complaint", "answered"), who="supervisor", at=MONDAY + HOUR)
    case = act(world, "reopen", case, who="desk", at=MONDAY + 2 * HOUR)
    assert (case.state, case.cycle, case.fact("unfounded")) == ("in_hand", 2, False)


@pytest.mark.clause("S6-2.21 S6-12.05")
def test_whoever_took_it_down_does_not_judge_it(world):
    case = opened(world, who="supervisor")
    assert refused("judge", actor=world.actor("supervisor"), case=case, data={"note": "不成立"}).status == 403


@pytest.mark.clause("S8-8")
def test_the_measure_of_a_grave_complaint_is_judged_before_the_customer_hears_it(world):
    case = act(world, "resolve", opened(world, refuses_fee=True), at=MONDAY + HOUR)
    say = {"told": "已换新", "how": "phone"}
    assert refused("tell", actor=world.actor("steward1"), case=case, data=say, at=MONDAY + 2 * HOUR).clause == "S8-8"
    case = act(world, "reject_measure", case, who="supervisor", at=MONDAY + 3 * HOUR)
    assert case.state == "in_hand"
    case = act(world, "resolve", case, at=MONDAY + 4 * HOUR)
    assert refused("tell", actor=world.actor("steward1"), case=case, data=say, at=MONDAY + 5 * HOUR).clause == "S8-8"
    case = act(world, "approve_measure", case, who="supervisor", at=MONDAY + 6 * HOUR)
    assert act(world, "tell", case, at=MONDAY + 7 * HOUR).state == "told"


@pytest.mark.clause("S8-8")
def test_whether_a_measure_works_is_looked_at_weeks_later(world):
    case = opened(world, refuses_fee=True)
    for hours, step in enumerate(("resolve", "approve_measure", "tell", "satisfied"), start=1):
        case = act(world, step, case, at=MONDAY + hours * HOUR)
    effect = clock(case, "effective")
    assert (case.state, effect.owed_by, effect.goal) == ("closed", world.staff["supervisor"], "20wd")
    act(world, "confirm_effect", case, at=MONDAY + 10 * DAY)
    assert clock(case, "effective").verdict == "kept"


# ---- other departments, stages


@pytest.mark.clause("S1-10 S5-14")
def test_each_stage_has_a_clock_of_its_own(world):
    case = opened(world, elsewhere=True)
    case = act(world, "refer", case, who="desk", at=MONDAY + timedelta(minutes=20))
    case = act(world, "acknowledge", case, who="engineering", at=MONDAY + timedelta(minutes=60))
    case = act(world, "give_back", case, who="engineering", at=MONDAY + DAY)
    case = act(world, "tell", case, who="steward1", at=MONDAY + DAY + HOUR)
    stages = {key: verdicts(case)[f"{key}.1.1"] for key in ("passed_on", "acknowledged", "returned", "minor")}
    assert stages == {"passed_on": "kept", "acknowledged": "late", "returned": "kept", "minor": "late"}
    assert clock(case, "followed_up").verdict is None


@pytest.mark.clause("S6-12.03 S6-12.05 S6-12.06 S6-12.10")
def test_what_is_owed_afterwards_has_its_day(world):
    """The steward's word after the spot, the explanation, the follow-up: one working day each, by policy."""
    spot = act(world, "settled", kind="complaint", who="fitter")
    judged = act(world, "judge", opened(world), who="supervisor")
    told_one = a_case(world, "complaint", "told")
    found = [clock(spot, "spot_reply"), clock(judged, "explained"), clock(told_one, "followed_up")]
    assert [(one.goal, one.due_at) for one in found] == [("1wd", at("2026-11-24 18:00"))] * 3
    act(world, "satisfied", told_one, who="desk", at=at("2026-11-24 18:01"))
    assert clock(told_one, "followed_up").verdict == "late"


@pytest.mark.clause("S6-12.04")
def test_the_last_level_is_the_company_and_nothing_passes_it_over(world):
    office = Office.objects.create(org=world.org, role="company_gm")
    Holding.objects.create(org=world.org, office=office, staff=world.staff["nobody"], from_at=MONDAY - DAY)
    case = act(world, "report_up", opened(world), who="desk")
    for who in ("director", "property_gm"):
        case = act(world, "pass_up", case, who=who, at=MONDAY + HOUR)
    assert (case.fact("level"), clock(case, "at_company_gm").owed_by) == ("company_gm", world.staff["nobody"])
    travel(MONDAY + 5 * DAY)
    drain("test", at=MONDAY + 5 * DAY)
    assert clock(case, "at_company_gm").overdue(MONDAY + 5 * DAY)
    act(world, "take", Case.objects.get(pk=case.pk), who="nobody", at=MONDAY + 5 * DAY)
    assert clock(case, "at_company_gm").verdict == "late"


# ---- major


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
    written = a_case(world, "complaint", "answered", in_writing=True, customer=customer(world), cause="密封老化")
    spoken = a_case(world, "complaint", "answered")
    client.force_login(world.accounts["supervisor"])
    page = client.get(f"/cases/{written.no}/print/reply_letter").content.decode()
    assert "密封老化" in page and "方小满" in page
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


# ---- parked


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


# ---- promises, progress, checks


@pytest.mark.clause("S6-12.15")
def test_a_promise_beyond_ones_authority_waits_for_somebody_who_may_give_it(world):
    case = opened(world)
    data = {"promised_at": (MONDAY + DAY).isoformat(), "told": "赔五千", "worth_fen": 500_000}
    assert refused("promise", actor=world.actor("steward1"), case=case, data=data).clause == "S6-12.15"
    case = act(world, "ask_longer", case, who="steward1", promised_at=data["promised_at"], worth_fen=500_000)
    assert refused("promise", actor=world.actor("steward1"), case=case, data=data).clause == "S6-12.15"
    case = act(world, "agree_longer", case, who="director", at=MONDAY + HOUR)
    act(world, "promise", case, who="steward1", at=MONDAY + 2 * HOUR, **data)
    assert clock(case, "promised").verdict is None


@pytest.mark.clause("S6-12.16")
def test_the_words_for_the_caller_stand_at_intake_and_the_result_is_owed(world):
    case = opened(world)
    assert "回复" in case.spec.steps["open"].hint
    assert {key for key, verdict in verdicts(case).items() if verdict is None} >= {"minor.1.1", "progress.1.1"}


@pytest.mark.clause("S6-12.17")
def test_the_manager_sees_every_complaint_and_records_a_judgement(world):
    case = a_case(world, "complaint", "in_hand")
    assert case in visible_to(world.actor("manager"))
    data = {"opinion": "回复偏慢"}
    assert "judgement" in refused("check_up", actor=world.actor("manager"), case=case, data=data).errors
    act(world, "check_up", case, who="manager", judgement="improve", at=MONDAY + HOUR)
    assert steps_taken(case)[-1] == "check_up"


# ---- the end


@pytest.mark.clause("S6-12.10")
def test_whom_nobody_reaches_is_given_up_by_the_director_after_three_days_of_trying(world):
    case = a_case(world, "complaint", "told")
    for day in (0, 0, 1):
        case = act(world, "attempt", case, who="desk", at=MONDAY + day * DAY + HOUR)
    later = MONDAY + DAY + 2 * HOUR
    assert (
        refused("give_up", actor=world.actor("director"), case=case, data={"note": "x"}, at=later).clause == "S6-12.10"
    )
    case = act(world, "attempt", case, who="desk", at=MONDAY + 2 * DAY)
    assert (
        refused("give_up", actor=world.actor("supervisor"), case=case, data={"note": "x"}, at=later + DAY).status == 403
    )
    assert act(world, "give_up", case, who="director", at=MONDAY + 3 * DAY).state == "given_up"


# ---- one cause, many callers


@pytest.mark.clause("S6-1.02")
def test_one_progress_reply_reaches_all_who_complained_of_the_same_cause(world):
    lead = opened(world, words="电梯停了")
    callers = [opened(world, customer=customer(world, name)) for name in ("fang", "zeng")]
    assert refused("inform_all", actor=world.actor("desk"), case=lead, data={"told": "x", "how": "phone"}).clause
    for case in callers:
        act(world, "link", case, who="desk", other=lead.no, relation="same_cause")
    first, second = callers
    assert refused("link", actor=world.actor("desk"), case=lead, data={"other": first.no, "relation": "same_cause"})
    assert refused(
        "link", actor=world.actor("desk"), case=opened(world), data={"other": first.no, "relation": "same_cause"}
    )

    tomorrow = at("2026-11-24 11:00")
    act(world, "inform_all", lead, who="desk", told="下午换好", at=tomorrow)
    for _twice in range(2):
        drain("test", at=tomorrow + HOUR)

    for case in (first, second):
        assert steps_taken(case).count("inform") == 1
        assert clock(case, "progress").verdict == "kept"
        assert clock(case, "progress").stopped_at == tomorrow
        assert Case.objects.get(pk=case.pk).closed_at is None
    act(world, "unlink", first, who="desk", other=lead.no, at=tomorrow)
    assert CaseLink.objects.filter(until_at__isnull=True).count() == 1


def test_a_code_is_used_once_and_one_revoked_opens_nothing(world):
    case = opened(world)
    code = credentials.issue(case, purpose="survey", at=MONDAY, valid_until=MONDAY + DAY, uses=1)
    found = credentials.find(code, purpose="survey", at=MONDAY)
    credentials.use(found, at=MONDAY)
    with pytest.raises(Refusal):
        credentials.use(found, at=MONDAY)
    other = credentials.issue(case, purpose="survey", at=MONDAY, valid_until=MONDAY + DAY)
    with pytest.raises(Refusal):
        credentials.find(other, purpose="survey", at=MONDAY + 2 * DAY)
    credentials.find(other, purpose="survey", at=MONDAY)
    assert credentials.revoke(case, purpose="survey", at=MONDAY) == 1
    with pytest.raises(Refusal):
        credentials.find(other, purpose="survey", at=MONDAY)
    assert isinstance(credentials.holder(found), Actor)


def test_an_office_at_the_level_takes_part_and_leaves_when_it_passes_on(world):
    case = act(world, "pass_up", opened(world, refuses_fee=True), who="director", at=MONDAY + HOUR)
    rows = CaseActor.objects.filter(case=case, role="level").order_by("from_at", "id")
    assert [(row.office, row.until_at) for row in rows] == [
        (world.offices["director"], MONDAY + HOUR), (world.offices["property_gm"], None),
    ]  # fmt: skip
