"""Who else has a case open now: told by the page itself each twenty seconds, forgotten after a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwen.desk.models import Presence
from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Case

STILL_HERE = timedelta(seconds=60)


def here(case: Case, actor: Actor, *, at: datetime) -> None:
    """The actor has the case open."""
    if actor.staff_id is not None:
        Presence.objects.update_or_create(case=case, staff_id=actor.staff_id, defaults={"seen_at": at})


def others(case: Case, actor: Actor, *, at: datetime) -> list[str]:
    """The names of the colleagues who have it open too."""
    return [name for (name,) in _OTHERS.rows(case=case.pk, since=at - STILL_HERE, mine=actor.staff_id or 0)]


_OTHERS = Prepared(
    lambda case, since, mine: (
        Presence.objects.filter(case_id=case, seen_at__gt=since)
        .exclude(staff_id=mine)
        .order_by("staff__number")
        .values_list("staff__name")[:5]
    ),
    case=int, since=datetime, mine=int,
)  # fmt: skip
