"""What the manual shows works as shown: questions, calendars, and the recipe of a new process."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shouwen.kernel.goals import policies
from shouwen.kernel.models import Clock
from shouwen.kernel.policies import publish
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.rulebook import rulebook
from shouwen.project.cli import app
from shouwen.worktime import Calendar
from tests.docs.manual import ROOT, Block, blocks, pages
from tests.support import a_case
from tests.world import MONDAY

WRITTEN = re.compile(r"# (src/shouwen/rooms/(\w+)/\S+)\n")
PAGES = [str(page.relative_to(ROOT)) for page in pages()]


@pytest.mark.parametrize("name", PAGES)
def test_code_in_the_manual_can_be_read(name):
    for block in blocks(name):
        if block.language == "python":
            ast.parse(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "json":
            json.loads(block.text)


def test_the_calendar_of_the_manual_is_one():
    (spec,) = [block.text for block in blocks("docs/worktime.md") if block.language == "json"]
    assert Calendar.from_json(json.loads(spec)).is_working_day(Calendar.from_json(json.loads(spec)).date_of(_noon()))


def _noon():
    from tests.world import at

    return at("2026-11-23 12:00")


def sessions() -> list[Block]:
    return [block for block in blocks("docs/worktime.md") if block.text.startswith("$ ")]


def test_what_the_manual_shows_of_due_is_what_it_prints():
    assert len(sessions()) == 2
    for block in sessions():
        first, *shown = block.text.splitlines()
        asked = re.search(r"echo '(.*)' \|", first)
        args = first.split("shouwen ", 1)[1].split()
        said = CliRunner().invoke(app, args, input=asked[1] if asked else "").stdout.splitlines()
        shown = shown[: shown.index("  …")] if "  …" in shown else shown
        assert said[: len(shown)] == shown, first


def recipe() -> dict[str, str]:
    """The files that the recipe of a new process writes, by path."""
    return {found[1]: block.text for block in blocks("CONTRIBUTING.md") if (found := WRITTEN.match(block.text))}


LOOK = """
import django
from django.core.management import call_command
django.setup()
from shouwen.kernel import handbook
from shouwen.kernel.registry import kinds
from shouwen.project.cli import main
kind = kinds["loan"]
call_command("makemigrations", "lending", name="first", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
from shouwen.api.urls import api
paths = api.get_openapi_schema()["paths"]
assert "/api/v1/cases/loan" in paths and "/api/v1/cases/loan/{no}/close" in paths, sorted(paths)[:5]
clauses = {clause.id: clause.enforced_by for clause in handbook.clauses()}
assert clauses["S9-90.01"] == ("shouwen.rooms.lending.kinds.Loan.open", "shouwen.rooms.lending.kinds.Loan.back_in_the_past")
assert "loan.back" in clauses["S9-90.02"]
print(kind.label(), *kind.steps)
"""


def test_the_recipe_of_a_new_process_makes_one(tmp_path):
    source = tmp_path / "src" / "shouwen"
    shutil.copytree(ROOT / "src" / "shouwen", source, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    for path, text in recipe().items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    room = source / "rooms" / "lending"
    (room / "migrations").mkdir()
    for empty in (room / "__init__.py", room / "migrations" / "__init__.py"):
        empty.touch()
    environ = {
        **os.environ, "PYTHONPATH": str(tmp_path / "src"), "SHOUWEN_DATA": str(tmp_path / "var"), "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "shouwen.project.settings",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", LOOK], env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("借用 open close")
    assert (room / "migrations" / "0001_first.py").exists()
    add_a_column(room, environ)


def add_a_column(room: Path, environ: dict[str, str]) -> None:
    """The recipe of a column: a field with a default, one named migration, a word, a fact and a question."""
    for name, old, new in (
        (
            "models.py",
            "    promised_at =",
            "    deposit_fen = models.PositiveIntegerField(default=0)\n    promised_at =",
        ),
        ("kinds.py", '"promised_at"\n    sees', '"promised_at deposit_fen"\n    sees'),
        ("kinds.py", 'may="promised_at"', 'may="promised_at deposit_fen"'),
    ):
        text = (room / name).read_text("utf-8")
        assert old in text
        (room / name).write_text(text.replace(old, new, 1), "utf-8")
    with (room / "glossary.toml").open("a", encoding="utf-8") as glossary:
        glossary.write('\n[deposit_fen]\nzh = "押金"\nen = "Deposit"\n')
    command = [sys.executable, "-m", "django", "makemigrations", "lending", "-n", "deposit"]
    done = subprocess.run(command, env=environ, cwd=room, capture_output=True, text=True)
    assert done.returncode == 0 and (room / "migrations" / "0002_deposit.py").exists(), done.stderr[-2000:]


def code(word: str) -> str:
    """The one block of the recipes that mentions a word."""
    (text,) = [block.text for block in blocks("CONTRIBUTING.md") if block.language == "python" and word in block.text and not WRITTEN.match(block.text)]  # fmt: skip
    return text


@pytest.mark.django_db
def test_the_recipe_of_a_calendar_moves_running_clocks(world):
    case = a_case(world, "job", at=MONDAY - timedelta(days=2), size="small")
    names = {"actor": world.actor("manager"), "at": MONDAY}
    exec(compile(code("calendars.publish"), "CONTRIBUTING.md", "exec"), names)
    assert names["moved"].moved >= 1
    assert Clock.objects.get(case=case, key="small").calendar_version == names["version"].pk


@pytest.mark.django_db
def test_the_recipe_of_a_policy_declares_one(world):
    names: dict[str, Any] = {}
    try:
        exec(compile(code("loan.remind"), "CONTRIBUTING.md", "exec"), names)
        ref = names["REMIND"]
        assert rulebook(world.org.pk, None).policy(ref.key, ref.default, MONDAY)[0] == "1d"
        with pytest.raises(Refusal, match="3d"):
            publish(ref.key, "4d", actor=world.actor("manager"), at=MONDAY)
    finally:
        policies.pop("loan.remind", None)
