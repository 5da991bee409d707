"""`--help` of every command, in both languages."""

from __future__ import annotations

import json
import pkgutil
import re
import subprocess
import sys

import pytest

from shouwen.project import commands
from tests.project.places import ROOT, Place

ALL = """
import json, sys, typer
from typer.testing import CliRunner
from shouwen.project.cli import app
root = typer.main.get_command(app)
names = [""]
for name in root.list_commands(None):
    group = root.get_command(None, name)
    names += [name, *(f"{name} {inner}" for inner in getattr(group, "commands", {}))]
said = {name: CliRunner().invoke(app, [*name.split(), "--help"]) for name in names}
print(json.dumps({name: [one.exit_code, one.output] for name, one in said.items()}))
"""
NAMES = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
ENGLISH = re.compile(r"[A-Za-z]+(?: [a-z]+){5,}")  # six words in a row: a sentence nobody translated
PROMISED = (
    "serve worker sweep demo due calendar handbook replay export user token audit backup restore doctor erase".split()
)


def helps(language: str, tmp_path) -> dict[str, tuple[int, str]]:
    place = Place(tmp_path / "data")
    place.env.update(SHOUWEN_LANG=language, COLUMNS="200", TERM="dumb")
    done = subprocess.run(
        [sys.executable, "-c", ALL], env=place.env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name: (code, text) for name, (code, text) in json.loads(done.stdout).items()}


def test_every_promised_command_is_there():
    assert set(PROMISED) <= set(NAMES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_of_every_command_reads_in_one_language(language, tmp_path):
    said = helps(language, tmp_path)
    assert {"", "user create", *NAMES} <= set(said)
    for name, (code, text) in said.items():
        assert code == 0, (name, text)
        if language == "en":
            assert not re.search("[\u4e00-\u9fff]", text), (name, text)
        else:
            assert re.search("[\u4e00-\u9fff]{4}", text) and not ENGLISH.search(text), (name, text)
