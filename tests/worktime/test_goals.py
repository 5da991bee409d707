"""The grammar of goals and offsets: what is understood, and the words for what is not."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import Goal, GoalError, calendar, parse_offset

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text", "15min 24h 30wmin 8wh 3d 3wd 1mo 1y 3..5wd 3..3d 2..4h 1wd@17:30 1d@08:05 2wd@start 1mo@09:00".split()
)
def test_a_goal_is_written_as_it_was_read(text):
    assert str(Goal.parse(text)) == text
    assert Goal.parse(Goal.parse(text)) == Goal.parse(f" {text} ")


def test_the_parts_of_a_goal():
    assert Goal.parse("1wd@17:30") == Goal(1, "wd", None, time(17, 30))
    assert Goal.parse("2wd@start") == Goal(2, "wd", None, "start")
    assert Goal.parse("3..5wd") == Goal(3, "wd", 5)
    assert (Goal.parse("90min").seconds, Goal.parse("2wh").seconds) == (5400, 7200)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a goal"), ("8x", "is not a goal"), ("wd", "is not a goal"), ("3 wd", "is not a goal"),
        ("-3wd", "is not a goal"), ("1.5h", "is not a goal"), ("3wd@", "is not a goal"), ("123456min", "is not a goal"),
        ("0h", "at least 1"), ("0wd", "at least 1"), ("5..3wd", "before it opens"), ("24h@17:30", "goes with days"),
        ("8wh@start", "goes with days"), ("3..5wd@17:30", "window"), ("1wd@24:00", "there is no time"),
        ("1wd@17:60", "there is no time"),
    ],
)  # fmt: skip
def test_what_is_no_goal_is_refused_in_words(text, said):
    with pytest.raises(GoalError, match=said):
        Goal.parse(text)


@pytest.mark.parametrize("value", [None, 7, 1.5, ["7wd"]])
def test_something_else_than_text_is_no_goal(value):
    with pytest.raises(GoalError, match="is not a goal"):
        Goal.parse(value)


@pytest.mark.parametrize("text", ["-20%", "0", "4wh", "-5min", "-1d", "-3wd", "2h", "30wmin"])
def test_an_offset_is_written_as_it_was_read(text):
    assert str(parse_offset(text)) == text
    assert parse_offset("+4wh") == parse_offset("4wh")


@pytest.mark.parametrize("text", ["", "5", "20%", "-101%", "soon", "1mo"])
def test_what_is_no_offset_is_refused_in_words(text):
    with pytest.raises(GoalError):
        parse_offset(text)


@pytest.mark.parametrize(
    ("offset", "moment"),
    [
        ("0", "2026-10-08T10:30"),
        ("-20%", "2026-10-08T08:54"),  # 20 % of 8 working hours are 96 minutes
        ("-50%", "2026-09-30T16:00"),  # the first 4 hours end on the starting day at 16:00
        ("-100%", "2026-09-30T10:00"),
        ("-5min", "2026-10-08T10:25"),
        ("2h", "2026-10-08T12:30"),
        ("4wh", "2026-10-08T16:30"),
        ("-30wmin", "2026-10-08T10:00"),
        ("1d", "2026-10-09T10:30"),
        ("2wd", "2026-10-10T10:30"),
        ("-1wd", "2026-09-30T10:30"),
    ],
)
def test_an_alarm_is_placed_from_the_due_time_of_eight_working_hours(offset, moment):
    start, due = (datetime.fromisoformat(t).replace(tzinfo=SHANGHAI) for t in ("2026-09-30T10:00", "2026-10-08T10:30"))
    assert calendar("cn").offset(start, due, offset) == datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def test_a_share_of_a_limit_without_working_time_is_taken_of_the_clock():
    start, due = (datetime.fromisoformat(t).replace(tzinfo=SHANGHAI) for t in ("2026-10-01T10:00", "2026-10-02T10:00"))
    assert calendar("cn").offset(start, due, "-50%") == datetime(2026, 10, 1, 22, tzinfo=SHANGHAI)
