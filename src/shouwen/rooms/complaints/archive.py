"""The final forms of a month's complaints as one PDF, kept with the signed summary."""

from __future__ import annotations

from datetime import datetime

from shouwen.desk import bulk
from shouwen.kernel.models import Outbox
from shouwen.kernel.outbox import consumer
from shouwen.rooms.complaints import queries

WORD = "archive"


@consumer("entry", "complaints.archive")
def keep_final_forms(message: Outbox, at: datetime) -> None:
    """After signing: every form of a complaint that has ended, set in a process of its own, so that no alarm waits."""
    month, entry = message.case, message.entry
    if month is None or entry is None or (month.kind, entry.step) != ("complaint_month", "sign"):
        return
    ended = [case for case in queries.of_month(month.site_id, month.fact("month")) if case.closed_at is not None]
    if ended:
        bulk.archive(ended, entry=entry, word=WORD, at=at)
