"""Replays: made-up rows with a known outcome, and the first rows of the real logs where they are at hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shouwen.project.replaying.plan import Plan, PlanError, find_plan, rows_of

BOSTON = ZoneInfo("America/New_York")
HEAD = "case_id,opened_at,target_at,closed_at,on_time,type,title,closure_reason,neighborhood,department,channel\n"
ROWS = (
    "1,2011-07-01 10:00:00,2011-07-05 10:00:30,2011-07-05 09:00:00,ONTIME,Bulk,Sofa,Taken,Roslindale,PWDx,Constituent Call\n"
    "2,2011-07-02 11:00:00,2011-07-06 11:00:00,2011-07-07 09:00:00,OVERDUE,Bulk,Fridge,,Roslindale,PWDx,Self Service\n"
    "3,2011-07-01 18:00:00,2011-07-03 18:00:00,,,Lamp,Dark,,,BTDT,Twitter\n"
    "4,2011-07-05 08:00:00,2011-07-06 08:00:00,2011-07-05 09:00:00,OVERDUE,Lamp,Dark,,Roslindale,BTDT,Twitter\n"
    "5,2011-07-05 08:00:00,,2011-07-04 09:00:00,,Lamp,Dark,,Roslindale,BTDT,Twitter\n"
    "6,,,,,Lamp,Dark,,Roslindale,BTDT,Twitter\n"
    "7,2011-07-05 08:00:00,2011-07-06 08:00:00,,,Odd,Dark,,Roslindale,BTDT,Twitter\n"
)
RULES = "type,rows_with_target,unit,amount,reproduced_share\nBulk,2,working_days,2,1\nLamp,2,calendar_days,2,1\n"
EVENTS = (
    "number,incident_state,reassignment_count,reopen_count,opened_at,sys_updated_at,contact_type,assignment_group\n"
    "A,New,0,0,2016-03-01 09:00,2016-03-01 09:10,Phone,7\n"
    "A,Active,1,0,2016-03-01 09:00,2016-03-01 10:00,Phone,8\n"
    "A,Awaiting User Info,2,0,2016-03-01 09:00,2016-03-01 11:00,Phone,\n"
    "A,Awaiting Vendor,2,0,2016-03-01 09:00,2016-03-01 12:00,Phone,\n"
    "A,Active,2,0,2016-03-01 09:00,2016-03-01 13:00,Phone,\n"
    "A,Resolved,2,0,2016-03-01 09:00,2016-03-01 14:00,Phone,\n"
    "A,Active,2,1,2016-03-01 09:00,2016-03-02 09:00,Phone,\n"
    "A,Closed,2,1,2016-03-01 09:00,2016-03-02 10:00,Phone,\n"
    "B,Active,3,0,2016-03-01 09:00,2016-03-01 09:10,Email,7\n"
)


def shouwen(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shouwen.project", "replay", *map(str, arguments)], capture_output=True, text=True,
        env={**os.environ, "SHOUWEN_LANG": "en", "DATABASE_URL": "", **env}, check=False, timeout=300,
    )  # fmt: skip


def figures(done: subprocess.CompletedProcess[str]) -> dict[str, float]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    (tmp_path / "log.csv").write_text(HEAD + ROWS, encoding="utf-8")
    (tmp_path / "inferred_sla_rules_2011.csv").write_text(RULES, encoding="utf-8")
    return tmp_path / "log.csv"


def test_requests_are_judged_as_the_log_says(requests):
    done = shouwen("boston311", requests, "--json", "--audit")

    found = figures(done)
    assert found.pop("seconds") > 0
    assert found == {
        "rows": 7, "cases": 6, "due_compared": 4, "due_agree": 3, "verdict_compared": 3, "verdict_agree": 2, "steps": 9,
    }  # fmt: skip
    assert "1 × has no time of opening (6)" in done.stderr
    assert "1 × was done before it was opened; it stays open here (5)" in done.stderr
    assert "audit journal: 0" in done.stderr
    assert "audit clocks: 0" in done.stderr


def test_events_are_counted_from_the_journal(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")

    done = shouwen("incidents", tmp_path / "events.csv", "--json", "--audit")

    found = figures(done)
    assert (found["cases"], found["counters_compared"], found["counters_agree"]) == (2, 2, 1)
    assert (found["reassigned_agree"], found["reopened_agree"]) == (1, 2)
    assert (found["waits"], found["solved"]) == (1, 1)
    assert found["working_hours"] == 9  # nine hours on the first day, two on the second, without the two of waiting
    assert "audit clocks: 0" in done.stderr


def test_a_database_in_use_is_refused(requests, tmp_path):
    url = f"sqlite:///{tmp_path}/kept.sqlite3"
    assert figures(shouwen("boston311", requests, "--json", "--database", url, "--limit", "2"))["cases"] == 2
    again = shouwen("boston311", requests, "--database", url)
    assert (again.returncode, "wants an empty one" in again.stderr) == (1, True)


@pytest.mark.parametrize(("opened", "due"), [
    ("2011-07-01 10:00", "2011-07-05 10:00"),  # a Friday
    ("2011-07-02 11:00", "2011-07-06 11:00"),  # a Saturday: from Monday, same clock time
    ("2011-07-01 17:00", "2011-07-06 08:30"),  # in the evening: from the next working day's morning
    ("2011-07-03 19:00", "2011-07-07 08:30"),  # a Sunday evening: Monday, then Tuesday morning
])  # fmt: skip
def test_a_start_outside_hours_is_moved_first(requests, opened, due):
    plan = find_plan("boston311")
    start = datetime.fromisoformat(opened).replace(tzinfo=BOSTON)
    assert plan.due(start, plan.limits(requests)["Bulk"]) == datetime.fromisoformat(due).replace(tzinfo=BOSTON)


def test_a_calendar_day_keeps_its_clock_time_over_the_change_of_clocks(requests):
    plan = find_plan("boston311")
    start = datetime(2011, 11, 5, 12, 0, tzinfo=BOSTON)
    assert plan.due(start, plan.limits(requests)["Lamp"]) == datetime(2011, 11, 7, 12, 0, tzinfo=BOSTON)


def test_what_cannot_be_used_is_said_in_words(tmp_path):
    with pytest.raises(PlanError, match="there is no plan “nowhere”; the known ones are boston311, incidents"):
        find_plan("nowhere")
    with pytest.raises(PlanError, match=r"there is no file gone\.csv"):
        list(rows_of(tmp_path / "gone.csv"))
    with pytest.raises(PlanError, match="does not say “kind”"):
        Plan("short", {"log": "requests"})


@pytest.mark.parametrize(("plan", "file", "least"), [
    ("boston311", "boston311_sla/boston311_2011H2.csv.xz", "verdict"), ("incidents", "it_incident_log/events.csv.xz", "counters"),
])  # fmt: skip
def test_the_first_rows_of_a_real_log_agree(testdata, plan, file, least):
    found = figures(shouwen(plan, testdata / file, "--limit", "300", "--json", "--audit"))
    assert found["rows"] == 300
    assert found[f"{least}_agree"] >= 0.97 * found[f"{least}_compared"] > 0
    assert found.get("due_agree", 0) >= 0.99 * found.get("due_compared", 0)
