"""Counts that never read a whole table: at most 1,001 rows are looked at, then it is "1000+"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from django.db.models import Q, QuerySet

from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Counted
from shouwen.kernel import choosing
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Notice
from shouwen.kernel.zones import local_date, midnight, night_of

MOST = 1000
OPEN = Q(closed_at__isnull=True)
WANTED: dict[str, Callable[[Actor, datetime], Q]] = {
    "open": lambda actor, at: OPEN,
    "mine": lambda actor, at: OPEN & (Q(owner_id=actor.staff_id) | Q(owner_office_id__in=actor.office_ids)),
    "over": lambda actor, at: OPEN & Q(due_at__lt=at),
    "today": lambda actor, at: OPEN & Q(due_at__lte=at),
    "closed_today": lambda actor, at: Q(closed_at__gte=at),
}
MOMENT: dict[str, Callable[[datetime], datetime]] = {  # the moment that a condition speaks of, seen from now
    "over": lambda now: now,
    "today": night_of,
    "closed_today": lambda now: midnight(local_date(now)),
}


def bounded(rows: QuerySet) -> str:
    """How many rows, told exactly up to 1,000."""
    return _told(rows.order_by().values("pk")[: MOST + 1].count())


def _told(found: int) -> str:
    return f"{MOST}+" if found > MOST else str(found)


def cases(name: str, *, actor: Actor, now: datetime) -> str:
    """How many cases of a view the actor may see; the question is put together once for somebody with these offices."""
    return _told(_cases(actor, name).count(**({"at": MOMENT[name](now)} if name in MOMENT else {})))


@lru_cache(maxsize=2000)
def _cases(actor: Actor, name: str) -> Counted:
    def make(at: datetime | None = None) -> QuerySet:
        return visible_to(actor).filter(WANTED[name](actor, at)).order_by().values_list("pk")[: MOST + 1]

    return Counted(make, **({"at": datetime} if name in MOMENT else {}))


def unseen(actor: Actor) -> str:
    """How many notices somebody has not looked at, of those that they want the bell to count."""
    if actor.staff_id is not None:
        return _told(_STAFF.count(who=actor.staff_id))
    return _told(_PARTY.count(who=actor.party_id)) if actor.party_id else "0"


_STAFF = Counted(
    lambda who: choosing.ringing(Notice.objects.filter(staff_id=who, seen_at__isnull=True)).values_list("pk")[
        : MOST + 1
    ],
    who=int,
)
_PARTY = Counted(
    lambda who: Notice.objects.filter(party_id=who, seen_at__isnull=True).values_list("pk")[: MOST + 1], who=int
)
