"""The golden year: every filing day of 2026 with the days on which 7 and 3 working days end.

`golden_2026.csv` was counted by hand-written loops over the State Council's list, not by the product; an empty due day
rests on 2027, which has not been announced.
"""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import Calendar, calendar
from shouwen.worktime.official import built_in

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROWS = list(csv.DictReader((Path(__file__).with_name("golden_2026.csv")).read_text("utf-8").splitlines()))
WEEK = {day: [["08:30", "12:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def day_of(found: Calendar, filed: str, goal: str, hour: int = 10) -> tuple[date, bool]:
    start = datetime.combine(date.fromisoformat(filed), datetime.min.time(), SHANGHAI) + timedelta(hours=hour)
    due = found.due(start, goal)
    local = due.due_at.astimezone(SHANGHAI)
    assert (local.hour, local.minute) == (18, 0)
    return local.date(), due.provisional


@pytest.mark.parametrize(("goal", "last"), [("7wd", "2026-12-22"), ("3wd", "2026-12-28")])
def test_every_filing_day_of_the_year(goal, last, anywhere):
    assert len(ROWS) == 365
    for row in ROWS:
        for hour in (0, 10, 20):
            found, provisional = day_of(calendar("cn"), row["filed"], goal, hour)
            assert provisional == (row["filed"] > last), row
            assert provisional or found.isoformat() == row[goal], row


def test_how_often_simpler_calendars_are_wrong():
    """345 filing days, 1 January to 11 December: what a calendar without make-up days, or without holidays, gets wrong."""
    official = built_in()
    subtract = Calendar.from_json(
        {"week": WEEK, "holidays": [day.isoformat() for day in official.off if day.year > 2024]}
    )
    plain = Calendar.from_json({"week": WEEK})
    days = [row for row in ROWS if row["filed"] <= "2026-12-11"]
    assert len(days) == 345
    wrong = {
        name: sum(day_of(found, row["filed"], "7wd")[0].isoformat() != row["7wd"] for row in days)
        for name, found in (("subtract", subtract), ("plain", plain), ("ours", calendar("cn")))
    }
    assert wrong == {"subtract": 65, "plain": 84, "ours": 0}


def test_the_day_before_the_national_holiday_by_three_calendars():
    official = built_in()
    subtract = Calendar.from_json(
        {"week": WEEK, "holidays": [day.isoformat() for day in official.off if day.year > 2024]}
    )
    found = [
        day_of(one, "2026-09-30", "7wd")[0].isoformat()
        for one in (calendar("cn"), subtract, Calendar.from_json({"week": WEEK}))
    ]
    assert found == ["2026-10-15", "2026-10-16", "2026-10-09"]
