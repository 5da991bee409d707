"""The figures that were worked by hand: from 2026-09-30 10:00, over the National Day week with its make-up Saturday."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from shouwen.project.cli import app
from shouwen.worktime import calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIGURES = {
    "7wd": "2026-10-15 18:00",
    "24h": "2026-10-01 10:00",
    "8wh": "2026-10-08 10:30",
    "480wmin": "2026-10-08 10:30",
    "15min": "2026-09-30 10:15",
    "3wd": "2026-10-10 18:00",
    "3d": "2026-10-08 18:00",
    "7d": "2026-10-08 18:00",
    "2wd@start": "2026-10-09 10:00",
    "1wd@17:30": "2026-10-08 17:30",
    "1mo": "2026-10-30 18:00",
    "1y": "2027-09-30 18:00",
}


def site(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("goal", FIGURES)
def test_worked_figure(goal, anywhere):
    assert calendar("cn").due(site("2026-09-30T10:00"), goal).due_at == site(FIGURES[goal])


def test_a_window_opens_with_its_first_day_and_closes_with_its_last(anywhere):
    due = calendar("cn").due(site("2026-09-30T10:00"), "3..5wd")
    assert (due.opens_at, due.due_at) == (site("2026-10-10T08:30"), site("2026-10-13T18:00"))


@pytest.mark.parametrize("goal", ["7wd", "3wd", "3d", "7d", "1mo", "3..5wd"])
@pytest.mark.parametrize("filed", ["2026-09-30T00:00", "2026-09-30T20:00", "2026-09-30T23:59:59"])
def test_the_hour_of_filing_does_not_matter_for_days(goal, filed):
    assert calendar("cn").due(site(filed), goal) == calendar("cn").due(site("2026-09-30T10:00"), goal)


@pytest.mark.parametrize("hour", ["00:00", "12:30", "20:00"])
def test_filed_on_a_rest_day_is_due_as_filed_at_ten_of_that_day(hour):
    assert calendar("cn").due(site(f"2026-10-03T{hour}"), "3wd").due_at == site("2026-10-10T18:00")


def test_the_same_moment_written_in_another_zone_is_due_at_the_same_moment(anywhere):
    assert calendar("cn").due(datetime(2026, 9, 30, 2, tzinfo=UTC), "7wd").due_at == site("2026-10-15T18:00")


def shouwen(*args: str, answer: str = "") -> str:
    done = CliRunner().invoke(app, ["due", *args], input=answer)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_prints_the_due_time_and_the_count(anywhere):
    said = shouwen("--calendar", "cn", "--start", "2026-09-30T10:00", "--goal", "7wd", "--explain", "--language", "en")
    assert said.splitlines() == [
        "2026-10-15 18:00",
        "  2026-09-30 10:00       start, the starting day is not counted",
        "  10-01 Thu – 10-07 Wed  rest days, not counted",
        "  10-08 Thu                working day 1",
        "  10-09 Fri                working day 2",
        "  10-10 Sat              make-up working day  working day 3",
        "  10-11 Sun              rest days, not counted",
        "  10-12 Mon                working day 4",
        "  10-13 Tue                working day 5",
        "  10-14 Wed                working day 6",
        "  10-15 Thu                working day 7",
        "  2026-10-15 18:00       due",
    ]


def test_the_command_prints_a_window_and_says_provisional():
    assert (
        shouwen("--calendar", "cn", "--start", "2026-09-30T10:00", "--goal", "3..5wd")
        == "2026-10-10 08:30 .. 2026-10-13 18:00\n"
    )
    assert (
        shouwen("--calendar", "cn", "--start", "2026-12-29T10:00", "--goal", "3wd", "--language", "en")
        == "2027-01-01 18:00 (provisional)\n"
    )


def test_the_command_reads_a_calendar_from_a_file(tmp_path):
    file = tmp_path / "late_shift.json"
    file.write_text(json.dumps({"week": {"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]}}), "utf-8")
    assert shouwen("--calendar", str(file), "--start", "2026-09-28T23:00", "--goal", "4wh") == "2026-09-29 03:00\n"


def test_the_command_refuses_in_words():
    for args in (["--goal", "8x"], ["--goal", "7wd", "--calendar", "nowhere"]):
        done = CliRunner().invoke(app, ["due", "--start", "2026-09-30T10:00", *args])
        assert done.exit_code == 2 and not done.stdout and "the" in done.stderr
    assert CliRunner().invoke(app, ["due", "--start", "soon", "--goal", "7wd"]).exit_code == 2
    assert CliRunner().invoke(app, ["due"]).exit_code == 2


def test_the_command_answers_json_lines_from_standard_input():
    lines = [
        {"id": 1, "op": "goal", "calendar": "cn", "start": "2026-09-30T10:00", "goal": "7wd"},
        {"id": 2, "op": "is_open", "calendar": "cn", "start": "2026-10-10T08:30"},
    ]
    said = shouwen("--batch", "-", answer="\n".join(json.dumps(line) for line in lines))
    assert [json.loads(line) for line in said.splitlines()] == [
        {"id": 1, "due": "2026-10-15T18:00:00+08:00"},
        {"id": 2, "open": True},
    ]
