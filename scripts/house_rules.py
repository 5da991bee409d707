"""Rules of this house that no general tool knows. Prints each break as `file:line: what is wrong`; non-zero if there is one.

· the clock is read at the edge alone (`shouwen.project`); everywhere else time is passed down as `at`
· what is given to gettext is a plain sentence: no f-string, no `.format`, no joining; placeholders have names
· templates keep to the content policy: no inline script, style or event handler, no htmx that needs eval
· a `blocktranslate` is `trimmed`
· no lock file holds an address
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "shouwen"
CLOCKS = {
    "date.today", "datetime.today", "datetime.now", "datetime.utcnow", "timezone.now", "timezone.localtime", "timezone.localdate",
    "time.time",
}  # fmt: skip
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
NAMELESS = re.compile(r"(?<!%)%[sdr]")
IN_TEMPLATES = (
    (
        re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.I),
        "a script in the page: the policy refuses it",
    ),
    (re.compile(r"<[^>]*\sstyle=", re.I), "a style attribute: the policy refuses it; use a class or an SVG attribute"),
    (re.compile(r"<style\b", re.I), "a style element: the policy refuses it"),
    (re.compile(r"<[^>]*\son[a-z]+=", re.I), "an event attribute: the policy refuses it"),
    (re.compile(r"hx-on\b|\bjs:|hx-vals=['\"]?js"), "htmx that needs eval: the policy refuses it"),
    (re.compile(r"{%-?\s*blocktrans(?:late)?\b(?![^%]*\btrimmed\b)"), "blocktranslate without trimmed"),
    (re.compile(r"(?:src|href)=\"https?://"), "something from another host"),
)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def in_module(path: Path) -> Iterator[tuple[int, str]]:
    at_the_edge = path.is_relative_to(SOURCE / "project")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ".".join(dotted(node.func).split(".")[-2:])
        if called in CLOCKS and not at_the_edge:
            yield node.lineno, f"{called}() reads the clock; take the time as `at` from the edge"
        if called.split(".")[-1] in GETTEXT and node.args:
            yield from in_gettext(node)


def in_gettext(node: ast.Call) -> Iterator[tuple[int, str]]:
    wanted = 1 if dotted(node.func).split(".")[-1] in ("_", "gettext", "gettext_lazy") else 2
    for said in node.args[:wanted]:
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            if NAMELESS.search(said.value):
                yield node.lineno, "a placeholder without a name; write %(name)s"
        elif isinstance(said, ast.JoinedStr | ast.BinOp | ast.Call):
            yield node.lineno, "what is translated is a plain sentence: no f-string, no format, no joining inside _()"


def in_template(path: Path) -> Iterator[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    for pattern, wrong in IN_TEMPLATES:
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, wrong


def in_lock(path: Path) -> Iterator[tuple[int, str]]:
    mark = '"resolved"' if path.suffix == ".json" else "http"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if mark in line or "file:///" in line:
            yield number, "a lock file holds an address"


def breaks() -> Iterator[str]:
    """All breaks of all rules."""
    checked = [(path, in_module) for path in SOURCE.rglob("*.py")]
    checked += [(path, in_template) for path in SOURCE.rglob("templates/**/*.html")]
    checked += [
        (path, in_lock) for path in (*ROOT.glob("requirements/*.lock"), ROOT / "frontend" / "package-lock.json")
    ]
    for path, rule in sorted(checked, key=lambda item: str(item[0])):
        for line, wrong in rule(path):
            yield f"{path.relative_to(ROOT)}:{line}: {wrong}"


def main() -> int:
    found = list(breaks())
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
