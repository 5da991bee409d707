"""Writes the handbook's derived files: which tests guard each clause (package data), and docs/handbook.md.

`python scripts/handbook.py` writes both; `--check` says whether they are current.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AGREED, RIGHTS = ROOT / "tests/contract/rights.json", "tests/contract/test_rights.py"
TESTS, MANUAL = ROOT / "src/shouwen/kernel/handbook_tests.json", ROOT / "docs/handbook.md"


def marks_of(node: ast.AST) -> list[str]:
    """The clauses in `@pytest.mark.clause("S6-12.07", …)` decorators of a test or class, or a module's `pytestmark`."""
    found = []
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "clause":
            for arg in call.args:
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                    found += arg.value.split()
    return found


def guarding() -> dict[str, list[str]]:
    """Clause → node ids of the tests that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = [c for node in tree.body if isinstance(node, ast.Assign) for c in marks_of(node)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                for clause in dict.fromkeys([*module, *(c for d in node.decorator_list for c in marks_of(d))]):
                    found.setdefault(clause, []).append(f"{name}::{node.name}")
    for clause, test in agreed():
        found.setdefault(clause, []).append(f"{RIGHTS}::{test}")
    return dict(sorted(found.items()))


def agreed() -> list[tuple[str, str]]:
    """The clauses in the agreed table of rights, promises and values, with the test that holds each."""
    table = json.loads(AGREED.read_text(encoding="utf-8")) if AGREED.exists() else {}
    tests = {"policies": "policies_that_are_no_limits_are", "registers": "cards_are_seen_and_edited"}
    found = {
        (clause, f"test_{tests.get(kind, 'who_may_what_is')}_as_agreed")
        for kind, lines in table.items()
        for line in lines.values()
        if "; clause " in line
        for clause in line.rsplit("; clause ", 1)[1].split()
    }
    return sorted(found)


def manual() -> str:
    """docs/handbook.md: clause → what enforces it → what guards it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "shouwen.project.settings"  # the product's own rooms, whoever calls
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from shouwen.kernel import handbook

    handbook.guarded.cache_clear()
    handbook.clauses.cache_clear()
    lines = ["# The handbook: clause → what enforces it", "", "Made by `python scripts/handbook.py`; do not edit.", ""]
    for clause in handbook.clauses():
        lines += [f"## {clause.id}", "", clause.zh, "", clause.en, ""]
        if clause.decision_en:
            lines += [f"*Decision:* {clause.decision_zh} {clause.decision_en}", ""]
        lines += [f"- enforced by `{name}`" for name in clause.enforced_by]
        lines += [f"- guarded by `{name}`" for name in clause.tests] + [""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    check = "--check" in sys.argv
    stale = []
    wanted = json.dumps(guarding(), indent=1, ensure_ascii=False) + "\n"
    if not TESTS.exists() or TESTS.read_text(encoding="utf-8") != wanted:
        stale.append(TESTS)
        if not check:
            TESTS.write_text(wanted, encoding="utf-8")
    text = manual()
    if not MANUAL.exists() or MANUAL.read_text(encoding="utf-8") != text:
        stale.append(MANUAL)
        if not check:
            MANUAL.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'not current' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
