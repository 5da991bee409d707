"""Daily duties: on each day of a calendar the system opens one case a community, so that a day without its act shows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shouwen.ground.actors import system_actor
from shouwen.ground.models import Office, Place
from shouwen.kernel.models import Case
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from shouwen.kernel.rooms import shut
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.worker import scheduled
from shouwen.kernel.zones import local_date

log = logging.getLogger(__name__)
MOST = 62  # days made up for after a standstill; longer ones show as one gap from the last day on


@dataclass(frozen=True)
class Daily:
    """The duty of a kind: a case each day on which a calendar is open, from its opening; `day` is asked by its `open`."""

    kind: str
    calendar: str = "desk"


duties: dict[str, Daily] = {}


def daily(kind: str, *, calendar: str = "desk") -> Daily:
    """Declares that a kind comes up each day of a calendar."""
    return duties.setdefault(kind, Daily(kind, calendar))


@scheduled("daily", "*/5 * * * *")
def open_due(org_id: int, at: datetime) -> None:
    """Opens what has come up since the last day, days made up for included; each once, whoever runs it."""
    for duty in duties.values():
        if duty.kind in kinds:
            for site in communities(org_id):
                for day in days_due(duty, site, at=at):
                    _open(duty, site, day, at=at)


def communities(org_id: int) -> list[Place]:
    """Communities in which somebody works."""
    sites = Office.objects.filter(org_id=org_id, site__isnull=False).values("site_id")
    return list(Place.objects.filter(pk__in=sites, kind="community").order_by("id"))


def days_due(duty: Daily, site: Place, *, at: datetime) -> list[date]:
    """The days whose opening has come and that have no case yet: from the day after the last one, else today."""
    calendar, _version = rulebook(site.org_id, site.pk).calendar(duty.calendar, at)
    today = local_date(at)
    last = Case.objects.filter(org_id=site.org_id, kind=duty.kind, site=site).order_by("-opened_at", "-id").first()
    first = max(local_date(last.opened_at) + timedelta(days=1), today - timedelta(days=MOST)) if last else today
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [day for day in days if (opens := calendar.open_of(day)) is not None and opens <= at]


def _open(duty: Daily, site: Place, day: date, *, at: datetime) -> None:
    calendar, _version = rulebook(site.org_id, site.pk).calendar(duty.calendar, at)
    come_up(
        duty.kind, site, at=at, happened_at=calendar.open_of(day), key=f"daily:{duty.kind}:{site.pk}:{day}",
        data={"day": day.isoformat(), "title": day.isoformat()},
    )  # fmt: skip


def come_up(
    kind: str, site: Place, *, at: datetime, happened_at: datetime | None, key: str, data: dict[str, Any]
) -> bool:
    """Opens a case of a community as the system, once a key. Where nobody answers yet, it waits and the others go on.

    In a room that is not in use nothing comes up.
    """
    if shut(kinds[kind], site.org_id, at=at):
        return False
    try:
        perform(
            "open", kind=kind, actor=system_actor(site.org_id), at=at, happened_at=happened_at, trusted=True, key=key,
            data={"place": site, **data},
        )  # fmt: skip
    except Refusal as refusal:
        log.warning("a case that has come up was not opened", extra={"key": key, "sentence": refusal.sentence})
        return False
    return True


__all__ = ["Daily", "come_up", "communities", "daily", "days_due", "open_due"]
