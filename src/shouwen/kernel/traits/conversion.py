"""Taken as the wrong thing: a case becomes one of another kind, and nothing of the time that passed is hidden."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.actors import system_actor
from shouwen.kernel.access import Rule, system
from shouwen.kernel.kinds import Kind, Step, Trait
from shouwen.kernel.links import link
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.rooms import shut
from shouwen.kernel.who import customer, owner
from shouwen.kernel.words import split


class Conversion(Trait):
    """`convert` ends the case as `to` and opens its successor of another kind by that kind's own `take_over`.

    Clocks of the first end as by any other step: void before their due time, broken after. Those of the second count
    from the first intake. Both have an entry, and a link joins them.
    """

    def __init__(
        self, other: str, frm: str, to: str, *, start: str, by: Rule, tells: tuple[Any, ...] = (owner, customer),
        sets: dict[str, Any] | None = None, carries: str = "words", clause: str = "",
    ) -> None:  # fmt: skip
        self.other, self.carries = other, split(carries)
        may = " ".join(("customer channel title", *self.carries))
        self.steps = {
            "convert": Step(frm, to, by=by, asks="note", tells=tells, clause=clause),
            "take_over": Step(None, start, by=system, asks="place", may=may, sets=sets, tells=tells, clause=clause),
        }
        self.convert = self.steps["convert"]
        self.convert.effects.append(self._become)  # type: ignore[union-attr]
        self.convert.guards.append((clause, self._nothing_of_the_kind))  # type: ignore[union-attr]

    def _nothing_of_the_kind(self, case: Case, data: dict[str, Any], at: datetime) -> str | None:
        kind = self._successor()
        there = kind is not None and not shut(kind, case.org_id, at=at)
        return None if there else _("There is no such process in this house.")

    def _successor(self) -> type[Kind] | None:
        from shouwen.kernel.registry import kinds

        kind = kinds.get(self.other)
        return kind if kind is not None and "take_over" in kind.steps else None

    def _become(self, case: Case, data: dict[str, Any], entry: Entry) -> None:
        from shouwen.kernel.perform import perform

        kind = self._successor()
        assert kind is not None
        said = {word: getattr(case.sheet, word) for word in self.carries if word in kind.steps["take_over"].words}
        said |= {"place": case.place, "customer": case.party, "channel": case.channel, "title": case.title}
        opened = perform(
            "take_over", kind=kind.key, actor=system_actor(case.org_id), at=entry.recorded_at, happened_at=case.opened_at,
            data={word: value for word, value in said.items() if value}, cause=entry, trusted=True,
        )  # fmt: skip
        successor = Case.objects.get(pk=opened.stream_id)
        link(successor, case, "converted", at=entry.happened_at)
