"""What lies beside a case: other cases of its customer and its place, and those under it; each that the actor may know of."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Prepared
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case

BESIDE, UNDER = 5, 20


def beside(actor: Actor, case: Case) -> list[dict[str, Any]]:
    """Other cases of the same customer and of the same place, newest first, each once."""
    groups, seen = [], {case.pk}
    for key, value in (("party", case.party_id), ("place", case.place_id)):
        found = _cases(actor, key).objects(of=value) if value else []
        rows = [row for row in found if row.pk not in seen][:BESIDE]
        seen |= {row.pk for row in rows}
        groups.append({"key": key, "rows": rows})
    return [group for group in groups if group["rows"]]


def under(actor: Actor, case: Case) -> list[Case]:
    """The cases that were opened from this one, in their order."""
    return _cases(actor, "parent").objects(of=case.pk)


@lru_cache(maxsize=3000)
def _cases(actor: Actor, relation: str) -> Prepared:
    rows = visible_to(actor).select_related("owner")
    first, most = (("id",), UNDER) if relation == "parent" else (("-opened_at", "-id"), BESIDE * 2 + 1)

    def make(of: int) -> QuerySet[Case]:
        return rows.filter(**{f"{relation}_id": of}).order_by(*first)[:most]

    return Prepared(make, of=int)
