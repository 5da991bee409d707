"""What must hold whatever the calendar, the start and the goal are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shouwen.worktime import Calendar, Goal, calendar
from shouwen.worktime.calendar import closed
from shouwen.worktime.table import to_micros

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def windows(draw) -> list[list[str]]:
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
    marks = marks[: len(marks) // 2 * 2]
    return [
        [f"{a // 4:02}:{a % 4 * 15:02}", f"{b // 4:02}:{b % 4 * 15:02}"]
        for a, b in zip(marks[::2], marks[1::2], strict=True)
    ]


@st.composite
def calendars(draw) -> Calendar:
    week = {day: draw(windows()) for day in draw(st.sets(st.sampled_from(DAYS), min_size=1))}
    days = st.dates(YEAR.date(), YEAR.date() + timedelta(days=400)).map(str)
    spec = {
        "tz": draw(st.sampled_from(ZONES)), "week": week, "holidays": draw(st.lists(days, max_size=8)),
        "breaks": draw(st.dictionaries(days, windows(), max_size=3)),
        "date_hours": draw(st.dictionaries(days, windows(), max_size=3)),
        "extra_working_days": draw(st.lists(days, max_size=3)),
    }  # fmt: skip
    if draw(st.booleans()):
        spec["official"] = "cn"
    return Calendar.from_json(spec)


built_in = st.sampled_from(["cn", "desk", "always"]).map(calendar)
any_calendar = st.one_of(built_in, calendars())
moments = st.integers(0, 400 * 86_400).map(lambda seconds: YEAR + timedelta(seconds=seconds))
time_goals = st.builds(lambda n, unit: f"{n}{unit}", st.integers(1, 200), st.sampled_from(["wmin", "wh"]))
day_goals = st.builds(lambda n, unit: f"{n}{unit}", st.integers(1, 30), st.sampled_from(["d", "wd", "mo"]))
goals = st.one_of(
    time_goals, day_goals, st.builds(lambda n, unit: f"{n}{unit}", st.integers(1, 300), st.sampled_from(["min", "h"]))
)
pauses = st.lists(
    st.tuples(moments, st.integers(1, 10 * 86_400)).map(lambda p: (p[0], p[0] + timedelta(seconds=p[1]))), max_size=4
)


@settings(max_examples=300)
@given(any_calendar, moments, time_goals)
def test_the_working_time_until_a_due_time_is_the_goal(found, start, goal):
    due = found.due(start, goal).due_at
    assert found.elapsed(start, due) == Goal.parse(goal).seconds
    assert found.elapsed(start, due - timedelta(seconds=1)) == Goal.parse(goal).seconds - 1


@settings(max_examples=200)
@given(any_calendar, moments, time_goals, pauses)
def test_with_pauses_too(found, start, goal, halted):
    due = found.due(start, goal, pauses=halted).due_at
    assert found.elapsed(start, due, pauses=halted) == Goal.parse(goal).seconds


@settings(max_examples=200)
@given(any_calendar, moments, moments, goals)
def test_whoever_starts_later_is_never_due_earlier(found, one, other, goal):
    first, second = sorted((one, other))
    assert found.due(first, goal).due_at <= found.due(second, goal).due_at


@settings(max_examples=200)
@given(
    any_calendar, moments, st.integers(1, 30), st.integers(1, 30), st.sampled_from(["wmin", "wh", "wd", "d", "mo", "h"])
)
def test_a_longer_goal_is_never_due_earlier(found, start, a, b, unit):
    short, long = sorted((a, b))
    assert found.due(start, f"{short}{unit}").due_at <= found.due(start, f"{long}{unit}").due_at


@settings(max_examples=200)
@given(any_calendar, moments, goals, pauses)
def test_a_pause_never_makes_it_earlier(found, start, goal, halted):
    assert found.due(start, goal).due_at <= found.due(start, goal, pauses=halted).due_at


@settings(max_examples=150)
@given(any_calendar, moments, goals, pauses)
def test_pauses_count_once_however_they_are_written(found, start, goal, halted):
    whole = [(datetime.fromtimestamp(a / 1e6, UTC), datetime.fromtimestamp(b / 1e6, UTC)) for a, b in closed(halted)]
    twice = [*reversed(halted), *halted]
    assert (
        found.due(start, goal, pauses=halted)
        == found.due(start, goal, pauses=whole)
        == found.due(start, goal, pauses=twice)
    )


@settings(max_examples=200)
@given(any_calendar, moments, st.integers(1, 8), st.integers(0, 8), st.sampled_from(["wd", "d", "wh", "h"]))
def test_a_window_opens_before_it_closes_and_closes_with_its_longer_goal(found, start, n, more, unit):
    window = found.due(start, f"{n}..{n + more}{unit}")
    assert window.opens_at is not None and start <= window.opens_at <= window.due_at
    assert window.due_at == found.due(start, f"{n + more}{unit}").due_at
    if unit in ("wh", "h"):
        assert window.opens_at == found.due(start, f"{n}{unit}").due_at


@settings(max_examples=200)
@given(any_calendar, moments, moments, moments)
def test_working_time_adds_up_and_is_signed(found, a, b, c):
    assert found.elapsed(a, b) + found.elapsed(b, c) == found.elapsed(a, c)
    assert found.elapsed(a, b) == -found.elapsed(b, a)


@settings(max_examples=200)
@given(any_calendar, moments, st.integers(1, 400_000))
def test_backward_is_the_inverse_of_forward(found, start, seconds):
    assert found.elapsed(found.add(start, -seconds), start) == seconds
    assert found.elapsed(start, found.add(start, seconds)) == seconds


@settings(max_examples=150)
@given(any_calendar, moments)
def test_open_means_that_the_next_second_counts(found, at):
    if found.is_open(at):
        assert found.next_open(at) == at
    else:
        assert found.elapsed(at, found.next_open(at)) == 0 and found.is_open(found.next_open(at))


@settings(max_examples=150)
@given(any_calendar, st.dates(YEAR.date(), YEAR.date() + timedelta(days=300)), st.integers(1, 60))
def test_working_days_are_counted_as_they_are_added(found, day, n):
    later = found.add_working_days(day, n)
    assert found.is_working_day(later)
    assert found.working_days_between(day, later) == n
    assert found.working_days_between(later, day) == -n
    if found.is_working_day(day):
        assert found.add_working_days(later, -n) == day


@settings(max_examples=100)
@given(any_calendar, moments, st.integers(1, 30), st.sampled_from(["d", "wd"]))
def test_a_due_day_is_a_working_day_and_ends_with_its_close(found, start, n, unit):
    due = found.due(start, f"{n}{unit}").due_at
    day = found.date_of(due - timedelta(microseconds=1))
    assert found.close_of(day) == due


def test_micros_keep_the_moment():
    assert to_micros(YEAR) == 1_767_225_600_000_000
