"""Limits of promises as declarations say them: a goal, a policy, a fact, the earliest of several; and their rungs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shouwen.worktime import Goal, parse_offset


@dataclass(frozen=True)
class PolicyRef:
    """A number a manager may change. `default` holds until a version says otherwise; `floor` is the law's longest."""

    key: str
    default: Any
    floor: str | None = None
    clause: str = ""


@dataclass(frozen=True)
class FieldRef:
    """A moment that a fact gives (the customer's own time); an empty fact is ignored."""

    fact: str


@dataclass(frozen=True)
class Composite:
    """The earliest or the latest of several limits; while the fact `unless` is true only the last one counts."""

    choose: str
    parts: tuple[Any, ...]
    unless: str | None = None


@dataclass(frozen=True)
class Rung:
    """An alarm of a clock (提醒级): when, seen from the due time, whom it tells, which step it takes as `system`."""

    offset: str
    tell: tuple[Any, ...] = ()
    does: str = ""


policies: dict[str, PolicyRef] = {}


def policy(key: str, default: Any, *, floor: str | None = None, clause: str = "") -> PolicyRef:
    """Declares a policy, once a key; a second declaration must say the same."""
    ref = PolicyRef(key, default, floor, clause)
    if key in policies and (policies[key].default, policies[key].floor) != (default, floor):
        raise ValueError(f"policy {key!r} is declared twice with different values")
    return policies.setdefault(key, ref)


def field(fact: str) -> FieldRef:
    return FieldRef(fact)


def _parts(goals: tuple[Any, ...]) -> tuple[Any, ...]:
    for part in goals:
        if isinstance(part, str):
            Goal.parse(part)
    return goals


def earliest(*goals: Any, unless: str | None = None) -> Composite:
    return Composite("earliest", _parts(goals), unless)


def latest(*goals: Any, unless: str | None = None) -> Composite:
    return Composite("latest", _parts(goals), unless)


def rung(offset: str, *tell: Any, does: str = "") -> Rung:
    parse_offset(offset)
    return Rung(offset, tell, does)


def refs(spec: Any) -> list[PolicyRef]:
    """Every policy inside a limit."""
    if isinstance(spec, PolicyRef):
        return [spec]
    return [ref for part in spec.parts for ref in refs(part)] if isinstance(spec, Composite) else []


def facts_of(spec: Any) -> list[str]:
    """Every fact inside a limit."""
    if isinstance(spec, FieldRef):
        return [spec.fact]
    if isinstance(spec, Composite):
        return [fact for part in spec.parts for fact in facts_of(part)] + ([spec.unless] if spec.unless else [])
    return []


__all__ = ["Composite", "FieldRef", "PolicyRef", "Rung", "earliest", "field", "latest", "policies", "policy", "rung"]
