"""Links of the manual lead somewhere, and the files it names are there."""

from __future__ import annotations

import re

import pytest

from tests.docs.manual import ROOT, anchors, links, pages, plain, read

PATH = re.compile(r"`((?:src|scripts|tests|docs|examples|conformance|requirements)/[\w./-]+|(?:kernel|worktime|ground|desk|api)/\w+\.py)`")  # fmt: skip
NAMED = [(page, name) for page in pages() for name in PATH.findall(plain(page.read_text("utf-8")))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page):
    wrong = []
    for link in links(page):
        if link.startswith(("https://", "http://127.0.0.1")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


def test_every_file_that_the_manual_names_is_there():
    missing = [
        f"{page.name}: {name}"
        for page, name in NAMED
        if not (ROOT / name).exists() and not (ROOT / "src" / "shouwen" / name).exists()
        and page.name not in ("handbook.md", "CONTRIBUTING.md")
    ]  # fmt: skip
    assert missing == [] and len(NAMED) > 20


def test_every_decision_is_in_the_index_under_its_number():
    folder = ROOT / "docs" / "decisions"
    index = links(folder / "README.md")
    files = [path.name for path in sorted(folder.glob("0*.md"))]
    assert [name for name in files if name not in index] == []
    assert len({name[:4] for name in files}) == len(files)
    assert [name for name in files if not (folder / name).read_text("utf-8").startswith(f"# {name[:4]} ")] == []


def test_both_front_pages_say_the_same():
    english, chinese = read("README.md"), read("README.zh.md")
    for found in (
        r"\]\((docs/[^)]+|(?!README)[A-Z][A-Z]+[^)]*)\)",
        r"^(make \w+|\$ shouwen .*|\.venv/bin/\S+ \S+)",
        r"`([a-z]+)`",
    ):
        assert set(re.findall(found, english, re.M)) == set(re.findall(found, chinese, re.M)), found
