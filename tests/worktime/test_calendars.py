"""The written form of a calendar: windows, breaks, overrides, make-up days, yearly days, closings, clock changes."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import Calendar, CalendarError, calendar

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def made(**spec) -> Calendar:
    return Calendar.from_json({"tz": "Asia/Shanghai", "week": WEEK, **spec})


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def hours(found: Calendar, day: str) -> float:
    start = at(f"{day}T00:00", found.zone.key)
    return found.elapsed(start, start.replace(hour=23, minute=59, second=59)) / 3600


def test_several_windows_a_day_are_counted_together_and_the_gap_is_not():
    found = made(week={"mon": [["08:30", "12:00"], ["14:00", "18:00"]]})
    assert hours(found, "2026-09-28") == 7.5
    assert not found.is_open(at("2026-09-28T12:00")) and found.is_open(at("2026-09-28T14:00"))
    assert found.next_open(at("2026-09-28T12:30")) == at("2026-09-28T14:00")


def test_windows_that_overlap_or_touch_count_once():
    assert hours(made(week={"mon": [["09:00", "12:00"], ["11:00", "14:00"], ["14:00", "15:00"]]}), "2026-09-28") == 6


def test_a_break_of_one_day_is_taken_out():
    found = made(breaks={"2026-09-28": [["10:00", "12:00"]]})
    assert (hours(found, "2026-09-28"), hours(found, "2026-09-29")) == (6, 8)
    assert found.add(at("2026-09-28T09:30"), 3600) == at("2026-09-28T12:30")


def test_a_break_over_the_whole_day_makes_it_a_rest_day():
    found = made(breaks={"2026-09-28": [["00:00", "24:00"]]})
    assert not found.is_working_day(date(2026, 9, 28))


def test_special_hours_win_over_a_make_up_day_and_that_over_a_holiday():
    day = "2026-09-27"  # a Sunday
    assert hours(made(extra_working_days=[day]), day) == 8
    assert hours(made(extra_working_days=[day], holidays=[day]), day) == 8
    assert hours(made(extra_working_days=[day], holidays=[day], date_hours={day: [["10:00", "12:00"]]}), day) == 2
    assert hours(made(date_hours={"2026-09-28": []}, extra_working_days=["2026-09-28"]), "2026-09-28") == 0


def test_an_extra_working_day_without_hours_of_its_own_is_nine_to_five():
    found = Calendar.from_json(
        {"tz": "UTC", "week": {"mon": [["08:00", "20:00"]]}, "extra_working_days": ["2026-09-26"]}
    )
    assert found.open_of(date(2026, 9, 26)) == at("2026-09-26T09:00", "UTC")
    assert found.close_of(date(2026, 9, 26)) == at("2026-09-26T17:00", "UTC")


def test_an_official_make_up_day_takes_the_hours_of_a_named_weekday():
    week = {**WEEK, "mon": [["08:00", "12:00"]], "fri": [["10:00", "19:00"]]}
    assert hours(made(week=week, official="cn"), "2026-10-10") == 4
    assert hours(made(week=week, official="cn", makeup_weekday="fri"), "2026-10-10") == 9


def test_a_make_up_day_with_hours_of_its_own_keeps_them():
    week = {**WEEK, "sat": [["09:00", "11:00"]]}
    assert hours(made(week=week, official="cn"), "2026-10-10") == 2


def test_holidays_and_yearly_holidays_are_rest_days():
    found = made(holidays=["2026-09-28"], yearly_holidays=["12-25", "02-29"])
    assert [found.is_working_day(date(*day)) for day in ((2026, 9, 28), (2026, 12, 25), (2028, 2, 29))] == [False] * 3
    assert [found.is_working_day(date(*day)) for day in ((2027, 9, 28), (2026, 12, 24), (2028, 2, 28))] == [True] * 3


def test_an_unplanned_closing_takes_its_hours_and_a_closed_day_counts_as_rest():
    found = made(closings=[["2026-09-28T12:00", "2026-09-29T24:00".replace("24:00", "23:59")]])
    assert hours(found, "2026-09-28") == 3
    assert not found.is_working_day(date(2026, 9, 29))
    assert found.due(at("2026-09-28T10:00"), "4wh").due_at == at("2026-09-30T11:00")
    assert found.due(at("2026-09-28T10:00"), "1wd").due_at == at("2026-09-30T17:00")


def test_a_closing_over_the_close_of_business_ends_the_day_earlier():
    found = made(closings=[["2026-09-29T15:00+08:00", "2026-09-29T20:00+08:00"]])
    assert found.due(at("2026-09-28T10:00"), "1wd").due_at == at("2026-09-29T15:00")


# --- clock changes -----------------------------------------------------------------------------------------------

BERLIN = {"tz": "Europe/Berlin", "week": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}  # fmt: skip


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_the_clock_makes_it(day, length, anywhere):
    found = Calendar.from_json(BERLIN)
    start = at(f"{day}T00:00", "Europe/Berlin")
    end = datetime.combine(date.fromordinal(date.fromisoformat(day).toordinal() + 1), start.timetz())
    assert found.elapsed(start, end) == length * 3600


def test_hours_that_the_clock_skips_are_not_worked_and_those_it_repeats_are_worked_twice(anywhere):
    night = {"tz": "Europe/Berlin", "week": {"sun": [["01:00", "05:00"]]}}
    found = Calendar.from_json(night)
    assert hours(found, "2026-03-29") == 3
    assert hours(found, "2026-10-25") == 5


def test_a_window_that_opens_inside_the_skipped_hour_opens_at_the_change(anywhere):
    found = Calendar.from_json({"tz": "Europe/Berlin", "week": {"sun": [["02:30", "05:00"]]}})
    assert found.open_of(date(2026, 3, 29)) == at("2026-03-29T03:00", "Europe/Berlin")


def test_24_hours_run_on_over_a_clock_change_and_a_day_keeps_its_clock_time(anywhere):
    found = Calendar.from_json(BERLIN)
    start = at("2026-03-28T10:00", "Europe/Berlin")
    assert found.due(start, "24h").due_at == at("2026-03-29T11:00", "Europe/Berlin")
    assert found.due(start, "1d@start").due_at == at("2026-03-29T10:00", "Europe/Berlin")


def test_a_zone_whose_midnight_is_skipped_still_has_that_day(anywhere):
    found = Calendar.from_json({"tz": "America/Sao_Paulo", "week": {"sun": [["00:00", "24:00"]]}})
    assert (
        found.elapsed(at("2015-10-17T12:00", "America/Sao_Paulo"), at("2015-10-19T12:00", "America/Sao_Paulo"))
        == 23 * 3600
    )


# --- round the clock, and far away -----------------------------------------------------------------------------


def test_always_is_a_calendar_whose_days_end_at_midnight(anywhere):
    found = calendar("always")
    assert found.due(at("2026-10-01T10:00"), "8wh").due_at == at("2026-10-01T18:00")
    assert found.due(at("2026-10-01T10:00"), "1wd").due_at == at("2026-10-03T00:00")
    assert found.is_open(at("2026-10-03T03:00"))


def test_the_desk_is_open_every_day_from_eight_to_eight():
    assert hours(calendar("desk"), "2026-10-01") == hours(calendar("desk"), "2026-10-04") == 12


def test_counts_that_leave_the_first_table_find_more_days():
    found = made()
    assert found.add_working_days(date(2026, 9, 28), 2610) == date(2036, 9, 29)
    assert found.add_working_days(date(2036, 9, 29), -2610) == date(2026, 9, 28)
    assert found.add(found.add(at("2026-09-28T10:00"), 40_000_000), -40_000_000) == at("2026-09-28T10:00")


def test_a_calendar_that_ends_says_that_it_has_not_enough_time():
    found = made(week={}, date_hours={"2026-09-28": [["09:00", "17:00"]]})
    with pytest.raises(CalendarError, match="not enough working time"):
        found.due(at("2026-09-28T10:00"), "24wh")
    with pytest.raises(CalendarError, match="not enough working time"):
        found.due(at("2026-09-28T10:00"), "2wd")


def test_a_calendar_is_written_as_it_was_read():
    spec = {"tz": "Asia/Shanghai", "week": WEEK, "holidays": ["2026-09-28"]}
    assert Calendar.from_json(spec).to_json() == spec


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"week": {}}, "no working time"),
        ({}, "no working time"),
        ({"week": {"mon": []}, "date_hours": {"2026-09-28": []}}, "no working time"),
        ({"week": {"monday": [["09:00", "17:00"]]}}, "the days are"),
        ({"week": [["09:00", "17:00"]]}, "the days are"),
        ({"week": {"mon": [["17:00", "09:00"]]}}, "ends before it begins"),
        ({"week": {"mon": [["09:00", "09:00"]]}}, "ends before it begins"),
        ({"week": {"mon": [["09:00", "25:00"]]}}, "there is no time"),
        ({"week": {"mon": [["09:00", "12:60"]]}}, "there is no time"),
        ({"week": {"mon": [["nine", "17:00"]]}}, "is not a time"),
        ({"week": {"mon": ["09:00-17:00"]}}, "each window"),
        ({"week": {"mon": "09:00-17:00"}}, "list of"),
        ({"week": WEEK, "tz": "Mars/Base"}, "no time zone"),
        ({"week": WEEK, "holiday": []}, "has no “holiday”"),
        ({"week": WEEK, "holidays": ["2026-02-30"]}, "is not a date"),
        ({"week": WEEK, "yearly_holidays": ["13-01"]}, "is not a day"),
        ({"week": WEEK, "makeup_weekday": "someday"}, "the days are"),
        ({"week": WEEK, "official": "us"}, "official"),
        ({"week": WEEK, "closings": [["noon", "2026-09-28T17:00"]]}, "is not a date and time"),
        ([], "object"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused_in_words(spec, said):
    with pytest.raises(CalendarError, match=said):
        Calendar.from_json(spec)


@pytest.mark.parametrize("name", ["cn ", "us", ""])
def test_a_calendar_nobody_knows_is_refused_with_the_known_ones(name):
    with pytest.raises(CalendarError, match="cn, desk, always"):
        calendar(name)
