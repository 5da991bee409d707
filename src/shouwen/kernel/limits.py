"""From a declared limit to a due time: pure, given the facts and the rules in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from shouwen.kernel.goals import Composite, FieldRef, PolicyRef
from shouwen.worktime import Calendar

SEGMENT = "_segment"  # the fact: for what sort of customer the case is
Pauses = Sequence[tuple[datetime, datetime | None]]


class Rules(Protocol):
    """What applied when: policies and calendars by version. Stored ones in `rulebook`, made-up ones in tests."""

    def policy(self, key: str, default: Any, at: datetime) -> tuple[Any, int | None]: ...

    def calendar(self, key: str, at: datetime) -> tuple[Calendar, int | None]: ...

    def changes(self, policies: Sequence[str], calendar: str) -> list[tuple[datetime, str]]:
        """Moments from which a version also moves running clocks, with the policy key or `calendar:<key>`."""
        ...


@dataclass(frozen=True)
class Limit:
    """A due time with what it was made from. `opens_at` is set for windows such as `3..5wd`."""

    due_at: datetime
    opens_at: datetime | None = None
    provisional: bool = False
    policy_version: int | None = None
    goal: str = ""


def moment(value: Any) -> datetime | None:
    """A moment as facts carry it: ISO text or a datetime; UTC comes out."""
    if not value:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)


def for_segment(value: Any, segment: str) -> Any:
    """A policy's value for a sort of customer: its own line where there is one, else the one for everybody (`""`)."""
    return value.get(segment, value[""]) if isinstance(value, dict) and "" in value else value


def resolve(
    spec: Any, start: datetime, *, facts: Mapping[str, Any], calendar: Calendar, rules: Rules,
    in_force: Mapping[str, datetime], pauses: Pauses = (),
) -> Limit | None:  # fmt: skip
    """The due time of a limit from a start; None where only empty facts were named."""
    if isinstance(spec, FieldRef):
        at = moment(facts.get(spec.fact))
        return Limit(at) if at else None
    if isinstance(spec, Composite):
        parts = spec.parts[-1:] if spec.unless and facts.get(spec.unless) else spec.parts
        found = [
            limit
            for part in parts
            if (
                limit := resolve(
                    part, start, facts=facts, calendar=calendar, rules=rules, in_force=in_force, pauses=pauses
                )
            )
        ]
        if not found and parts != spec.parts:  # "later by agreement", yet no time was given: the rest still holds
            return resolve(
                Composite(spec.choose, spec.parts), start, facts=facts, calendar=calendar, rules=rules,
                in_force=in_force, pauses=pauses,
            )  # fmt: skip
        choose = min if spec.choose == "earliest" else max
        return choose(found, key=lambda limit: limit.due_at) if found else None
    goal, version = spec, None
    if isinstance(spec, PolicyRef):
        goal, version = rules.policy(spec.key, spec.default, in_force.get(spec.key, start))
        goal = for_segment(goal, facts.get(SEGMENT, ""))
    if goal in (None, ""):
        return None
    due = calendar.due(start, goal, pauses=pauses)
    return Limit(due.due_at, due.opens_at, due.provisional, version, str(goal))
