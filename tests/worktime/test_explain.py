"""The count behind a due time, line by line, in both languages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shouwen.worktime import Calendar, calendar
from shouwen.worktime.command import due_text
from shouwen.worktime.explain import explain

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def said(goal: str, start: str = "2026-09-30T10:00", *, language: str = "en", name: str = "cn", **more) -> list[str]:
    lines = explain(calendar(name), at(start), goal, language=language, **more)
    return [" | ".join(part for part in (line.when, line.what, line.count) if part) for line in lines]


def test_working_hours_in_english():
    assert said("8wh") == [
        "2026-09-30 10:00 | start",
        "09-30 Wed | 6 h | 6 h so far",
        "10-01 Thu – 10-07 Wed | rest days, not counted",
        "10-08 Thu | 2 h | 8 h so far",
        "2026-10-08 10:30 | due",
    ]


def test_working_days_in_chinese():
    assert said("3wd", language="zh-hans") == [
        "2026-09-30 10:00 | 起点，当日不计",
        "10-01 星期四 – 10-07 星期三 | 休息日，不计",
        "10-08 星期四 | 第 1 个工作日",
        "10-09 星期五 | 第 2 个工作日",
        "10-10 星期六 | 调休上班 | 第 3 个工作日",
        "2026-10-10 18:00 | 到期",
    ]


def test_hours_that_run_on():
    assert said("24h", language="zh") == ["2026-09-30 10:00 | 起点", "连续计时 | 24 小时", "2026-10-01 10:00 | 到期"]


def test_calendar_days_that_end_on_a_rest_day_are_moved_on():
    assert said("3d")[-3:] == [
        "10-07 Wed | rest day, moved on",
        "10-08 Thu | rest day, moved on",
        "2026-10-08 18:00 | due",
    ]


def test_a_window_says_from_when():
    assert said("3..5wd")[-2:] == ["2026-10-10 08:30 | not before", "2026-10-13 18:00 | due"]


def test_a_provisional_due_time_says_so():
    assert said("3wd", "2026-12-29T10:00")[-1] == "2027-01-01 18:00 | due | that year is not announced yet: provisional"
    assert said("3wd", "2026-12-29T10:00", language="zh")[-1].endswith("该年放假安排未公布，暂定")


def test_a_day_whose_close_lies_in_a_pause_is_shown_as_halted():
    found = said("2wd", pauses=[(at("2026-10-08T16:00"), at("2026-10-09T09:00"))])
    assert "10-08 Thu | paused, not counted" in found
    assert found[-2:] == ["2026-10-08 16:00 | paused, not counted | → 2026-10-09 09:00", "2026-10-10 18:00 | due"]


def test_the_end_of_a_day_is_written_24_00():
    assert said("3d", name="always")[-1] == "2026-10-03 24:00 | due"
    assert said("14h", "2026-10-03T10:00", name="always")[-1] == "2026-10-04 00:00 | due"


def test_hours_of_one_day_are_told_in_hours_and_minutes():
    assert said("100wmin")[1] == "09-30 Wed | 1 h 40 min | 1 h 40 min so far"


@pytest.mark.parametrize("goal", ["90wd", "500wh", "200d"])
def test_a_long_count_is_told_to_its_end(goal):
    start = at("2026-01-05T10:00")
    lines, due = explain(calendar("cn"), start, goal, language="en"), calendar("cn").due(start, goal)
    assert lines[-2].when.startswith(f"{due.due_at.astimezone(SHANGHAI):%m-%d}")


def test_a_count_too_long_to_read_says_that_it_was_cut():
    assert said("900wd")[-2] == "…"


def test_months_are_counted_in_one_line_and_moved_off_rest_days():
    assert said("1mo", "2026-08-31T10:00") == [
        "2026-08-31 10:00 | start, the starting day is not counted",
        "2026-09-30 Wed | 1 mo",
        "2026-09-30 18:00 | due",
    ]
    assert said("1y", "2025-10-06T10:00", language="zh")[1:] == [
        "2026-10-06 星期二 | 满 1 年", "10-07 星期三 | 休息日，顺延", "10-08 星期四 | 休息日，顺延", "2026-10-08 18:00 | 到期",
    ]  # fmt: skip


def test_the_columns_stand_under_each_other_in_chinese_too():
    text = due_text("cn", "2026-09-30T10:00", "3wd", count=True, language="zh").splitlines()[1:]
    places = set()
    for line, word in zip(text, ("起点", "休息日", "第", "第", "调休", "到期"), strict=True):
        before = line[: line.index(word, 3)].rstrip()
        room = line[: line.index(word, 3)]
        places.add(sum(2 if ord(letter) > 0x2E80 else 1 for letter in room) - (2 if word == "第" else 0))
        assert before
    assert len(places) == 1


def test_a_day_worked_by_an_own_calendar_is_no_make_up_day():
    own = Calendar.from_json({"week": {day: [["09:00", "17:00"]] for day in ("fri", "sat")}})
    assert [line.what for line in explain(own, at("2026-09-30T10:00"), "2wd", language="en")][2:4] == ["", ""]
