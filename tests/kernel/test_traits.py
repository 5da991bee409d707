"""What several kinds repeat, seen through the complaint: a promise lost by a step, the next begun by the last, links."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import CaseLink
from shouwen.kernel.traits import Sequence
from tests.kernel.test_fold import MONDAY as FOLDED
from tests.kernel.test_fold import clocks, story
from tests.support import a_case, act, refused, steps_taken
from tests.world import MONDAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UP = {"level": "director", "level_taken": False}
ABOVE = {"level": "property_gm", "level_taken": False}
OPEN = (FOLDED, "open", "taken", {"grade": "minor"})


def of(events, key):
    return [(row.verdict, row.starts_at, row.due_at) for row in clocks(events, key, kind="complaint")]


def test_a_level_passed_over_at_its_very_due_second_has_broken_its_promise():
    raised = (FOLDED, "report_up", None, UP)
    due = of(story(OPEN, raised, kind="complaint"), "at_director")[0][2]
    events = story(OPEN, raised, (due, "climb", None, ABOVE), kind="complaint")
    assert of(events, "at_director")[0][0] == "broken"
    assert of(events, "at_property_gm")[0][:2] == (None, due)
    passed = story(OPEN, raised, (due, "pass_up", None, ABOVE), kind="complaint")
    assert of(passed, "at_director")[0][0] == "kept"


def test_a_taking_written_down_late_keeps_the_promise_that_time_had_passed_over():
    raised = (FOLDED, "report_up", None, UP)
    due = of(story(OPEN, raised, kind="complaint"), "at_director")[0][2]
    late = (due - HOUR, "take", None, {"level_taken": True})
    assert of(story(OPEN, raised, (due, "climb", None, ABOVE), late, kind="complaint"), "at_director")[0][0] == "kept"


def test_each_review_keeps_the_last_date_and_begins_the_next():
    first, second = FOLDED + 5 * DAY, FOLDED + 9 * DAY
    park = (FOLDED + HOUR, "park", "parked", {"review_at": first.isoformat(), "parkings": 1})
    look = (FOLDED + 6 * DAY, "review", None, {"review_at": second.isoformat()})
    rows = of(story(OPEN, park, look, kind="complaint"), "reviewed")
    assert rows == [("late", FOLDED + HOUR, first), (None, FOLDED + 6 * DAY, second)]


def test_out_of_a_grade_and_back_the_first_due_time_holds():
    away = (FOLDED + 23 * HOUR, "classify", None, {"grade": "significant"})
    back = (FOLDED + 30 * HOUR, "classify", None, {"grade": "minor"})
    rows = of(story(OPEN, away, back, kind="complaint"), "minor")
    assert rows == [("void", FOLDED, FOLDED + DAY), (None, FOLDED, FOLDED + DAY)]


def test_a_promise_first_owed_after_its_time_has_one_working_day():
    late = (FOLDED + 4 * DAY, "classify", None, {"grade": "significant"})
    rows = clocks(story(OPEN, late, kind="complaint"), "significant", kind="complaint")
    assert [(row.late_start, row.starts_at) for row in rows] == [(True, FOLDED)]


def test_a_review_lies_ahead(world):
    case = a_case(world, "complaint")
    data = {"reason": "design", "told": "x", "review_at": (MONDAY - HOUR).isoformat()}
    assert refused("park", actor=world.actor("supervisor"), case=case, data=data).clause == "S6-12.14"


def test_a_sequence_says_what_is_still_owed(world):
    case = a_case(world, "complaint", harm=True)
    rescue = next(value for value in vars(case.spec).values() if isinstance(value, Sequence))
    assert rescue.missing(case) == ["contain", "report", "meet", "apologise"]
    case = act(world, "contain", case, at=MONDAY + HOUR)
    assert rescue.missing(case) == ["report", "meet", "apologise"]
    assert rescue.missing(a_case(world, "complaint")) == []


@pytest.mark.parametrize("relation", ["twin", "same_cause"])
def test_a_case_is_linked_to_another_once_and_never_to_itself(world, relation):
    first, second = a_case(world, "complaint"), a_case(world, "complaint")
    desk = world.actor("desk")
    assert refused("link", actor=desk, case=first, data={"other": first.no, "relation": relation})
    assert refused("unlink", actor=desk, case=first, data={"other": second.no, "note": "x"})
    first = act(world, "link", first, who="desk", other=second.no, relation=relation)
    assert refused("link", actor=desk, case=first, data={"other": second.no, "relation": relation})
    first = act(world, "unlink", first, who="desk", other=second.no)
    first = act(world, "link", first, who="desk", other=second.no, relation=relation)
    assert steps_taken(first)[-3:] == ["link", "unlink", "link"]
    assert CaseLink.objects.filter(case=first, until_at__isnull=True).count() == 1


def test_a_case_that_a_stranger_may_not_see_cannot_be_named(world):
    mine, theirs = a_case(world, "complaint"), a_case(world, "complaint", against=world.staff["desk"].number)
    refusal = refused("link", actor=world.actor("desk"), case=mine, data={"other": theirs.no, "relation": "twin"})
    assert (refusal.status, set(refusal.errors)) == (422, {"other"})
