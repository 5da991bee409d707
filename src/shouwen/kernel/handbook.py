"""The handbook: each clause in our own words, what enforces it, which tests guard it, how its promises stand.

A room says its clauses in `handbook.toml`; what enforces them is read off the declarations, never typed a second time.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Sum

from shouwen.kernel import backdating, tallies, words  # noqa: F401  (its policies carry clauses too)
from shouwen.kernel.goals import policies, refs
from shouwen.kernel.kinds import Kind
from shouwen.kernel.models import Tally
from shouwen.kernel.registers import registers
from shouwen.kernel.registry import kinds

TESTS = Path(__file__).with_name("handbook_tests.json")


@dataclass(frozen=True)
class Clause:
    """One promise or rule of a handbook. `decision_*` says what was decided where its source is silent or disagrees."""

    id: str
    document: str
    zh: str
    en: str
    decision_zh: str = ""
    decision_en: str = ""
    room: str = ""
    enforced_by: tuple[str, ...] = field(default=())
    tests: tuple[str, ...] = field(default=())


def names_of(kind: type[Kind]) -> list[tuple[str, str]]:
    """Clause and dotted name of everything in a kind that carries a clause."""
    base = f"{kind.__module__}.{kind.__qualname__}"
    found = []
    for step in kind.steps.values():
        found += [(clause, f"{base}.{step.name}") for clause in step.clause.split()]
        for clauses, guard in step.guards:
            found += [(clause, f"{guard.__module__}.{guard.__qualname__}") for clause in clauses.split()]
    for promise in kind.commitments.values():
        found += [(clause, f"{base}.{promise.name}") for clause in promise.clause.split()]
        found += [(clause, ref.key) for clause in promise.clause.split() for ref in refs(promise.within)]
    for form in kind.prints:
        found += [(clause, f"{base}.prints") for clause in form.clause.split()]
    return found


@cache
def enforced() -> dict[str, tuple[str, ...]]:
    """What enforces each clause, over all kinds and policies."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind in kinds.values():
        if kind.__module__.startswith("shouwen."):
            for clause, name in names_of(kind):
                found[clause].append(name)
    for ref in policies.values():
        for clause in ref.clause.split():
            found[clause].append(ref.key)
    for card in registers.values():
        for clause in card.clause.split():
            found[clause].append(f"{card.declared_in}.{card.name}")
    return {clause: tuple(dict.fromkeys(names)) for clause, names in found.items()}


@cache
def guarded() -> dict[str, tuple[str, ...]]:
    """The tests named beside each clause (`@pytest.mark.clause`), written as package data by scripts/handbook.py."""
    if not TESTS.exists():
        return {}
    return {clause: tuple(names) for clause, names in json.loads(TESTS.read_text(encoding="utf-8")).items()}


def _files() -> list[tuple[str, Path]]:
    found = []
    for config in apps.get_app_configs():
        path = Path(config.path) / "handbook.toml"
        if config.name.startswith("shouwen.") and path.exists():
            found.append((config.label, path))
    return found


def natural(clause: str) -> tuple[Any, ...]:
    """Orders `S6-2.09` before `S6-12.01`."""
    return tuple(int(part) if part.isdigit() else part for part in clause.replace("-", ".").replace("S", "").split("."))


@cache
def clauses() -> tuple[Clause, ...]:
    """All clauses that rooms declare, in the order of the documents."""
    found: dict[str, Clause] = {}
    for room, path in _files():
        for key, said in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in found:
                continue
            found[key] = Clause(
                key, key.split("-")[0], said["zh"], said["en"], said.get("decision_zh", ""), said.get("decision_en", ""), room,
                (*enforced().get(key, ()), *said.get("enforced_by", "").split()), guarded().get(key, ()),
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda clause: natural(clause.id)))


def resolves(name: str) -> bool:
    """Whether a name of `enforced_by` stands for something: a policy, or a module's attribute."""
    if name in policies:
        return True
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            thing = getattr(thing, part, None)
        return thing is not None
    return False


def figures_of(org_id: int | None = None) -> dict[str, dict[str, int]]:
    """Verdicts by clause, over all days; one query."""
    rows = Tally.objects.filter(span=tallies.WEEK, site_id=tallies.EVERYWHERE)
    rows = rows if org_id is None else rows.filter(org_id=org_id)
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for clause, verdict, count in (
        rows.values_list("clause", "verdict").annotate(Sum("count")).order_by("clause", "verdict")
    ):
        for one in clause.split():
            sums[one][verdict] += count
    return {clause: dict(counts) for clause, counts in sums.items()}


def line(clause: Clause, figures: dict[str, dict[str, int]]) -> dict[str, Any]:
    """One clause as `shouwen handbook --json` prints it."""
    return {
        "id": clause.id, "document": clause.document, "enforced_by": list(clause.enforced_by),
        "tests": list(clause.tests), "figure": figures.get(clause.id),
    }  # fmt: skip


def as_json(org_id: int | None = None) -> list[dict[str, Any]]:
    """The whole handbook as `shouwen handbook --json` prints it."""
    figures = figures_of(org_id)
    return [line(clause, figures) for clause in clauses()]


def verdict_label(verdict: str) -> str:
    return words.label(verdict)
