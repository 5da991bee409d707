"""Reading the manual: its pages, links, headings and code blocks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.S | re.M)


class Block(NamedTuple):
    """A code block: its language and text."""

    language: str
    text: str


def pages() -> list[Path]:
    """Every page of the manual: in the root, in docs, beside the conformance cases."""
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "conformance").glob("*.md")),
    ]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def plain(text: str) -> str:
    """A page without its code blocks."""
    return BLOCK.sub("", text)


def links(page: Path) -> list[str]:
    return LINK.findall(plain(page.read_text(encoding="utf-8")))


def blocks(name: str) -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(read(name))]


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get: lower case, spaces to hyphens, punctuation gone."""
    heads = re.findall(r"^#+ (.+)$", plain(page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", head.replace("`", "").lower()).strip().replace(" ", "-") for head in heads}
