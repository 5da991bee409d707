"""Lists with answers: checklist, survey, call script. A list is a policy, so that each version has its moment and entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from shouwen.kernel.goals import policy
from shouwen.kernel.models import Answer, AnswerSet, Case, Entry
from shouwen.kernel.rulebook import rulebook

SCALES: dict[str, tuple[str, ...]] = {
    "yes_no": ("yes", "no"), "done": ("done", "not_needed"), "score": ("5", "4", "3", "2", "1"),
}  # fmt: skip
BAD = {"yes_no": ("no",), "done": (), "score": ("1", "2")}


@dataclass(frozen=True)
class Item:
    """One point: what it asks in both languages, how it is answered, whether it may be left open."""

    key: str
    zh: str
    en: str
    scale: str = "yes_no"
    required: bool = True

    @property
    def label(self) -> str:
        return self.zh if (get_language() or "zh").startswith("zh") else self.en

    @property
    def values(self) -> tuple[str, ...]:
        return SCALES[self.scale]

    def is_bad(self, value: str) -> bool:
        """Out of order: it wants a word of explanation."""
        return value in BAD[self.scale]


class Points:
    """A list of points a step asks. `of` names the fact by which more points are added (the trade of a repair).

    `default` maps a value of that fact to points, `""` to those that always count.
    """

    def __init__(
        self, key: str, default: Mapping[str, list[dict[str, Any]]], *, of: str = "", clause: str = ""
    ) -> None:
        self.key, self.of, self.clause = key, of, clause
        self.ref = policy(f"points.{key}", dict(default), clause=clause)

    def items(self, case: Case | None, at: datetime | None) -> tuple[list[Item], int | None]:
        """The points that count for a case at a moment, and the version they come from."""
        table, version = self.ref.default, None
        if case is not None and at is not None:
            table, version = rulebook(case.org_id, case.site_id).policy(self.ref.key, self.ref.default, at)
        more = str(case.fact(self.of) or "") if case is not None and self.of else ""
        rows = [*table.get("", ()), *(table.get(more, ()) if more else ())]
        return [Item(**row) for row in rows], version

    def every(self) -> list[Item]:
        """All points of the list as declared, whatever the case: for reading what was answered."""
        return [Item(**row) for rows in self.ref.default.values() for row in rows]

    def keep(self, answers: Mapping[str, Any], *, case: Case, entry: Entry) -> AnswerSet:
        """Writes the answers as rows, for figures over many cases."""
        items, version = self.items(case, entry.happened_at)
        kept = AnswerSet.objects.create(
            org_id=case.org_id, case=case, entry=entry, points=self.key, version=version, staff_id=entry.actor_id,
            answered_at=entry.happened_at,
        )  # fmt: skip
        Answer.objects.bulk_create(
            Answer(
                answer_set=kept, item=item.key, value=answers[item.key]["value"], bad=item.is_bad(answers[item.key]["value"]),
                score=int(answers[item.key]["value"]) if item.scale == "score" else None,
            )
            for item in items if item.key in answers
        )  # fmt: skip
        return kept


__all__ = ["Item", "Points"]
