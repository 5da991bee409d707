"""Unusual looking: many customers in a short time, or customers outside one's reach; told once a person and day.

Both limits are policies of ours; no law gives a number. What counts is every look at a protected value, own data given out,
and the page of a customer opened while nothing of theirs was open.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from shouwen.ground.actors import Actor
from shouwen.ground.models import Account, Holding, Role
from shouwen.kernel import journal
from shouwen.kernel.goals import policy
from shouwen.kernel.models import Entry, Look, Notice, Outbox
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.zones import local_date, midnight

TEMPLATE = "looks.unusual"
MANY = policy("privacy.looks_an_hour", 20)  # different customers within an hour
OUTSIDE = policy("privacy.looks_outside", 5)  # different customers a day who live nowhere within one's offices
HOUR = timedelta(hours=1)
SERVING = "for_open_case"  # the page of a customer for whom something is open: that is the work itself
HEARS = "privacy"  # the office that hears of it; where nobody holds it, the administrators


def looked(look: Look, *, actor: Actor, at: datetime) -> Entry | None:
    """Writes a look down and sees whether it is one too many; call inside a transaction. Returns the alert, if it made one."""
    look.save(force_insert=True)
    if actor.staff_id is None or look.purpose == SERVING:
        return None
    book = rulebook(actor.org_id, None)
    most, outside = (int(book.policy(ref.key, ref.default, at)[0]) for ref in (MANY, OUTSIDE))
    rows = Look.objects.filter(org_id=actor.org_id, staff_id=actor.staff_id, looked_at__lte=at, party__isnull=False)
    rows = rows.exclude(purpose=SERVING)
    lately = rows.filter(looked_at__gt=at - HOUR).values("party_id").distinct().count()
    if lately > most:
        return _alert(actor, "many", lately, at=at)
    today = list(rows.filter(looked_at__gte=midnight(local_date(at))).values_list("party_id", flat=True).distinct())
    beyond = len(_beyond(actor, today)) if len(today) > outside else 0
    return _alert(actor, "outside", beyond, at=at) if beyond > outside else None


def _beyond(actor: Actor, parties: list[int]) -> set[int]:
    """Those of these customers who are somebody at no home within the actor's offices; without a home nobody is outside."""
    wide = any(held.site_id is None and held.building_id is None for held in actor.offices)
    if wide or not actor.offices:
        return set() if wide else set(parties)
    inside = Q(pk__in=[])
    for held in actor.offices:
        inside |= Q(place__building_id=held.building_id) if held.building_id else Q(place__site_id=held.site_id)
    roles = Role.objects.filter(party_id__in=parties)
    return set(roles.values_list("party_id", flat=True)) - set(roles.filter(inside).values_list("party_id", flat=True))


def _alert(actor: Actor, why: str, count: int, *, at: datetime) -> Entry | None:
    """Once a person and day: the stream of that day holds one entry and no more."""
    day = local_date(at)
    head = journal.stream(actor.org_id, TEMPLATE, f"{actor.staff_id} {day}")
    if head.head_seq:
        return None
    facts: dict[str, Any] = {"staff": actor.staff_id, "day": day, "why": why, "count": count}
    entry = journal.append(head, journal.Saying(step=why, happened_at=at, recorded_at=at, facts=facts), actor=actor)
    Notice.objects.bulk_create(
        Notice(org_id=actor.org_id, staff_id=pk, entry=entry, template=TEMPLATE, words={"why": why, "count": count}, created_at=at)
        for pk in hearers(actor.org_id, at=at, but=actor.staff_id or 0)
    )  # fmt: skip
    Outbox.objects.create(org_id=actor.org_id, topic=TEMPLATE, entry=entry, created_at=at, not_before=at)
    return entry


def hearers(org_id: int, *, at: datetime, but: int = 0) -> list[int]:
    """Members of staff who hear of unusual looking: the privacy officers, else the administrators; never the one meant."""
    held = Holding.objects.filter(org_id=org_id, office__role=HEARS, from_at__lte=at, staff__left_date__isnull=True)
    found = (
        held.filter(Q(until_at__isnull=True) | Q(until_at__gt=at))
        .exclude(staff_id=but)
        .values_list("staff_id", flat=True)
    )
    admins = Account.objects.filter(org_id=org_id, is_admin=True, is_active=True, staff__isnull=False).exclude(
        staff_id=but
    )
    return sorted(set(found)) or sorted(pk for pk in admins.values_list("staff_id", flat=True) if pk is not None)


def alerts(org_id: int, *, most: int = 30) -> list[Entry]:
    """The alerts of an organization, newest first."""
    return list(Entry.objects.filter(org_id=org_id, stream_type=TEMPLATE).order_by("-recorded_at", "-id")[:most])
