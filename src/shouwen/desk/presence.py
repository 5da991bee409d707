"""Who else has a case open now: told by the page itself each twenty seconds, forgotten after a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwen.desk.models import Presence
from shouwen.ground.actors import Actor
from shouwen.kernel.models import Case

STILL_HERE = timedelta(seconds=60)


def here(case: Case, actor: Actor, *, at: datetime) -> None:
    """The actor has the case open."""
    if actor.staff_id is not None:
        Presence.objects.update_or_create(case=case, staff_id=actor.staff_id, defaults={"seen_at": at})


def others(case: Case, actor: Actor, *, at: datetime) -> list[str]:
    """The names of the colleagues who have it open too."""
    rows = Presence.objects.filter(case=case, seen_at__gt=at - STILL_HERE).exclude(staff_id=actor.staff_id)
    return list(rows.order_by("staff__number").values_list("staff__name", flat=True)[:5])
