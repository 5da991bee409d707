"""Questions as JSON Lines: each operation, and the words for what cannot be answered."""

from __future__ import annotations

import json

import pytest

from shouwen.worktime.batch import answer, run

OFFICE = {"tz": "Asia/Shanghai", "week": {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}  # fmt: skip


def ask(op: str, **operands):
    return answer({"id": "q", "op": op, "calendar": OFFICE, **operands})


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"op": "add", "start": "2026-09-28T10:00", "duration_seconds": 10800}, {"due": "2026-09-28T14:00:00+08:00"}),
        ({"op": "add", "start": "2026-09-28T10:00", "duration_seconds": 0}, {"due": "2026-09-28T10:00:00+08:00"}),
        ({"op": "add", "start": "2026-09-28T10:00", "duration_seconds": -7200}, {"due": "2026-09-25T17:00:00+08:00"}),
        ({"op": "add", "start": "2026-09-28T09:00", "duration_seconds": 28800}, {"due": "2026-09-28T18:00:00+08:00"}),
        ({"op": "add", "start": "2026-09-28T02:00Z", "duration_seconds": 3600}, {"due": "2026-09-28T11:00:00+08:00"}),
        ({"op": "between", "start": "2026-09-28T10:00", "end": "2026-09-29T10:00"}, {"seconds": 28800}),
        ({"op": "between", "start": "2026-09-29T10:00", "end": "2026-09-28T10:00"}, {"seconds": -28800}),
        (
            {"op": "add_with_pauses", "start": "2026-09-28T10:00", "duration_seconds": 7200,
             "pauses": [["2026-09-28T10:30", "2026-09-28T16:00"]]},
            {"due": "2026-09-28T17:30:00+08:00"},
        ),
        (
            {"op": "between_with_pauses", "start": "2026-09-28T10:00", "end": "2026-09-28T15:00",
             "pauses": [["2026-09-28T11:00", "2026-09-28T14:00"], ["2026-09-28T13:30", "2026-09-28T14:30"]]},
            {"seconds": 5400},
        ),
        ({"op": "add_working_days", "start": "2026-09-26", "days": 1}, {"date": "2026-09-28"}),
        ({"op": "add_working_days", "start": "2026-09-26", "days": 1, "semantics": "roll_first"}, {"date": "2026-09-29"}),
        ({"op": "add_working_days", "start": "2026-09-26", "days": -1, "semantics": "roll_first"}, {"date": "2026-09-24"}),
        ({"op": "add_working_days", "start": "2026-09-26", "days": 0}, {"date": "2026-09-26"}),
        ({"op": "working_days_between", "start": "2026-09-25", "end": "2026-09-29"}, {"days": 2}),
        ({"op": "working_days_between", "start": "2026-09-29", "end": "2026-09-25"}, {"days": -2}),
        (
            {"op": "working_days_between", "start": "2026-09-25", "end": "2026-09-29", "semantics": "start_in_end_out"},
            {"days": 2},
        ),
        (
            {"op": "working_days_between", "start": "2026-09-26", "end": "2026-09-28", "semantics": "start_in_end_out"},
            {"days": 0},
        ),
        ({"op": "is_open", "start": "2026-09-28T09:00"}, {"open": True}),
        ({"op": "is_open", "start": "2026-09-28T12:00"}, {"open": False}),
        ({"op": "goal", "start": "2026-09-28T10:00", "goal": "1wd"}, {"due": "2026-09-29T18:00:00+08:00"}),
        (
            {"op": "goal", "start": "2026-09-28T10:00", "goal": "1..2wd"},
            {"due": "2026-09-30T18:00:00+08:00", "opens": "2026-09-29T09:00:00+08:00"},
        ),
        (
            {"op": "goal", "calendar": "cn", "start": "2026-12-29T10:00", "goal": "3wd"},
            {"due": "2027-01-01T18:00:00+08:00", "provisional": True},
        ),
    ],
)  # fmt: skip
def test_a_question_is_answered(record, found):
    assert answer({"id": 7, "calendar": OFFICE, **record}) == {"id": 7, **found}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"op": "goal", "start": "2026-09-28T10:00"}, "goal needs “goal”"),
        ({"op": "goal", "start": "2026-09-28T10:00", "goal": "8x"}, "is not a goal"),
        ({"op": "goal", "start": "soon", "goal": "1wd"}, "is not a date and time"),
        ({"op": "add", "start": "2026-09-28T10:00", "duration_seconds": "3h"}, "is a whole number"),
        ({"op": "add", "start": "2026-09-28T10:00", "duration_seconds": True}, "is a whole number"),
        ({"op": "add_working_days", "start": "today", "days": 1}, "is not a date"),
        ({"op": "subtract", "start": "2026-09-28T10:00"}, "op is one of"),
        ({"start": "2026-09-28T10:00"}, "op is one of"),
        ({"op": "is_open", "calendar": {"tz": "UTC", "week": {}}, "start": "2026-09-28T10:00"}, "no working time"),
        ({"op": "is_open", "calendar": "mars", "start": "2026-09-28T10:00"}, "there is no calendar"),
        ({"op": "is_open", "calendar": None, "start": "2026-09-28T10:00"}, "a calendar is an object"),
        (
            {"op": "add_with_pauses", "start": "2026-09-28T10:00", "duration_seconds": -60,
             "pauses": [["2026-09-28T10:00", "2026-09-28T11:00"]]},
            "backwards",
        ),
        (
            {"op": "add_with_pauses", "start": "2026-09-28T10:00", "duration_seconds": 60, "pauses": [["2026-09-28T10:00"]]},
            "pause",
        ),
        ({"op": "add", "start": "9999-12-31T10:00", "duration_seconds": 60}, "far"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_in_words(record, said):
    found = answer({"id": 7, "calendar": OFFICE, **record})
    assert set(found) == {"id", "error"} and said in found["error"]


def test_each_line_gets_one_line_in_order_and_a_broken_one_stops_nothing():
    lines = ['{"id": 1, "op": "is_open", "calendar": "cn", "start": "2026-09-28T09:00"}', "", "{nonsense", "[1]",
             '{"id": 2, "op": "is_open", "calendar": "cn", "start": "2026-09-27T09:00"}']  # fmt: skip
    found = [json.loads(line) for line in run(lines)]
    assert [one.get("open", "error") for one in found] == [True, "error", "error", False]
    assert "not JSON" in found[1]["error"] and "object" in found[2]["error"]


def test_answers_say_times_in_the_calendars_zone():
    berlin = {"tz": "Europe/Berlin", "week": {"mon": [["09:00", "17:00"]]}}
    found = answer({"op": "add", "calendar": berlin, "start": "2026-03-30T08:00Z", "duration_seconds": 60})
    assert found == {"id": None, "due": "2026-03-30T10:01:00+02:00"}
