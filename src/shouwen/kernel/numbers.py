"""Numbers people say aloud: `TS2611-0087`, taken last in the transaction so that none is burnt and a gap is a loss."""

from __future__ import annotations

from datetime import datetime

from shouwen.kernel.models import Series
from shouwen.kernel.zones import local_date


def take(org_id: int, key: str, *, period: str = "") -> int:
    """The next number of a series; its row stays locked until the transaction ends."""
    row = Series.objects.select_for_update().filter(org_id=org_id, key=key, period=period).first()
    if row is None:
        Series.objects.get_or_create(org_id=org_id, key=key, period=period)
        row = Series.objects.select_for_update().get(org_id=org_id, key=key, period=period)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def case_number(org_id: int, prefix: str, *, at: datetime) -> str:
    """The number of a case: its kind's letters, year and month of the site, then the place in that month."""
    period = local_date(at).strftime("%y%m")
    return f"{prefix}{period}-{take(org_id, prefix, period=period):04d}"
