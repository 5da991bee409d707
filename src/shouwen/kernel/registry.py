"""All kinds, found in the rooms: nothing outside a room's folder ever mentions it."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

from django.apps import apps

from shouwen.kernel import words
from shouwen.kernel.kinds import Kind, declared

kinds: dict[str, type[Kind]] = {}


def rooms() -> list[str]:
    """Module names of the installed rooms and packs, in order."""
    return [c.name for c in apps.get_app_configs() if c.name.startswith(("shouwen.rooms.", "shouwen.packs."))]


def load() -> None:
    """Reads glossaries, then imports every room's declarations; run once when the product starts."""
    words.load(Path(__file__).with_name("glossary.toml"))
    names = [c.name for c in apps.get_app_configs()]
    for name in names:
        spec = importlib.util.find_spec(name)
        glossary = Path(spec.origin).with_name("glossary.toml") if spec and spec.origin else None
        if glossary and glossary.exists() and name != "shouwen.kernel":
            words.load(glossary)
    for module in ("registers", "kinds", "reactions"):
        for name in names:
            if name != "shouwen.kernel" and importlib.util.find_spec(f"{name}.{module}"):
                importlib.import_module(f"{name}.{module}")
    enroll()


def enroll() -> None:
    """Checks every declared kind against its sheet and the glossary, and takes it in."""
    for kind in declared:
        if kind.key not in kinds:
            kind.check()
            kinds[kind.key] = kind
