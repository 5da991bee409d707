"""Our classes and Tabler's never meet: every one of ours begins with `sw-`; nothing is named that no style sheet knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shouwen.desk

DESK = Path(shouwen.desk.__file__).parent
CLASS = re.compile(r"\.([a-zA-Z_][\w-]*)")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgb\((?!0 0 0 /)|\bhsl\(")
SCREENS = [path for path in (DESK / "static" / "desk").glob("*.css") if path.stem in ("components", "pages")]
TABLER = DESK / "static" / "vendor" / "tabler.css"


def classes(text: str) -> set[str]:
    """The classes that selectors of a style sheet name."""
    text = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", re.sub(r'url\([^)]*\)|"[^"]*"', "", text), flags=re.S)
    return set(CLASS.findall(text))


@pytest.mark.parametrize("sheet", SCREENS, ids=lambda path: path.name)
def test_every_class_of_ours_begins_alike(sheet):
    if not TABLER.exists():
        pytest.skip("Tabler is not fetched: names are not compared (make assets)")
    tabler = classes(TABLER.read_text(encoding="utf-8"))
    named = classes(sheet.read_text(encoding="utf-8"))
    foreign = {name for name in named if not name.startswith("sw-")} - tabler - {"htmx-request"}
    assert not foreign, f"neither ours nor Tabler's nor htmx's: {foreign}"
    assert not {name for name in tabler if name.startswith("sw-")}


def test_lists_are_parted_by_the_marks_of_the_readers_language():
    pages = [path for path in DESK.parent.rglob("*.html") if re.search("[、；]", path.read_text(encoding="utf-8"))]
    code = [path for path in DESK.parent.rglob("*.py") if '"、".join' in path.read_text(encoding="utf-8")]
    assert (pages, code) == ([], [])


@pytest.mark.parametrize("sheet", SCREENS, ids=lambda path: path.name)
def test_no_colour_is_named_outside_the_tokens(sheet):
    found = [line.strip() for line in sheet.read_text(encoding="utf-8").splitlines() if COLOUR.search(line)]
    assert not found
