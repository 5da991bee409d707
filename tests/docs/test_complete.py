"""The manual is complete: every policy value, command, event, setting and clause stands in it."""

from __future__ import annotations

import re

import pytest
import typer

from scripts.house_rules import in_lock
from shouwen.kernel import backdating, handbook, perform  # noqa: F401  (policies are declared where they are read)
from shouwen.kernel.goals import policies
from shouwen.kernel.registers import registers
from shouwen.kernel.registry import kinds
from shouwen.project.cli import app
from tests.docs.manual import ROOT, read

RUN_AGAIN = "run: python scripts/reference.py (and scripts/handbook.py)"
OURS = [kind for kind in kinds.values() if kind.__module__.startswith("shouwen.")]
READ = re.compile(r"""(?:environ(?:\.get|\.setdefault)?[\[(]\s*|envvar=)["']([A-Z][A-Z_]+)["']""")
OF_THE_SHELL = {
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
    "LANGUAGE",
    "DJANGO_SETTINGS_MODULE",
    "TZ",
    "PATH",
    "PYTHONPATH",
    "HOME",
}


def test_every_policy_with_its_value():
    text = read("docs/reference.md").split("## Processes")[0]
    ours = [
        ref for key, ref in policies.items()
        if not any(key in str(vars(kind)) for kind in kinds.values() if kind not in OURS)
        and not key.startswith("job.")
    ]  # fmt: skip
    rows = dict(re.findall(r"^\| `([\w.]+)` \| ([^|]*) \|", text, re.M))
    from scripts.reference import value

    assert {ref.key: value(ref.default) for ref in ours if rows.get(ref.key) != value(ref.default)} == {}, RUN_AGAIN


def test_every_event_a_webhook_may_ask_for():
    text = read("docs/reference.md")
    events = [f"{kind.key}.{step}" for kind in OURS for step in kind.steps]
    assert [event for event in events if f"| `{event}` |" not in text] == [], RUN_AGAIN
    assert [kind.key for kind in OURS if f"### `{kind.key}` " not in text] == [], RUN_AGAIN


def test_every_promise_and_card():
    text = read("docs/reference.md")
    promises = [promise for kind in OURS for promise in kind.commitments]
    assert [name for name in (*promises, *registers) if f"| `{name}` |" not in text] == [], RUN_AGAIN


def commands() -> list[tuple[str, object]]:
    """Every command with its subcommands."""
    group = typer.main.get_command(app)
    found = []
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        found.append((name, command))
        inner = getattr(command, "list_commands", lambda _ctx: [])(None)
        found += [(f"{name} {one}", command.get_command(None, one)) for one in inner]
    return found


def test_every_command_with_its_options():
    text = read("docs/commands.md")
    missing = [name for name, _command in commands() if f"# `shouwen {name}`" not in text]
    options = {
        opt for _name, command in commands() for param in command.params for opt in param.opts if opt.startswith("--")
    }
    missing += [option for option in options - {"--help"} if f"`{option}`" not in text]
    assert missing == [], RUN_AGAIN


def test_every_clause():
    text = read("docs/handbook.md")
    assert [clause.id for clause in handbook.clauses() if f"## {clause.id}" not in text] == [], RUN_AGAIN


def settings_read() -> set[str]:
    """Every environment variable that the product or its build looks at."""
    found: set[str] = set()
    for folder in ("src/shouwen", "scripts", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(READ.findall(path.read_text(encoding="utf-8")))
    found |= set(re.findall(r"\$\(filter 0,\$\((\w+)\)\)|^export (\w+)", read("Makefile"), re.M)[0])
    return {name for name in found if name and not name.startswith("DJANGO_")} - OF_THE_SHELL


def test_every_setting():
    text = read("docs/settings.md")
    assert sorted(name for name in settings_read() if f"`{name}`" not in text and f"`{name}=" not in text) == []


def test_every_setting_of_the_manual_is_read_somewhere():
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("src/shouwen", "scripts", "tests")
        for path in (ROOT / folder).rglob("*.py")
    ) + read("Makefile")
    named = set(re.findall(r"`((?:SHOUWEN_|DATABASE_)[A-Z_]+)`", read("docs/settings.md"))) | {
        "PORT",
        "DEMO",
        "NO_SYSTEM",
    }
    assert sorted(name for name in named if name not in sources) == []


def test_no_lock_holds_an_address():
    locks = [*(ROOT / "requirements").glob("*.lock"), ROOT / "frontend" / "package-lock.json"]
    assert len(locks) >= 4
    assert [f"{path.name}:{line}" for path in locks for line, _what in in_lock(path)] == []
    assert [path.name for path in locks if "http" in path.read_text("utf-8").replace("\"url\": \"http", "") and path.suffix == ".lock"] == []  # fmt: skip


@pytest.mark.parametrize("name", ["LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "README.zh.md"])
def test_what_every_project_has_is_here(name):
    assert len(read(name)) > 500
