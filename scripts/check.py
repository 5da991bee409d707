"""`make check`: everything that can be known without running the product, two at a time; `--docs` adds the documents' tests."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
MOST_LINES = 60
MADE_BY_HAND = ["src", "tests", "scripts", "benchmarks", "conformance"]


def steps() -> list[tuple[str, list[str]]]:
    """Name and command of each check, the longest first."""
    folders = [name for name in MADE_BY_HAND if (ROOT / name).is_dir()]
    django = [PYTHON, "-W", "error", "-m", "django"]
    settings = ["--settings", "shouwen.project.settings"]
    return [
        ("types", [str(BIN / "mypy")]),
        ("import contracts", [str(BIN / "lint-imports"), "--no-logo"]),
        ("migrations complete", [*django, "makemigrations", "--check", "--dry-run", *settings]),
        ("Django's own checks", [*django, "check", "--fail-level", "WARNING", *settings]),
        ("messages complete", [PYTHON, "scripts/messages.py", "check"]),
        ("format", [str(BIN / "ruff"), "format", "--check", "--output-format", "concise", *folders]),
        ("lint", [str(BIN / "ruff"), "check", "--output-format", "concise", *folders]),
        ("house rules", [PYTHON, "scripts/house_rules.py"]),
    ]


def run(name: str, command: list[str]) -> tuple[str, bool, str, float]:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return name, done.returncode == 0, (done.stdout + done.stderr).strip(), time.monotonic() - began


def shortened(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} lines more"]


def checks(*, docs: bool = False) -> list[str]:
    """Runs all and prints each as it ends; the names of those that failed."""
    todo = steps()
    if docs:
        todo.append(("docs and glossary", [str(BIN / "pytest"), "-q", "tests/docs"]))
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, good, said, seconds in pool.map(lambda step: run(*step), todo):
            print(f"  {'ok  ' if good else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
            if not good:
                failed.append(name)
                print("    " + "\n    ".join(shortened(said.splitlines())), flush=True)
    return failed


if __name__ == "__main__":
    wrong = checks(docs="--docs" in sys.argv)
    if wrong:
        sys.exit(f"Not in order: {', '.join(wrong)}")
    print("All checks are in order.")
