"""One word per idea: `glossary.toml` files give each identifier its Chinese and English label, checked at import."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

_entries: dict[str, dict[str, str]] = {}


class UnknownWord(Exception):
    """A declaration uses a word that nothing explains. The message names the place and the nearest known word."""


def load(path: Path) -> None:
    """Adds the words of a glossary file: `[word]` tables with `zh`, `en`, optionally `zh_hint`, `en_hint`."""
    for word, labels in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for key, text in _flatten(word, labels):
            _entries[key] = text
    label_in.cache_clear()


def _flatten(word: str, table: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """`[complaint.settle]` becomes the key `complaint.settle`: a word that one kind says differently."""
    rows = [(word, {k: v for k, v in table.items() if isinstance(v, str)})] if "zh" in table else []
    for inner, value in table.items():
        if isinstance(value, dict):
            rows += _flatten(f"{word}.{inner}", value)
    return rows


def nearest(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def check(word: str, known: Any, *, where: str) -> None:
    """Refuses a word that is not among the known ones, naming where it stands."""
    if word not in known:
        raise UnknownWord(f"{where}: unknown word {word!r}{nearest(word, known)}")


def known(word: str) -> bool:
    return word in _entries


def entries() -> dict[str, dict[str, str]]:
    """All words with their labels, for the glossary test and the manual."""
    return dict(_entries)


@cache
def label_in(language: str, word: str, kind: str = "", what: str = "") -> str:
    """The label of a word in a language: as its scopes say it (a kind, `do`, a choice), else as everybody does."""
    short = "zh" if language.startswith("zh") else "en"
    for key in (*(f"{scope}.{word}" for scope in kind.split()), word):
        if key in _entries:
            return _entries[key].get(f"{short}{what}") or ("" if what else _entries[key]["en"])
    return "" if what else word.replace("_", " ")


def label(word: str, kind: str = "") -> str:
    """The label in the language now active."""
    return label_in(get_language() or "zh-hans", word, kind)


def hint(word: str, kind: str = "") -> str:
    """One sentence that explains the word where it is asked, or nothing."""
    return label_in(get_language() or "zh-hans", word, kind, "_hint")


lazy_label = lazy(label, str)
lazy_hint = lazy(hint, str)


def split(words: str | tuple[str, ...]) -> tuple[str, ...]:
    """The words of a declaration: one text with spaces, or a tuple."""
    return tuple(words.split()) if isinstance(words, str) else tuple(words)
