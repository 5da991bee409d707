"""The enquiry: what cannot be explained at once is asked of the department, promised and answered in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Case, Clock, Entry, Notice
from tests.support import a_case, act, refused, steps_taken, verdicts
from tests.world import MONDAY, at

HOUR = timedelta(hours=1)


def clock(case: Case, key: str, cycle: int = 1, seq: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle, seq=seq)


@pytest.mark.clause("S6-1.11")
@pytest.mark.parametrize(
    ("asked", "due"),
    [("2026-11-23 10:00", "2026-11-24 18:00"), ("2026-11-27 16:00", "2026-11-30 18:00")],
    ids=["monday", "friday"],
)
def test_what_cannot_be_answered_is_dealt_with_by_the_next_working_day(world, asked, due):
    case = act(world, "open", kind="enquiry", at=at(asked), customer=str(world.parties["fang"].pk))

    assert clock(case, "answer_by").due_at == at(due)
    assert Notice.objects.filter(case=case, party=world.parties["fang"]).exists()


@pytest.mark.clause("S6-1.11")
def test_what_is_answered_at_once_opens_and_keeps_its_clock(world):
    case = act(world, "answered_at_once", kind="enquiry", who="desk")

    assert (case.state, verdicts(case)) == ("closed", {"answer_by.1.1": "kept"})


@pytest.mark.clause("S6-1.11")
def test_the_department_is_asked_and_the_asking_is_recorded(world):
    case = a_case(world, "enquiry", "asked")

    assert steps_taken(case) == ["open", "refer"]
    assert Notice.objects.filter(case=case, staff=world.staff["engineering"], template="enquiry.refer").exists()
    case = act(world, "give_back", case, who="engineering", at=MONDAY + HOUR)
    assert (case.state, clock(case, "acknowledged").verdict) == ("taken", "kept")


@pytest.mark.clause("S6-2.01")
@pytest.mark.parametrize("kind", ["enquiry", "suggestion"])
def test_what_anybody_hears_is_recorded_once_passed_on_and_must_be_acknowledged(world, kind):
    """The fitter hears a wish on the stairs; the department has it with its own clock, and silence is a broken promise."""
    case = act(
        world, "open", kind=kind, who="fitter", words="想在 3 栋加一张长椅", customer=str(world.parties["fang"].pk)
    )
    case = act(world, "refer", case, who="steward1", at=MONDAY + HOUR, dept="engineering")
    assert Notice.objects.filter(case=case, staff=world.staff["engineering"], template=f"{kind}.refer").exists()
    due = clock(case, "acknowledged").due_at

    told = act(world, "acknowledge", case, who="engineering", at=due)
    assert clock(told, "acknowledged").verdict == "kept"
    other = act(world, "open", kind=kind, who="desk", customer=str(world.parties["fang"].pk))
    other = act(world, "refer", other, who="desk", at=MONDAY + HOUR, dept="engineering")
    act(world, "acknowledge", other, who="engineering", at=clock(other, "acknowledged").due_at + HOUR)
    assert clock(other, "acknowledged").verdict == "late"


@pytest.mark.clause("S6-2.07")
def test_the_first_person_asked_stays_on_the_case_and_is_told_at_the_end(world):
    case = act(world, "open", kind="enquiry", who="fitter")
    case = act(world, "refer", case, who="steward1", at=MONDAY + HOUR)
    case = act(world, "give_back", case, who="engineering", at=MONDAY + 2 * HOUR)
    case = act(world, "reply", case, who="steward1", at=MONDAY + 3 * HOUR)

    assert case.first_contact == world.staff["fitter"]
    assert [n.staff for n in Notice.objects.filter(case=case, template="enquiry.reply")] == [world.staff["fitter"]]


@pytest.mark.clause("S6-2.07")
def test_somebody_else_must_answer_when_it_is_handed_over(world):
    case = a_case(world, "enquiry")
    refusal = refused(
        "hand_over", actor=world.actor("supervisor"), case=case, data={"staff": case.owner.number, "note": "换人"}
    )
    assert refusal.clause == "S6-2.07"


@pytest.mark.clause("S6-2.08")
def test_a_promised_time_is_postponed_once_and_a_second_time_is_refused(world):
    case = a_case(world, "enquiry")
    case = act(world, "promise", case, at=MONDAY + HOUR, promised_at=at("2026-11-24 12:00").isoformat())
    case = act(world, "postpone", case, at=MONDAY + 2 * HOUR, promised_at=at("2026-11-25 12:00").isoformat())
    assert (clock(case, "promised").verdict, clock(case, "promised", seq=2).due_at) == (
        "postponed", at("2026-11-25 12:00"),
    )  # fmt: skip

    refusal = refused(
        "postpone",
        actor=world.actor("steward1"),
        case=case,
        at=MONDAY + 3 * HOUR,
        data={"promised_at": at("2026-11-26 12:00").isoformat(), "note": "再等等", "told": "还要一天"},
    )
    assert refusal.clause == "S6-2.08"


@pytest.mark.clause("S6-2.08")
@pytest.mark.parametrize("missing", ["note", "told"])
def test_postponing_takes_the_reason_and_what_the_customer_was_told(world, missing):
    case = act(world, "promise", a_case(world, "enquiry"), promised_at=at("2026-11-24 12:00").isoformat())
    data = {"promised_at": at("2026-11-25 12:00").isoformat(), "note": "缺料", "told": "明天给您", missing: ""}

    refusal = refused("postpone", actor=world.actor("steward1"), case=case, data=data)
    assert (refusal.clause, set(refusal.errors)) == ("S6-2.08", {missing})


@pytest.mark.clause("S6-2.08")
def test_a_time_once_promised_is_not_promised_anew(world):
    case = act(world, "promise", a_case(world, "enquiry"), promised_at=at("2026-11-24 12:00").isoformat())
    refusal = refused(
        "promise",
        actor=world.actor("steward1"),
        case=case,
        data={"promised_at": at("2026-11-25 12:00").isoformat(), "told": "明天"},
    )
    assert refusal.clause == "S6-2.08"


@pytest.mark.clause("S6-2.08")
def test_after_the_promised_time_it_is_late_and_no_longer_postponed(world):
    case = act(world, "promise", a_case(world, "enquiry"), promised_at=at("2026-11-23 12:00").isoformat())
    data = {"promised_at": at("2026-11-25 12:00").isoformat(), "note": "缺料", "told": "明天给您"}

    refused("postpone", actor=world.actor("steward1"), case=case, data=data, at=at("2026-11-23 12:01"))
    case = act(world, "reply", case, at=at("2026-11-23 12:01"))
    assert clock(case, "promised").verdict == "late"


@pytest.mark.clause("S6-2.09")
def test_a_promised_time_lies_ahead(world):
    refusal = refused(
        "promise",
        actor=world.actor("steward1"),
        case=a_case(world, "enquiry"),
        data={"promised_at": at("2026-11-23 09:59").isoformat(), "told": "刚才"},
    )
    assert refusal.clause == "S6-2.09"


@pytest.mark.clause("S6-1.02")
def test_an_open_enquiry_owes_its_customer_a_word_each_day_of_the_desk(world):
    case = act(world, "open", kind="enquiry", at=at("2026-11-27 16:00"))  # Friday
    act(world, "inform", case, at=at("2026-11-28 11:00"))
    act(world, "reply", case, at=at("2026-11-30 09:00"))

    assert verdicts(case) == {
        "answer_by.1.1": "kept", "progress.1.1": "kept", "progress.1.2": "broken", "progress.1.3": "kept",
    }  # fmt: skip
    assert Entry.objects.filter(stream_id=case.pk, step="inform").count() == 1
