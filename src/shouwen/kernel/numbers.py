"""Numbers people say aloud: `TS2611-0087`, taken last in the transaction so that none is burnt and a gap is a loss."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shouwen.kernel.models import Series
from shouwen.kernel.zones import local_date


def take(org_id: int, key: str, *, period: str = "") -> int:
    """The next number of a series; its row stays locked until the transaction ends."""
    found = _next(org_id, key, period)
    if found is None:
        Series.objects.get_or_create(org_id=org_id, key=key, period=period)
        found = _next(org_id, key, period)
    assert found is not None
    return found


def _next(org_id: int, key: str, period: str) -> int | None:
    """Counts on in one statement, known to both databases; None where the series is not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_series SET last = last + 1 WHERE org_id = %s AND key = %s AND period = %s RETURNING last",
            [org_id, key, period],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def case_number(org_id: int, prefix: str, *, at: datetime) -> str:
    """The number of a case: its kind's letters, year and month of the site, then the place in that month."""
    period = local_date(at).strftime("%y%m")
    return f"{prefix}{period}-{take(org_id, prefix, period=period):04d}"
