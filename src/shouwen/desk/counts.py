"""Counts that never read a whole table: at most 1,001 rows are looked at, then it is "1000+"."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from shouwen.ground.actors import Actor
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Notice

MOST = 1000


def bounded(rows: QuerySet) -> str:
    """How many rows, told exactly up to 1,000."""
    found = rows.order_by().values("pk")[: MOST + 1].count()
    return f"{MOST}+" if found > MOST else str(found)


def over_now(actor: Actor, at: datetime) -> str:
    """Open cases with a promise past its due time, among those the actor may see."""
    return bounded(visible_to(actor).filter(closed_at__isnull=True, due_at__lt=at))


def unseen(actor: Actor) -> str:
    if actor.staff_id is None:
        return bounded(Notice.objects.filter(party_id=actor.party_id, seen_at__isnull=True)) if actor.party_id else "0"
    return bounded(Notice.objects.filter(staff_id=actor.staff_id, seen_at__isnull=True))
