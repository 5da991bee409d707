"""Alarms missed while nothing swept: after an outage each person is told once, in a digest, rather than a hundred times.

The alarms themselves are written one by one as ever; only what is told is gathered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwen.ground.models import Staff
from shouwen.kernel.models import Notice, Outbox

TEMPLATE = "alarms.missed"
MISSED = timedelta(hours=1)  # a rung fired so much later than planned was missed
MANY = 5  # so many at once are told as one
GATHERING = timedelta(minutes=2)  # how long a digest waits before it is mailed, so that a whole pass gets into it
OPEN = timedelta(hours=1)  # how long later ones still join a digest that nobody has seen
EXAMPLES = 10


def gathered(notices: list[Notice], *, at: datetime) -> list[Notice]:
    """Puts what came too late for one person into their digest; returns the notices that are told one by one."""
    late: dict[int, list[Notice]] = {}
    for notice in notices:
        if notice.staff_id and notice.alarm is not None and notice.alarm.planned_at < at - MISSED:
            late.setdefault(notice.staff_id, []).append(notice)
    if not late:
        return notices
    list(Staff.objects.select_for_update(no_key=True).filter(pk__in=late).order_by("id").values_list("id"))
    waiting = Notice.objects.filter(
        staff_id__in=late, template=TEMPLATE, seen_at__isnull=True, sent_at__isnull=True, created_at__gte=at - OPEN
    )
    digests = {digest.staff_id: digest for digest in waiting.order_by("id")}
    told: set[int] = set()
    for staff_id, found in late.items():
        digest = digests.get(staff_id)
        if digest is None and len(found) < MANY:
            continue
        _join(digest, found, at=at)
        told.update(id(notice) for notice in found)
    return [notice for notice in notices if id(notice) not in told]


def _join(digest: Notice | None, found: list[Notice], *, at: datetime) -> None:
    """Adds to a person's digest, or makes it with the message that will mail it."""
    first = found[0]
    numbers = [notice.case.no for notice in found if notice.case is not None]
    if digest is None:
        words = {"count": len(found), "cases": list(dict.fromkeys(numbers))[:EXAMPLES]}
        digest = Notice(org_id=first.org_id, staff_id=first.staff_id, template=TEMPLATE, words=words, created_at=at)
        digest.save(force_insert=True)
        Outbox(
            org_id=first.org_id, topic="missed", ref=digest.pk, created_at=at, not_before=at + GATHERING
        ).save(force_insert=True)  # fmt: skip
        return
    cases = list(dict.fromkeys([*digest.words["cases"], *numbers]))[:EXAMPLES]
    digest.words = {"count": digest.words["count"] + len(found), "cases": cases}
    digest.save(update_fields=["words"])
