"""The repair: the slip to engineering, fifteen minutes, price before work, checklist, signature, next round."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Answer, Case, Clock, Notice
from shouwen.kernel.perform import perform
from shouwen.kernel.policies import publish
from shouwen.rooms.requests.models import QuoteLine
from tests.support import a_case, act, answers, picture, refused, rights, travel, verdicts
from tests.world import MONDAY, at

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LINES = [{"item": "角阀", "quantity": 2, "unit_fen": 3500}, {"item": "人工", "quantity": 1, "unit_fen": 5000}]


def clock(case: Case, key: str, cycle: int = 1, seq: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle, seq=seq)


def told(case: Case, step: str) -> set:
    return {n.staff or n.party for n in Notice.objects.filter(case=case, template=f"{case.kind}.{step}")}


def mending(world, **facts) -> Case:
    """A repair with the fitter on the spot."""
    case = act(world, "open", kind="repair", customer=str(world.parties["fang"].pk), **facts)
    case = act(world, "assign", case, assignee=world.staff["fitter"].number, at=MONDAY + 3 * MINUTE)
    return act(world, "arrive", case, who="fitter", at=MONDAY + 12 * MINUTE)


@pytest.mark.clause("S6-2.28")
def test_the_slip_reaches_engineering_in_the_same_step(world):
    case = act(world, "open", kind="repair", who="desk", trade="water")

    assert case.dept == world.depts["engineering"]
    assert world.staff["engineering"] in told(case, "open")
    assert "assign" in rights(world.actor("engineering"), case)


@pytest.mark.clause("S6-2.28")
def test_acceptance_arrival_and_completion_are_timed(world):
    case = mending(world)
    case = act(world, "finish", case, who="fitter", at=MONDAY + HOUR)

    ended = verdicts(case)
    assert {key: ended[f"{key}.1.1"] for key in ("accepted", "arrival", "mended", "handled")} == {
        "accepted": "late", "arrival": "kept", "mended": "kept", "handled": "kept",
    }  # fmt: skip


@pytest.mark.clause("S6-2.06")
def test_only_the_dispatcher_and_the_departments_own_head_assign(world):
    case = act(world, "open", kind="repair")
    may = {who for who in world.accounts if "assign" in rights(world.actor(who), case)}
    assert may == {"dispatcher", "engineering"}


@pytest.mark.clause("S6-2.06")
def test_assigning_declining_and_assigning_anew_stand_on_record(world):
    case = act(world, "assign", act(world, "open", kind="repair"), assignee=world.staff["fitter"].number)
    case = act(world, "decline", case, who="fitter", note="在别处抢修")
    assert (case.state, case.assignee) == ("taken", None)
    assert told(case, "decline") >= {world.staff["dispatcher"]}
    case = act(world, "assign", case, who="dispatcher", assignee=world.staff["steward2"].number, at=MONDAY + MINUTE)
    assert case.assignee == world.staff["steward2"]


@pytest.mark.clause("S6-2.13")
@pytest.mark.parametrize(
    ("hour", "minutes", "verdict"), [(10, 15, "kept"), (10, 16, "late"), (2, 15, "kept"), (23, 16, "late")]
)
def test_somebody_is_there_in_fifteen_minutes_at_any_hour(world, hour, minutes, verdict):
    start = at(f"2026-11-28 {hour:02}:00")  # a Saturday
    case = act(world, "open", kind="repair", at=start)
    assert clock(case, "arrival").due_at == start + 15 * MINUTE
    case = act(world, "assign", case, assignee=world.staff["fitter"].number, at=start + MINUTE)
    case = act(world, "arrive", case, who="fitter", at=start + minutes * MINUTE)
    assert clock(case, "arrival").verdict == verdict


@pytest.mark.clause("S6-2.13")
def test_the_fifteen_minutes_begin_when_the_first_person_of_any_department_hears_it(world):
    heard = {"heard_at": (MONDAY - 10 * MINUTE).isoformat(), "heard_by": world.staff["fitter"].number}
    case = act(world, "open", kind="repair", who="desk", **heard)

    assert (case.opened_at, case.first_contact) == (MONDAY - 10 * MINUTE, world.staff["fitter"])
    assert clock(case, "arrival").due_at == MONDAY + 5 * MINUTE


@pytest.mark.clause("S6-2.13")
def test_nothing_is_heard_in_the_future_or_longer_ago_than_may_be_recorded(world):
    actor = world.actor("desk")
    for when in (MONDAY + MINUTE, MONDAY - timedelta(hours=25)):
        data = {"place": "1-1-101", "words": "漏水", "trade": "water", "heard_at": when.isoformat()}
        refused("open", actor=actor, kind="repair", data=data)


@pytest.mark.clause("S6-2.13")
def test_a_later_time_agreed_before_they_are_over_replaces_them_and_is_counted_apart(world):
    case = act(world, "open", kind="repair")
    later = at("2026-11-24 15:00")
    case = act(world, "agree_later", case, who="desk", at=MONDAY + 14 * MINUTE, agreed_at=later.isoformat())
    assert (clock(case, "arrival").verdict, clock(case, "arrival", seq=2).due_at) == ("agreed_later", later)
    assert clock(case, "handled").verdict == "void"

    again = {"agreed_at": at("2026-11-25 15:00").isoformat(), "note": "再晚", "told": "明天"}
    refusal = refused("agree_later", actor=world.actor("desk"), case=case, data=again, at=MONDAY + HOUR)
    assert refusal.clause == "S6-2.13"
    case = act(world, "assign", case, assignee=world.staff["fitter"].number, at=later - HOUR)
    case = act(world, "arrive", case, who="fitter", at=later)
    assert clock(case, "arrival", seq=2).verdict == "kept"


@pytest.mark.clause("S6-2.13")
def test_after_the_fifteen_minutes_no_later_time_is_agreed(world):
    case = act(world, "open", kind="repair")
    data = {"agreed_at": at("2026-11-24 15:00").isoformat(), "note": "忙", "told": "明天来"}
    refused("agree_later", actor=world.actor("desk"), case=case, data=data, at=MONDAY + 16 * MINUTE)


@pytest.mark.clause("S6-2.13")
def test_the_supervisor_hears_of_an_arrival_that_is_past_due(world):
    case = act(world, "open", kind="repair")
    travel(MONDAY + 15 * MINUTE)
    assert world.staff["supervisor"] in {n.staff for n in Notice.objects.filter(case=case, template="alarm")}


@pytest.mark.clause("S6-1.11")
def test_what_is_neither_mended_nor_promised_is_dealt_with_by_the_next_working_day(world):
    case = act(world, "open", kind="repair", at=at("2026-11-27 17:00"))  # Friday
    assert clock(case, "handled").due_at == at("2026-11-30 18:00")
    assert verdicts(act(world, "settled", kind="repair", who="desk")) == {"handled.1.1": "kept"}


@pytest.mark.clause("S6-1.11")
def test_a_promised_time_takes_the_place_of_the_next_day(world):
    case = mending(world)
    case = act(world, "promise", case, who="fitter", at=MONDAY + HOUR, promised_at=at("2026-11-25 12:00").isoformat())
    case = act(world, "wait", case, who="fitter", at=MONDAY + HOUR)
    ended = verdicts(case)
    assert (case.state, ended["handled.1.1"], ended["promised.1.1"]) == ("waiting", "void", None)


@pytest.mark.clause("S6-2.09")
def test_waiting_for_parts_needs_a_time_promised_to_the_customer(world):
    case = mending(world)
    refusal = refused(
        "wait", actor=world.actor("fitter"), case=case, data={"note": "等料", "told": "料到就来"}, at=MONDAY + HOUR
    )
    assert refusal.clause == "S6-2.09"


@pytest.mark.clause("S6-7.02")
def test_no_paid_work_without_the_customers_consent_to_its_price(world):
    case = act(world, "quote", mending(world, trade="water"), who="fitter", lines=LINES, at=MONDAY + 20 * MINUTE)
    assert (case.fact("price_fen"), QuoteLine.objects.filter(case=case).count()) == (12_000, 2)
    data = answers(case.spec.finish, world=world, actor=world.actor("fitter"), case=case, at=MONDAY + HOUR)
    assert refused("finish", actor=world.actor("fitter"), case=case, data=data, at=MONDAY + HOUR).clause == "S6-7.02"

    case = act(world, "accept_quote", case, who="fang", at=MONDAY + 30 * MINUTE)
    assert act(world, "finish", case, who="fitter", at=MONDAY + HOUR).state == "done"


@pytest.mark.clause("S6-7.02")
def test_a_new_quote_asks_for_consent_anew(world):
    case = act(world, "quote", mending(world), who="fitter", lines=LINES[:1], at=MONDAY + 20 * MINUTE)
    case = act(world, "accept_quote", case, who="fang", at=MONDAY + 21 * MINUTE)
    case = act(world, "quote", case, who="fitter", lines=LINES, at=MONDAY + 30 * MINUTE)
    assert (case.fact("agreed"), case.fact("price_fen")) == (False, 12_000)
    assert list(QuoteLine.objects.filter(case=case).order_by("turn", "position").values_list("turn", flat=True)) == [
        1,
        2,
        2,
    ]


@pytest.mark.clause("S6-7.02")
def test_consent_face_to_face_is_signed_and_otherwise_written_down(world):
    case = act(world, "quote", mending(world), who="fitter", lines=LINES, at=MONDAY + 20 * MINUTE)
    fitter, when = world.actor("fitter"), MONDAY + 21 * MINUTE
    for data in ({"how": "in_person"}, {"how": "phone"}):
        assert refused("accept_quote", actor=fitter, case=case, data=data, at=when).clause == "S6-7.02"
    act(world, "accept_quote", case, who="fitter", how="in_person", sign_off=picture(), at=when)


@pytest.mark.clause("S6-7.02")
def test_nothing_is_charged_in_warranty(world):
    case = mending(world, in_warranty=True)
    refusal = refused("quote", actor=world.actor("fitter"), case=case, data={"lines": LINES}, at=MONDAY + HOUR)
    assert refusal.clause == "S6-7.02"


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"item": "", "quantity": 1, "unit_fen": 1}],
        [{"item": "阀", "quantity": -1, "unit_fen": 1}],
        [{"what": 1}],
        "x",
    ],
)
def test_lines_that_do_not_fit_are_refused_at_their_field(world, lines):
    refusal = refused(
        "quote", actor=world.actor("fitter"), case=mending(world), data={"lines": lines}, at=MONDAY + HOUR
    )
    assert set(refusal.errors) == {"lines"}


@pytest.mark.clause("S6-1.10")
def test_nothing_is_finished_with_a_required_point_unanswered(world):
    case = mending(world, trade="water")
    data = {"result": "换了角阀", "told": "已试水", "points": {"sign": "not_needed", "covers": "done", "tidy": "yes"}}
    refusal = refused("finish", actor=world.actor("fitter"), case=case, data=data, at=MONDAY + HOUR)
    assert (refusal.clause, set(refusal.errors)) == ("S6-1.10 S6-2.10", {"points"})

    data["points"]["no_leak"] = {"value": "no", "note": "接头还有一点渗水"}
    perform("finish", actor=world.actor("fitter", at=MONDAY + HOUR), at=MONDAY + HOUR, case=case, data=data)
    assert set(Answer.objects.filter(bad=True).values_list("item", "value")) == {("no_leak", "no")}


@pytest.mark.clause("S6-1.10")
@pytest.mark.parametrize("answer", ["no", {"value": "no"}, "perhaps", {"value": "", "note": "忘了"}])
def test_a_point_out_of_order_wants_its_word_and_no_other_answer_passes(world, answer):
    case = mending(world, trade="other")
    data = {"result": "好了", "told": "好了", "points": {"sign": "done", "covers": "done", "tidy": answer}}
    assert set(refused("finish", actor=world.actor("fitter"), case=case, data=data, at=MONDAY + HOUR).errors) == {
        "points"
    }


@pytest.mark.clause("S6-1.10")
def test_a_new_version_of_the_list_counts_from_its_moment(world):
    case = mending(world, trade="other")
    only = {"": [{"key": "photo", "zh": "拍照", "en": "Photo taken"}]}
    publish("points.repair.site", only, actor=world.actor("manager"), at=MONDAY + HOUR)
    data = {"result": "好了", "told": "好了", "points": {"photo": "yes"}}
    refused("finish", actor=world.actor("fitter"), case=case, data=data, at=MONDAY + 59 * MINUTE)
    perform("finish", actor=world.actor("fitter", at=MONDAY + HOUR), at=MONDAY + HOUR, case=case, data=data)
    assert Answer.objects.get().answer_set.version is not None


@pytest.mark.clause("S6-2.10")
def test_finishing_records_what_was_explained_and_face_to_face_the_customer_signs(world):
    case = mending(world)
    assert set(
        refused("finish", actor=world.actor("fitter"), case=case, data={"result": "好了"}, at=MONDAY + HOUR).errors
    ) == {"told", "points"}
    case = act(world, "finish", case, who="fitter", at=MONDAY + HOUR)
    refusal = refused("satisfied", actor=world.actor("fitter"), case=case, data={"how": "in_person"}, at=MONDAY + HOUR)
    assert refusal.clause == "S6-2.10"
    assert (
        act(world, "satisfied", case, who="fitter", how="in_person", slip=picture(), at=MONDAY + HOUR).state == "closed"
    )


@pytest.mark.clause("S6-2.10", "S6-2.07")
@pytest.mark.parametrize("step", ["satisfied", "withdraw", "decide"])
def test_the_first_contact_is_told_however_it_ends(world, step):
    case = act(world, "open", kind="repair", who="desk2")
    if step != "withdraw":
        case = act(world, "assign", case, assignee=world.staff["fitter"].number, at=MONDAY + MINUTE)
        case = act(world, "arrive", case, at=MONDAY + 2 * MINUTE)
        case = act(world, "finish", case, at=MONDAY + HOUR)
    case = act(
        world, step, case, who={"satisfied": "desk", "withdraw": "desk", "decide": "director"}[step], at=MONDAY + HOUR
    )
    assert case.closed_at is not None and world.staff["desk2"] in told(case, step)


@pytest.mark.clause("S6-2.28")
@pytest.mark.parametrize("how", ["unsatisfied", "reopen"])
def test_bad_work_opens_a_new_round_with_new_clocks_and_the_old_verdict_stays(world, how):
    case = mending(world)
    case = act(
        world, "promise", case, who="fitter", at=MONDAY + 13 * MINUTE, promised_at=at("2026-11-23 18:00").isoformat()
    )
    case = act(world, "finish", case, who="fitter", at=MONDAY + HOUR)
    if how == "reopen":
        case = act(world, "satisfied", case, who="fang", at=MONDAY + HOUR)
    case = act(world, how, case, who="fang", at=MONDAY + 2 * HOUR)

    assert (case.state, case.cycle, case.assignee, case.fact("promised_at")) == ("taken", 2, None, None)
    ended = verdicts(case)
    assert (ended["arrival.1.1"], ended["arrival.2.1"], ended["handled.2.1"]) == ("kept", None, None)
    assert clock(case, "arrival", cycle=2).due_at == MONDAY + 2 * HOUR + 15 * MINUTE


@pytest.mark.clause("S6-1.02")
def test_an_open_repair_owes_a_word_each_day_of_the_desk_weekends_included(world):
    case = act(world, "open", kind="repair", at=at("2026-11-27 16:00"))
    act(world, "inform", case, who="desk", at=at("2026-11-29 11:00"))
    travel(at("2026-11-30 00:00"))
    ended = verdicts(Case.objects.get(pk=case.pk))
    assert (ended["progress.1.1"], ended["progress.1.2"], ended["progress.1.3"]) == ("broken", "kept", None)


@pytest.mark.clause("S6-2.13")
def test_help_is_there_in_fifteen_minutes_too(world):
    case = a_case(world, "assistance", "assigned")
    case = act(world, "arrive", case, at=MONDAY + 15 * MINUTE)
    case = act(world, "finish", case, at=MONDAY + HOUR)
    assert (case.state, clock(case, "arrival").verdict) == ("closed", "kept")


@pytest.mark.clause("S6-1.11")
def test_a_suggestion_is_answered_with_its_reason_by_the_next_working_day(world):
    case = act(world, "open", kind="suggestion")
    assert clock(case, "handled").due_at == at("2026-11-24 18:00")
    refusal = refused(
        "reply", actor=world.actor("steward1"), case=case, data={"adopted": "not_adopted", "how": "phone"}
    )
    assert set(refusal.errors) == {"answer"}


@pytest.mark.clause("S6-1.11")
def test_praise_reaches_the_colleague_it_is_for(world):
    case = act(world, "open", kind="commendation", who="desk", praised=world.staff["fitter"].number)
    assert told(case, "open") == {world.staff["steward1"], world.staff["supervisor"], world.staff["fitter"]}
    case = act(world, "thank", case, who="desk", at=at("2026-11-24 17:00"))
    assert verdicts(case) == {"thanked.1.1": "kept"}


@pytest.mark.clause("S6-2.09")
def test_an_agreed_time_over_seven_days_is_the_supervisors_to_agree_on(world):
    case = act(world, "open", kind="repair")
    data = {"agreed_at": at("2026-12-01 09:00").isoformat(), "note": "客户出差", "told": "回来再修"}
    assert refused("agree_later", actor=world.actor("desk"), case=case, data=data).clause == "S6-2.09"
    act(world, "agree_later", case, who="supervisor", **data)


LATE = MONDAY + 40 * MINUTE
TRICKS = {
    "withdrawn": [("withdraw", "desk", LATE)],
    "settled on the phone": [("settle", "desk", LATE)],
    "assigned, declined and assigned anew": [
        ("assign", "dispatcher", MONDAY), ("decline", "fitter", MONDAY + MINUTE), ("assign", "dispatcher", LATE),
        ("arrive", "fitter", LATE),
    ],
    "promised instead": [("promise", "desk", LATE), ("assign", "dispatcher", LATE), ("arrive", "fitter", LATE)],
    "another place": [("correct", "desk", LATE), ("assign", "dispatcher", LATE), ("arrive", "fitter", LATE)],
    "handed to somebody else": [
        ("hand_over", "supervisor", LATE), ("assign", "dispatcher", LATE), ("arrive", "fitter", LATE),
    ],
}  # fmt: skip


@pytest.mark.clause("S6-2.13", "S6-1.03")
@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_makes_an_arrival_that_was_late_look_kept(world, trick):
    case = act(world, "open", kind="repair", who="desk")
    for step, who, when in TRICKS[trick]:
        given = {"assignee": world.staff["fitter"].number, "staff": world.staff["desk2"].number, "place": "1-1-102"}
        case = act(world, step, case, who=who, at=when, **given)
    assert clock(case, "arrival").verdict in ("late", "broken")
    assert Clock.objects.filter(case=case, key="arrival").count() == 1


@pytest.mark.clause("S6-1.03")
def test_a_policy_made_longer_afterwards_saves_no_arrival(world):
    case = act(world, "open", kind="repair")
    publish("request.arrival", "2h", actor=world.actor("manager"), at=LATE, to_running=True)
    travel(LATE)
    case = act(world, "assign", case, assignee=world.staff["fitter"].number, at=LATE)
    assert clock(act(world, "arrive", case, who="fitter", at=LATE), "arrival").verdict == "late"


@pytest.mark.clause("S6-1.03")
def test_an_arrival_dated_back_beyond_what_may_be_recorded_is_refused_and_within_it_counts(world):
    case = act(world, "assign", act(world, "open", kind="repair"), assignee=world.staff["fitter"].number)
    later = MONDAY + timedelta(hours=25)
    fitter = world.actor("fitter", at=later)
    assert refused("arrive", actor=fitter, case=case, at=later, happened_at=MONDAY + 10 * MINUTE).clause == "S6-1.08"
    entry = perform("arrive", actor=fitter, at=LATE, case=case, happened_at=MONDAY + 10 * MINUTE)
    assert (clock(case, "arrival").verdict, entry.recorded_at) == ("kept", LATE)
