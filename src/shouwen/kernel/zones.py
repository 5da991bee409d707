"""The site's zone at the edge of dates: a day is a day where the service is given, never in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def site_zone() -> ZoneInfo:
    """The zone in which days begin and times are shown."""
    return ZoneInfo(settings.SITE_ZONE)


def local_date(at: datetime) -> date:
    return at.astimezone(site_zone()).date()


def midnight(day: date) -> datetime:
    """The first instant of a day of the site, in UTC."""
    return datetime.combine(day, time(), site_zone()).astimezone(UTC)


def night_of(at: datetime) -> datetime:
    """The end of the day of a moment, in UTC."""
    return midnight(local_date(at) + timedelta(days=1))


def day_of_due(due_at: datetime) -> date:
    """The day a due time belongs to: 24:00 is stored as the next day's 00:00 and belongs to the day it ends."""
    return local_date(due_at - timedelta(microseconds=1))
