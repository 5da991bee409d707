"""`make test`: checks, then all tests on SQLite, then all that touch a database on PostgreSQL; says loudly what was not run.

The second run pretends that the machine stands in New York: the product's days are those of the site, wherever it runs.

The last line has the form of pytest's closing line and sums up both runs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from scripts.check import checks  # noqa: E402
from scripts.with_postgres import programs  # noqa: E402

PYTEST = str(ROOT / ".venv" / "bin" / "pytest")
CLOSING = re.compile(r"^=*\s*(?P<counts>(?:\d+ [a-z]+(?:, )?)+) in [\d.]+s")
SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] \S+ (.*)$")
WORDS = {"error": "errors", "warning": "warnings"}


class Outcome:
    """What the runs came to: counts by word, and the reasons of what was skipped."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.failed_runs: list[str] = []

    def read(self, line: str) -> None:
        if found := CLOSING.match(line):
            for part in found["counts"].split(", "):
                number, word = part.split(" ", 1)
                self.counts[WORDS.get(word, word)] += int(number)
        elif found := SKIPPED.match(line):
            self.skipped[found[2].strip()] += int(found[1])


def tests(name: str, outcome: Outcome, *arguments: str, zone: str = "") -> None:
    """One run of pytest on as many processes as there are cores, its output passed on as it comes."""
    print(f"\n── {name} " + "─" * (96 - len(name)), flush=True)
    cores = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)
    command = [PYTEST, "-q", "-n", cores, "--dist", "worksteal", *arguments]
    environ = {**os.environ, "TZ": zone} if zone else None
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            print(line, end="", flush=True)
            outcome.read(line.rstrip())
    if run.returncode not in (0, 5):
        outcome.failed_runs.append(name)


def closing(outcome: Outcome, seconds: float) -> str:
    order = ("failed", "errors", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings")
    counts = ", ".join(f"{outcome.counts[word]} {word}" for word in order if outcome.counts[word])
    return f" {counts or 'no tests ran'} in {seconds:.2f}s ({timedelta(seconds=round(seconds))}) ".center(100, "=")


def main() -> int:
    began = time.monotonic()
    outcome = Outcome()
    print("── checks " + "─" * 90, flush=True)
    wrong = checks()
    tests("SQLite: everything", outcome)
    not_run = []
    if programs() is None:
        not_run.append("everything on PostgreSQL: its programs are not installed (Debian: apt-get install postgresql)")
    else:
        name = "PostgreSQL: everything that touches a database, on a machine in New York"
        tests(name, outcome, "--db=postgresql", zone="America/New_York")
    reasons = {reason: n for reason, n in outcome.skipped.items() if "tells about the other database" not in reason}
    not_run += [f"{reason} ({n} tests)" for reason, n in sorted(reasons.items())]
    print()
    if not_run:
        print("!" * 100)
        for reason in not_run:
            print(f"!! NOT RUN: {reason}")
        print("!" * 100)
    for name in wrong:
        print(f"FAILED check: {name}")
    for name in outcome.failed_runs:
        print(f"FAILED run: {name}")
    print(closing(outcome, time.monotonic() - began), flush=True)
    return 1 if wrong or outcome.failed_runs or not outcome.counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
