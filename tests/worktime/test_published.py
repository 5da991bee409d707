"""Business-time cases published with the test suites of twelve projects, where they are at hand."""

from __future__ import annotations

import json
from datetime import datetime

from shouwen.worktime.batch import run

# Cases that do not agree, each with its reason. Those marked "disputed" by their collectors are not listed.
EXCEPTIONS = {"c86b01465c2": "its source gives zero when the end lies before the start; our working time is signed"}


def test_all_undisputed_published_cases_agree(testdata):
    cases = json.loads((testdata / "sla_cases" / "cases.json").read_text("utf-8"))
    wrong = set()
    for case, line in zip(cases, run(json.dumps(case) for case in cases), strict=True):
        found = json.loads(line)
        assert found["id"] == case["id"]
        if not case.get("disputed") and not agrees(case, found):
            wrong.add(case["id"])
    assert wrong == set(EXCEPTIONS)
    assert sum(not case.get("disputed") for case in cases) >= 323


def agrees(case: dict, found: dict) -> bool:
    if "expected_due" in case and case["op"] == "add_working_days":
        return found.get("date") == case["expected_due"]
    if "expected_due" in case:
        return "due" in found and datetime.fromisoformat(found["due"]) == datetime.fromisoformat(case["expected_due"])
    for wanted, key in (("expected_seconds", "seconds"), ("expected_days", "days"), ("expected", "open")):
        if wanted in case:
            return found.get(key) == case[wanted]
    raise AssertionError(f"a case without an expectation: {case}")
