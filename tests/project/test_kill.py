"""A small run of `benchmarks/kill.py`: workers killed and crashing, and each alarm once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_nothing_is_doubled_and_nothing_lost_whatever_is_killed_when():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "kill.py", "--clocks", "60", "--kills", "3", "--crashes", "8", "--minutes", "0.1",
         "--databases", connection.vendor, "--json"],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["alarms"], found["doubled"], found["lost"], found["differences"]) == (60, 0, 0, 0)
    assert found["kills"] + found["crashes"] >= 3, "nobody was killed: the run shows nothing"
