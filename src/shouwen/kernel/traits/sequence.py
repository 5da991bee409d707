"""Ordered work inside states: each step in its turn, and something refused until all are done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.kernel.kinds import Guard, Kind, Trait, matches
from shouwen.kernel.models import Case
from shouwen.kernel.steps_taken import steps_taken
from shouwen.kernel.words import split


class Sequence(Trait):
    """Steps of the kind in their order, each with a condition of its own (`{"contain": {"harm": True}}`).

    They belong to cases in which `when` holds; the steps named in `before` are refused there until all are done.
    """

    def __init__(
        self,
        order: dict[str, dict[str, Any]],
        *,
        before: str = "",
        when: dict[str, Any] | None = None,
        clause: str = "",
    ) -> None:
        self.order, self.before, self.when, self.clause = order, split(before), when or {}, clause
        self.steps = {}

    def bind(self, kind: type[Kind]) -> None:
        earlier: list[str] = []
        for name, condition in self.order.items():
            step = kind.steps[name]
            step.when = {**self.when, **condition, **step.when}
            step.guards.append((self.clause, self._after(tuple(earlier))))
            earlier.append(name)
        for name in self.before:
            kind.steps[name].guards.append((self.clause, self._after(tuple(earlier))))

    def _after(self, earlier: tuple[str, ...]) -> Guard:
        def out_of_order(case: Case, data: dict[str, Any], at: datetime) -> str | None:
            for name in self.missing(case, earlier):
                return _("First “%(step)s”, then this.") % {"step": case.spec.steps[name].label}
            return None

        out_of_order.__qualname__ = f"{Sequence.__name__}._after"  # by what makes it, so that the handbook finds it
        return out_of_order

    def missing(self, case: Case, names: tuple[str, ...] | None = None) -> list[str]:
        """Which of the steps (default: all) this case still owes, in order."""
        owed = [name for name in (tuple(self.order) if names is None else names) if self._belongs(case, name)]
        done = steps_taken(case) if owed else set()
        return [name for name in owed if name not in done]

    def _belongs(self, case: Case, name: str) -> bool:
        conditions = {**self.when, **self.order[name]}
        return matches(conditions, {fact: case.fact(fact) for fact in conditions})
