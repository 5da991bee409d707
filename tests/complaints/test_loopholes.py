"""Every way we know to make a late promise look kept, and what comes of it. The table is docs/loopholes.md."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Holding
from shouwen.kernel import calendars, policies
from shouwen.kernel.audit import audit_clocks
from shouwen.kernel.models import Case, CaseLink, Clock, ClockPause, Entry, Notice
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import lines_of
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from tests.support import a_case, act, refused, travel, verdicts
from tests.world import MONDAY, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUE = MONDAY + DAY  # of a minor complaint
LATE = DUE + HOUR


def clock(case: Case, key: str = "minor", cycle: int = 1, seq: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle, seq=seq)


def opened(world: World, **given) -> Case:
    return act(world, "open", kind="complaint", who="desk", **given)


@pytest.fixture(autouse=True)
def the_journal_gives_the_same(db):
    yield
    assert [str(difference) for difference in audit_clocks()] == []


# ---- reclass


@pytest.mark.clause("S6-12.01 S6-1.03")
def test_reclass_after_the_due_time_leaves_it_broken(world):
    case = act(world, "classify", opened(world), who="desk", grade="significant", at=LATE)
    assert (clock(case).verdict, clock(case, "significant").starts_at) == ("broken", MONDAY)


@pytest.mark.clause("S6-12.01 S6-1.03")
def test_reclass_there_and_back_wins_no_time(world):
    """Out of the grade before the due time, back after it: the promise is the first one, and it is late."""
    case = act(world, "classify", opened(world), who="desk", grade="significant", at=DUE - HOUR)
    case = act(world, "classify", case, who="desk", grade="minor", at=LATE)
    again = clock(case, seq=2)
    assert (clock(case).verdict, again.due_at, again.late_start) == ("void", DUE, False)
    case = act(world, "resolve", case, at=LATE + HOUR)
    assert verdicts(act(world, "tell", case, at=LATE + 2 * HOUR))["minor.1.2"] == "late"


@pytest.mark.clause("S6-12.08")
def test_saying_later_that_it_concerns_another_department_wins_no_time(world):
    case = act(world, "classify", opened(world), who="desk", elsewhere=True, grade="minor", at=MONDAY + 2 * HOUR)
    case = act(world, "refer", case, who="desk", at=MONDAY + 3 * HOUR)
    assert clock(case, "passed_on").verdict == "late"


# ---- park


@pytest.mark.clause("S6-12.14 S6-1.03")
def test_parking_after_the_due_time_pauses_nothing(world):
    case = act(world, "park", opened(world), who="supervisor", at=LATE)
    assert (clock(case).paused_at, clock(case).verdict) == (None, None)
    case = act(world, "resume", case, at=LATE + DAY)
    case = act(world, "resolve", case, at=LATE + DAY)
    assert clock(act(world, "tell", case, at=LATE + DAY)).verdict == "late"


@pytest.mark.clause("S6-12.14")
def test_parking_before_the_due_time_saves_only_the_rest_and_shows_the_pause(world):
    case = act(world, "park", opened(world), who="supervisor", at=DUE - HOUR)
    case = act(world, "resume", case, at=DUE + 5 * DAY)
    assert clock(case).due_at == DUE + 5 * DAY + HOUR
    assert [pause.reason for pause in ClockPause.objects.filter(clock__case=case, clock__key="minor")] == ["parked"]
    again = {"reason": "legacy", "told": "x", "review_at": (DUE + 9 * DAY).isoformat(), "note": "x"}
    assert refused("park", actor=world.actor("supervisor"), case=case, data=again, at=DUE + 5 * DAY).status == 409


@pytest.mark.clause("S6-12.14 S6-12.13 S6-12.15 S6-2.08")
def test_parking_stops_neither_the_rescue_nor_what_was_promised(world):
    case = opened(world, harm=True)
    promised = (MONDAY + 5 * HOUR).isoformat()
    case = act(
        world, "promise", case, who="desk", promised_at=promised, told="下午五点前到", at=MONDAY + timedelta(minutes=5)
    )
    case = act(world, "park", case, who="supervisor", at=MONDAY + timedelta(minutes=10))
    case = act(world, "contain", case, who="manager", at=MONDAY + 3 * HOUR)
    assert (clock(case, "contained").verdict, clock(case, "promised").paused_at) == ("late", None)
    assert clock(case, "at_director").paused_at is not None
    case = act(world, "resume", case, who="supervisor", at=MONDAY + 2 * DAY)
    assert clock(case, "promised").overdue(MONDAY + 2 * DAY)
    assert clock(case, "at_director").due_at > MONDAY + 2 * DAY


@pytest.mark.clause("S6-12.14 S1-10")
def test_parked_and_forgotten_is_a_broken_promise_of_its_own(world):
    case = act(world, "park", opened(world), who="supervisor", at=MONDAY + HOUR)
    travel(MONDAY + 9 * DAY)
    assert clock(case, "reviewed").overdue(MONDAY + 9 * DAY)
    act(world, "withdraw", case, who="desk", at=MONDAY + 9 * DAY)
    assert clock(case, "reviewed").verdict == "broken"


# ---- merge


@pytest.mark.clause("S6-1.03")
@pytest.mark.parametrize("relation", ["twin", "same_cause", "from_call"])
def test_a_link_stops_no_clock(world, relation):
    lead, case = opened(world), opened(world)
    before = verdicts(case)
    case = act(world, "link", case, who="desk", other=lead.no, relation=relation, at=MONDAY + HOUR)
    assert (verdicts(case), case.state, case.closed_at) == (before, "taken", None)
    lead = act(world, "settle", lead, at=MONDAY + 2 * HOUR)
    assert verdicts(Case.objects.get(pk=case.pk))["minor.1.1"] is None


# ---- withdraw, give up, judge away


@pytest.mark.clause("S6-1.03")
def test_withdrawn_after_the_due_time_is_broken_and_whoever_owes_it_cannot_withdraw(world):
    case = opened(world, customer=str(world.parties["fang"].pk))
    assert refused("withdraw", actor=world.actor("steward1"), case=case, data={"note": "客户不要了"}).status == 403
    case = act(world, "withdraw", case, who="desk", at=LATE)
    assert verdicts(case)["minor.1.1"] == "broken"
    assert Notice.objects.filter(case=case, template="complaint.withdraw", party=world.parties["fang"]).exists()


@pytest.mark.clause("S6-12.10 S6-1.03")
def test_giving_up_takes_three_days_of_trying_and_leaves_it_broken(world):
    case = a_case(world, "complaint", "given_up")
    assert verdicts(case)["minor.1.1"] == "broken"


@pytest.mark.clause("S6-12.05 S6-1.03")
def test_judged_unfounded_after_the_due_time_it_stays_broken_and_an_explanation_is_owed(world):
    case = act(world, "judge", opened(world), who="supervisor", at=LATE)
    assert (clock(case).verdict, clock(case, "explained").verdict) == ("broken", None)


# ---- reopen, close early


@pytest.mark.clause("S6-12.10 S6-1.03")
def test_a_new_cycle_leaves_the_old_verdict_and_has_clocks_of_its_own(world):
    case = a_case(world, "complaint", "answered")
    case = act(world, "tell", case, at=LATE)
    case = act(world, "unsatisfied", case, at=LATE + HOUR)
    assert (clock(case).verdict, clock(case, cycle=2).verdict, case.cycle) == ("late", None, 2)


@pytest.mark.clause("S6-12.03")
def test_closing_as_settled_after_the_first_day_is_refused(world):
    data = {"result": "好了", "how": "phone"}
    assert (
        refused("settle", actor=world.actor("desk"), case=opened(world), data=data, at=DUE - HOUR).clause == "S6-12.03"
    )


# ---- back-date


@pytest.mark.clause("S6-1.08")
def test_back_dating_is_refused_beyond_the_policy_and_shown_within_it(world):
    case = a_case(world, "complaint", "answered")
    data = {"told": "已告知", "how": "phone"}
    steward = world.actor("steward1", at=DUE + 2 * DAY)
    assert refused("tell", actor=steward, case=case, data=data, at=DUE + 2 * DAY, happened_at=DUE - HOUR)
    before = {"told": "x", "how": "phone"}
    assert refused("tell", actor=steward, case=case, data=before, at=LATE, happened_at=MONDAY + timedelta(minutes=1))
    perform("tell", actor=steward, case=case, data=data, at=LATE, happened_at=DUE - HOUR)
    line = lines_of(case, actor=world.actor("supervisor"))[-1]
    assert (clock(case).verdict, line.recorded_late, line.recorded_at) == ("kept", True, LATE)


# ---- change the rules


@pytest.mark.clause("S6-1.03")
def test_a_policy_moves_neither_yesterday_nor_what_is_past_its_time(world):
    case, ended = opened(world), a_case(world, "complaint", "answered")
    act(world, "tell", ended, at=LATE)
    manager = world.actor("manager", at=LATE)
    with pytest.raises(Refusal):
        policies.publish("complaint.minor", "72h", actor=manager, at=LATE, effective_at=MONDAY, to_running=True)
    policies.publish("complaint.minor", "72h", actor=manager, at=LATE + HOUR, to_running=True, note="放宽")
    policies.apply_waiting(at=LATE + 2 * HOUR)
    assert (clock(case).due_at, clock(ended).verdict) == (DUE, "late")
    entry = Entry.objects.filter(stream_type="policy").latest("id")
    assert (entry.actor_id, entry.facts["value"]) == (world.staff["manager"].pk, "72h")


@pytest.mark.clause("S6-1.03")
def test_a_calendar_moves_neither_yesterday_nor_what_is_past_its_time(world):
    case = opened(world, refuses_fee=True)
    due = clock(case, "significant").due_at
    after = due + HOUR
    spec = {"tz": "Asia/Shanghai", "week": {"mon": [["09:00", "17:00"]]}}
    calendars.publish("site", spec, actor=world.actor("manager", at=after), at=after)
    calendars.apply_waiting(at=after + HOUR)
    assert clock(case, "significant").due_at == due
    case = act(world, "resolve", case, at=after + 2 * HOUR)
    case = act(world, "approve_measure", case, at=after + 2 * HOUR)
    assert verdicts(act(world, "tell", case, at=after + 2 * HOUR))["significant.1.1"] == "late"


@pytest.mark.clause("S6-1.03")
def test_another_community_with_easier_rules_does_not_mend_what_was_promised_here(world):
    """The place is corrected to a community whose policy allows three days: the clock keeps the rules it began under."""
    manager = world.actor("manager")
    policies.publish("complaint.minor", "72h", actor=manager, at=MONDAY - DAY, site=world.places["other"])
    Holding.objects.create(
        org=world.org, office=world.offices["elsewhere"], staff=world.staff["desk"], from_at=MONDAY - DAY
    )
    case = opened(world, customer=str(world.parties["fang"].pk))
    case = act(world, "correct", case, who="desk", place="other", at=LATE)
    assert (case.site, clock(case).due_at) == (world.places["other"], DUE)


# ---- change the people


@pytest.mark.clause("S6-1.03 S6-2.07")
def test_handing_over_or_leaving_does_not_move_who_answered_when_it_was_due(world):
    case = act(world, "hand_over", opened(world), who="supervisor", staff=world.staff["steward2"].number, at=LATE)
    case = act(world, "resolve", case, who="steward2", at=LATE + HOUR)
    act(world, "tell", case, who="steward2", at=LATE + HOUR)
    assert (clock(case).verdict, clock(case).answerable) == ("late", world.staff["steward1"])


@pytest.mark.clause("S6-12.10")
def test_a_stand_in_who_handled_it_does_not_follow_it_up_in_another_office(world):
    Holding.objects.create(
        org=world.org, office=world.offices["steward1"], staff=world.staff["desk2"], from_at=MONDAY - DAY,
        until_at=MONDAY + 3 * DAY, stand_in=True,
    )  # fmt: skip
    case = opened(world)
    for step in ("resolve", "tell"):
        case = act(world, step, case, who="desk2", at=MONDAY + HOUR)
    assert refused("satisfied", actor=world.actor("desk2"), case=case, data={"how": "phone"}, at=LATE).status == 403


# ---- excuse, and silence


@pytest.mark.clause("S6-1.03")
def test_an_excuse_is_the_directors_and_the_first_verdict_stays_beside_it(world):
    case = act(world, "withdraw", opened(world), who="desk", at=LATE)
    data = {"clock": "minor.1.1", "note": "全城停电"}
    assert refused("excuse", actor=world.actor("supervisor"), case=case, data=data, at=LATE).status == 403
    act(world, "excuse", case, who="director", at=LATE, **data)
    assert (clock(case).verdict, clock(case).original) == ("excused", "broken")


@pytest.mark.clause("S6-1.03")
def test_doing_nothing_at_all_is_overdue_and_alarms_without_anybody_looking(world):
    case = opened(world)
    travel(LATE)
    assert clock(case).overdue(LATE)
    assert Notice.objects.filter(case=case, template="alarm", staff=world.staff["supervisor"]).exists()


# ---- become another kind


@pytest.mark.clause("S6-2.21 S6-1.03")
@pytest.mark.parametrize(("when", "verdict"), [(DUE - HOUR, "void"), (LATE, "broken")])
def test_becoming_a_repair_hides_no_time(world, when, verdict):
    """Taken as a complaint by mistake: the repair counts from the first call, and both keep an entry and a link."""
    case = act(world, "convert", opened(world, words="水管爆了"), who="desk", at=when)
    repair = Case.objects.get(kind="repair")
    assert (case.state, verdicts(case)["minor.1.1"]) == ("converted", verdict)
    assert (repair.opened_at, repair.first_contact, repair.sheet.words) == (MONDAY, world.staff["desk"], "水管爆了")
    arrival = clock(repair, "arrival")
    assert (arrival.starts_at, arrival.overdue(when)) == (MONDAY, True)
    link = CaseLink.objects.get(case=repair)
    assert (link.other, link.relation) == (case, "converted")
    first, taken = Entry.objects.filter(step__in=("convert", "take_over")).order_by("id")
    assert taken.cause_id == first.pk
    back = act(world, "convert", repair, who="desk", at=when + HOUR)
    again = Case.objects.exclude(pk=case.pk).get(kind="complaint")
    assert verdicts(back)["arrival.1.1"] == "broken"
    assert (again.opened_at, clock(again).due_at) == (MONDAY, DUE)


@pytest.mark.clause("S6-2.21")
def test_a_house_without_repairs_keeps_the_complaint(world, monkeypatch):
    case = opened(world)
    monkeypatch.delitem(kinds, "repair")
    assert refused("convert", actor=world.actor("desk"), case=case, data={"note": "水管"}).clause == "S6-2.21"


# ---- send somebody else, shut the room


@pytest.mark.clause("S6-1.03 S6-2.07 S6-2.13")
def test_sending_somebody_else_after_the_due_time_leaves_it_with_the_first(world):
    case = a_case(world, "repair", "assigned")
    fitter, late = case.assignee, MONDAY + HOUR
    data = {"staff": world.staff["desk2"].number, "whose": fitter.number, "note": "换人"}
    case = act(world, "hand_over", case, who="supervisor", at=late, **data)
    assert (case.assignee, case.owner) == (world.staff["desk2"], world.staff["steward1"])
    act(world, "arrive", case, who="desk2", at=late + HOUR)
    arrival = clock(case, "arrival")
    assert (arrival.verdict, arrival.answerable) == ("late", fitter)


@pytest.mark.clause("S6-1.03")
def test_shutting_the_room_stops_no_clock(world):
    case = opened(world)
    policies.publish("rooms.shut", ["complaints"], actor=world.actor("manager"), at=MONDAY + HOUR)
    travel(LATE)
    assert clock(case).overdue(LATE)
    case = act(world, "resolve", case, at=LATE)
    act(world, "tell", case, at=LATE)
    assert clock(case).verdict == "late"
