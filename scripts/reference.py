"""Writes the manual's tables from the product itself: docs/reference.md (policies, processes, events, cards) and docs/commands.md.

`python scripts/reference.py` writes both; `--check` says whether they are current.
"""

from __future__ import annotations

import gettext
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REFERENCE, COMMANDS = ROOT / "docs/reference.md", ROOT / "docs/commands.md"
MADE = "Made by `python scripts/reference.py`; do not edit."


def start() -> None:
    """The product's own rooms and English words, whoever calls."""
    os.environ.update(SHOUWEN_LANG="en", DJANGO_SETTINGS_MODULE="shouwen.project.settings")
    os.environ.setdefault("SHOUWEN_DATA", tempfile.mkdtemp(prefix="shouwen-reference-"))
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from shouwen.kernel import handbook, perform  # noqa: F401  (their policies are declared where they are read)


def table(head: str, rows: list[str]) -> list[str]:
    columns = head.count("|") + 1
    return [f"| {head} |", "|" + "---|" * columns, *(f"| {row} |" for row in rows), ""] if rows else []


def said(word: str, kind: str = "") -> str:
    from shouwen.kernel import words

    return f"{words.label_in('zh', word, kind)} · {words.label_in('en', word, kind)}"


def value(default: Any) -> str:
    if isinstance(default, dict):
        return ", ".join(f"{key} {one}" for key, one in default.items())
    return str(default)


def policies() -> list[str]:
    from shouwen.kernel.goals import policies as declared
    from shouwen.kernel.policies import promises_of

    lines = [
        "## Policies", "",
        "Values a manager may change in Settings, for everybody or for one community, from a moment on. Limits are goals "
        "([working time](worktime.md)); the law's floor is the longest a version may say.", "",
    ]  # fmt: skip
    rows = []
    for key, ref in sorted(declared.items()):
        read = ", ".join(f"`{kind}.{promise}`" for kind, promise in promises_of(key)) or "—"
        rows.append(f"`{key}` | {value(ref.default)} | {ref.floor or '—'} | {read} | {ref.clause or '—'}")
    return lines + table("policy | default | floor | promises that read it | clause", rows)


def kinds() -> list[str]:
    from shouwen.kernel.registry import kinds as declared

    lines = [
        "## Processes and their events", "",
        "Each step, once taken, is an event: a webhook may ask for `*`, for a kind, or for `kind.step` as the first column says.", "",
    ]  # fmt: skip
    for kind in sorted(declared.values(), key=lambda one: one.key):
        lines += [f"### `{kind.key}` {said(kind.key)}", "", (kind.__doc__ or "").strip().splitlines()[0], ""]
        lines += [f"Numbers begin with {kind.number}. States: " + ", ".join(f"`{s}`" for s in kind.states) + ".", ""]
        steps = [
            f"`{kind.key}.{step.name}` | {said(step.name, f'{kind.key} do')} | {' '.join(step.frm) or '—'} | "
            f"{'—' if step.to == '=' else step.to} | {step.clause or '—'}"
            for step in kind.steps.values()
        ]
        lines += table("event | 步骤 · step | from | to | clause", steps)
        promises = [
            f"`{key}` | {said(key, kind.key)} | {limit(promise)} | {promise.calendar} | {promise.clause or '—'}"
            for key, promise in kind.commitments.items()
        ]
        lines += table("promise | 承诺 · promise | limit | calendar | clause", promises)
    return lines


def limit(promise: Any) -> str:
    """A limit in short: a goal, a policy, the customer's own time, the earliest of several, or daily."""
    from shouwen.kernel.goals import Composite, FieldRef, PolicyRef

    def one(spec: Any) -> str:
        if isinstance(spec, PolicyRef):
            return f"policy `{spec.key}` ({value(spec.default)})"
        if isinstance(spec, FieldRef):
            return f"the time in `{spec.fact}`"
        if isinstance(spec, Composite):
            unless = f", unless `{spec.unless}`" if spec.unless else ""
            return f"{spec.choose} of {' and '.join(map(one, spec.parts))}{unless}"
        return str(spec)

    return f"every {promise.every}" if promise.every else one(promise.within)


def cards() -> list[str]:
    from shouwen.kernel.registers import registers

    rows = [
        f"`{name}` | {said(name)} | {' '.join(card.fields)} | {' '.join(card.sensitive) or '—'}"
        for name, card in sorted(registers.items())
    ]
    lines = ["## Registers", "", "Cards that are edited, every edit journaled before and after.", ""]
    return lines + table("register | 名称 · name | fields | protected fields", rows)


def reference() -> str:
    lines = ["# Reference: policies, processes, events, cards", "", MADE, "", *policies(), *kinds(), *cards()]
    return "\n".join(lines).rstrip() + "\n"


# --- commands ---------------------------------------------------------------------------------------------------------


def chinese() -> Any:
    catalogues = ROOT / "src/shouwen/locale"
    return gettext.translation("django", str(catalogues), languages=["zh_Hans"], fallback=True).gettext


def told(text: str | None) -> str:
    """A sentence in both languages."""
    text = " ".join((text or "").split())
    other = chinese()(text) if text else ""
    return f"{text}<br>{other}" if other and other != text else text


def command(name: str, made: Any) -> list[str]:
    from typer.core import TyperGroup

    lines = [f"## `shouwen {name}`" if " " not in name else f"### `shouwen {name}`", ""]
    if made.help:
        lines += [told(made.help), ""]
    if isinstance(made, TyperGroup):
        for inner in made.list_commands(None):  # type: ignore[arg-type]
            lines += command(f"{name} {inner}", made.get_command(None, inner))  # type: ignore[arg-type]
        return lines
    rows = []
    for param in made.params:
        if param.name == "help":
            continue
        names = ", ".join(f"`{one}`" for one in (*param.opts, *param.secondary_opts))
        if param.param_type_name == "argument":
            names = f"`{param.metavar or (param.name or '').upper()}`"
        env = f" (`{param.envvar}`)" if getattr(param, "envvar", None) else ""
        rows.append(f"{names}{env} | {'required' if param.required else shown(param.default)} | {told(param.help)}")
    return lines + table("option | default | 说明 · meaning", rows)


def shown(default: Any) -> str:
    if default in (None, "", False, ()) or callable(default):
        return "—"
    return "on" if default is True else str(default)


def commands() -> str:
    import typer

    from shouwen.project.cli import app

    group = typer.main.get_command(app)
    lines = ["# Commands", "", MADE, "", "`shouwen --help` and `shouwen COMMAND --help` say the same, in the language of the shell "
             "(`SHOUWEN_LANG=zh` or `en`). Every command exits with 0 when all is well.", ""]  # fmt: skip
    for name in group.list_commands(None):  # type: ignore[attr-defined]
        lines += command(name, group.get_command(None, name))  # type: ignore[attr-defined]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    check = "--check" in sys.argv
    start()
    stale = [
        (path, text)
        for path, text in ((REFERENCE, reference()), (COMMANDS, commands()))
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"{'not current' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
