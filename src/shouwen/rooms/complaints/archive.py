"""The final forms of a month's complaints as one PDF, kept with the signed summary."""

from __future__ import annotations

from datetime import datetime

from shouwen.desk import bulk
from shouwen.kernel.models import Case, Entry, Outbox
from shouwen.kernel.outbox import consumer
from shouwen.kernel.participants import complained_about, remember
from shouwen.rooms.complaints import queries

WORD = "archive"


@consumer("entry", "complaints.archive")
def keep_final_forms(message: Outbox, at: datetime) -> None:
    """After signing: every form of a complaint that has ended, set in a process of its own, so that no alarm waits."""
    month, entry = message.case, message.entry
    if month is None or entry is None or (month.kind, entry.step) != ("complaint_month", "sign"):
        return
    ended = [case for case in queries.of_month(month.site_id, month.fact("month")) if case.closed_at is not None]
    remember(ended)
    common = [case for case in ended if not complained_about(case)]
    if common:
        bulk.archive(common, entry=entry, word=WORD, at=at)
    for case in ended:
        if complained_about(case):  # a colleague reads no complaint about themselves: its form stays with the case
            bulk.archive([case], entry=last_step(case), word=WORD, at=at)


def last_step(case: Case) -> Entry:
    return Entry.objects.filter(stream_type="case", stream_id=case.pk).order_by("-seq")[0]
