"""Our own conformance cases: enough of them, each with its reason, and every answer of ours is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import ours, run
from shouwen.worktime import Calendar, calendar

CASES = run.cases()
CLASSES = (
    "make_up_day new_year spring_festival clock_change lunch_break pause_over_weekend overlapping_pauses "
    "policy_while_paused very_second outage_over_closing late_twin two_on_one_day reopen postponement agreed_later "
    "window unannounced_year other_zone leap_day month_end unplanned_closing"
).split()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_our_answer_is_right(case):
    answer = ours.answer(run.question(case))
    assert run.right(case, answer), f"{answer}\nwanted {case['answer']}\nbecause {case['why']}"


def test_there_are_cases_of_every_class_and_each_says_why():
    assert len(CASES) >= 150 and len({case["id"] for case in CASES}) == len(CASES)
    assert set(CLASSES) <= {case["class"] for case in CASES}
    assert [case["id"] for case in CASES if len(case["why"]) < 8] == []
    readme = Path(run.__file__).with_name("README.md").read_text("utf-8")
    assert f"{len(CASES)} questions" in readme
    assert [name for name in {case["class"] for case in CASES} if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", ["cn", "desk", "always"])
def test_the_calendars_written_out_are_the_named_ones(name):
    plain = Calendar.from_json(run.question({"id": 1, "ask": {"calendar": name}}, inline=True)["calendar"])
    days = [calendar(name).date_of(ours.moment("2024-01-01T12:00+08:00")).fromordinal(n) for n in range(738886, 739981)]
    assert (days[0].isoformat(), days[-1].isoformat()) == ("2024-01-01", "2026-12-30")
    assert [day for day in days if plain.close_of(day) != calendar(name).close_of(day)] == []


@pytest.mark.parametrize(
    ("case", "answer", "right"),
    [
        ({"due": "2026-10-08T10:30+08:00"}, {"due": "2026-10-08T02:30Z"}, True),
        ({"due": "2026-10-08T10:30+08:00"}, {"due": "2026-10-08T10:31+08:00"}, False),
        ({"due": "2026-10-08T10:30+08:00"}, {"due": None}, False),
        ({"due": "2026-10-08T10:30+08:00"}, {"due": "2026-10-08T10:30+08:00", "error": "but"}, False),
        ({"error": "…"}, {"error": "no such zone"}, True),
        ({"error": "…"}, {"due": "2026-10-08T10:30+08:00"}, False),
        ({"provisional": False, "days": 1}, {"days": 1}, True),
        ({"provisional": True, "days": 1}, {"days": 1}, False),
        ({"clocks": [{"verdict": "kept"}]}, {"clocks": [{"verdict": "kept", "cycle": 1}]}, True),
        ({"clocks": [{"verdict": "kept"}]}, {"clocks": [{"verdict": "kept"}, {"verdict": None}]}, False),
        ({"clocks": []}, {}, False),
    ],
)
def test_the_judge_of_answers_is_strict(case, answer, right):
    assert run.right({"answer": case}, answer) is right


def test_another_system_is_put_to_them_with_one_command(tmp_path):
    other = tmp_path / "other.py"
    other.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps({'id': json.loads(line)['id'], 'open': False}))\n"
    )
    command = [sys.executable, run.__file__, "--class", "lunch_break", "--inline", "--", sys.executable, str(other)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "because" in done.stdout and "lunch_break" in done.stdout
    asked = subprocess.run([sys.executable, run.__file__, "--questions"], capture_output=True, text=True, check=True)
    assert len([json.loads(line) for line in asked.stdout.splitlines()]) == len(CASES)
