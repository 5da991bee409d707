"""Parking: what cannot be solved now is put aside with a reason and a day, and is never silently forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from shouwen.kernel.access import Rule
from shouwen.kernel.goals import PolicyRef, Rung, field
from shouwen.kernel.kinds import SAME, Commitment, Step, Trait
from shouwen.kernel.models import Case
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.who import customer, director, owner


class Parking(Trait):
    """`park` (with reason, review date and what the customer was told), `review` at each date, `resume`.

    A second parking, `park_again`, needs the director. `reviewed` is a clock on the review date; the clocks that name
    the state in `pauses` stand still meanwhile, those already past their time run on. The sheet is `Parked`.
    """

    facts = ("review_at", "parkings")
    ways: ClassVar[dict[str, str]] = {"park_again": "park resume"}

    def __init__(
        self, frm: str, to: str, back: str, *, by: Rule, looks: Rule, most: PolicyRef, again: Rule = director,
        rungs: tuple[Rung, ...] = (), clause: str = "",
    ) -> None:  # fmt: skip
        self.most = most
        asks, told = "reason review_at told", (customer, owner)
        count = {"parkings": _one_more}
        self.steps: dict[str, Step | Commitment] = {
            "park": Step(frm, to, by=by, asks=asks, may="note", sets=count, when={"parkings": False}, tells=told, clause=clause),
            "park_again": Step(
                frm, to, by=again, asks=f"{asks} note", sets=count, when={"parkings": True}, tells=told, clause=clause
            ),
            "review": Step(to, SAME, by=looks, asks="opinion told review_at", tells=told, clause=clause),
            "resume": Step(
                to, back, by=by | looks, asks="note", may="told", sets={"review_at": None}, tells=told, clause=clause
            ),
            "reviewed": Commitment(
                by=field("review_at"), starts="park park_again review", during=to, kept_by="review resume", rungs=rungs,
                clause=clause,
            ),
        }  # fmt: skip
        for name in ("park", "park_again", "review"):
            self.steps[name].guards.append((clause, self._not_in_time))  # type: ignore[union-attr]

    def _not_in_time(self, case: Case, data: dict[str, Any], at: datetime) -> str | None:
        """The date lies ahead, and not so far that the case is forgotten."""
        if data["review_at"] <= at:
            return _("The date on which it is looked at again must lie ahead.")
        book = rulebook(case.org_id, case.site_id)
        goal, _version = book.policy(self.most.key, self.most.default, at)
        calendar, _version = book.calendar("site", at)
        if data["review_at"] > calendar.due(at, goal).due_at:
            return _("It is looked at again within %(most)s at the latest.") % {"most": goal}
        return None


def _one_more(case: Case, data: dict[str, Any], at: datetime) -> int:
    return int(case.fact("parkings")) + 1
