"""The official Chinese years: built in, imported, provisional before they are announced."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import AnnouncementError, Calendar, OfficialYears, calendar, import_year
from shouwen.worktime.official import built_in

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR_2027 = {
    "year": 2027,
    "papers": ["made up for this test"],
    "days": [
        {"date": "2026-12-31", "name": "元旦", "off": True},
        {"date": "2027-01-01", "name": "元旦", "off": True},
        {"date": "2027-01-03", "name": "元旦", "off": False},
    ],
}


def test_every_year_from_2004_to_2026_is_built_in():
    assert built_in().years == frozenset(range(2004, 2027))
    assert "chinesecalendar" in built_in().source


def test_the_days_of_2026():
    off, work = ([d for d in days if d.year == 2026] for days in (built_in().off, built_in().work))
    assert (len(off), len(work)) == (33, 6)
    assert sorted(day.isoformat() for day in work) == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip


def test_every_built_in_day_as_an_independent_package_says():
    chinese_calendar = pytest.importorskip("chinese_calendar", reason="the package chinesecalendar is not installed")
    cn, day, wrong = calendar("cn"), date(2004, 1, 1), []
    while day.year < 2027:
        if cn.is_working_day(day) != chinese_calendar.is_workday(day):
            wrong.append(day.isoformat())
        day += timedelta(days=1)
    assert wrong == []


def test_every_published_day_agrees(testdata):
    published = json.loads((testdata / "holidays_cn" / "holidays.json").read_text("utf-8"))
    cn = calendar("cn")
    days = {day["date"]: day["off"] for year in published for day in year["days"]}
    assert len(days) > 150
    assert [day for day, off in days.items() if cn.is_working_day(date.fromisoformat(day)) == off] == []


def test_a_due_time_that_rests_on_an_unannounced_year_is_provisional():
    cn = calendar("cn")
    start = datetime(2026, 12, 28, 10, tzinfo=SHANGHAI)
    assert [cn.due(start, goal).provisional for goal in ("3wd", "4wd", "30wh", "3d", "4d", "1mo", "3..5wd")] == [
        False, True, True, False, True, True, True,
    ]  # fmt: skip
    assert not cn.due(start, "100h").provisional  # what runs on needs no calendar
    assert not calendar("desk").due(start, "30d").provisional  # a calendar of its own follows no announcement


def test_an_imported_year_makes_the_due_time_final_and_moves_it():
    cn = calendar("cn")
    start = datetime(2026, 12, 28, 10, tzinfo=SHANGHAI)
    later = Calendar.from_json({**cn.to_json(), "official_years": import_year(YEAR_2027).to_json()})
    assert cn.due(start, "4wd").due_at.astimezone(SHANGHAI).date() == date(2027, 1, 1)
    due = later.due(start, "4wd")
    assert (due.due_at.astimezone(SHANGHAI).date(), due.provisional) == (date(2027, 1, 4), False)


def test_a_notice_reaches_into_the_december_before():
    later = Calendar.from_json({**calendar("cn").to_json(), "official_years": import_year(YEAR_2027).to_json()})
    assert calendar("cn").is_working_day(date(2026, 12, 31)) and not later.is_working_day(date(2026, 12, 31))
    assert later.is_working_day(date(2027, 1, 3))  # a Sunday that is worked


def test_a_later_announcement_corrects_an_earlier_one():
    corrected = {"year": 2027, "days": [{"date": "2027-01-03", "off": True}, {"date": "2026-12-31", "off": False}]}
    found = import_year(YEAR_2027).with_year(import_year(corrected))
    assert date(2027, 1, 3) in found.off and date(2027, 1, 3) not in found.work
    assert date(2026, 12, 31) in found.work and date(2026, 12, 31) not in found.off


def test_years_are_written_as_they_were_read():
    found = import_year(YEAR_2027)
    assert OfficialYears.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.source == "made up for this test"


def test_a_list_of_years_is_read_and_empty_ones_are_left_out(tmp_path):
    file = tmp_path / "years.json"
    file.write_text(json.dumps([{"year": 2028, "days": []}, YEAR_2027]), "utf-8")
    assert import_year(file).years == frozenset({2027})


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"year": 2027, "days": []}, "not been announced"),
        ([], "not been announced"),
        ({"days": []}, "names its year"),
        (["2027"], "names its year"),
        ({"year": 2027, "days": [{"date": "2027-02-30", "off": True}]}, "cannot be read"),
        ({"year": 2027, "days": [{"date": "2027-02-01"}]}, "cannot be read"),
    ],
)
def test_what_announces_nothing_is_refused_in_words(spec, said):
    with pytest.raises(AnnouncementError, match=said):
        import_year(spec)


def test_a_holiday_on_a_weekend_closes_a_service_that_works_at_weekends():
    every_day = Calendar.from_json({"official": "cn", "week": {day: [["09:00", "17:00"]] for day in "mon tue wed thu fri sat sun".split()}})  # fmt: skip
    assert not every_day.is_working_day(date(2026, 10, 3))  # a Saturday inside the National Day week
    assert every_day.is_working_day(date(2026, 10, 17))
