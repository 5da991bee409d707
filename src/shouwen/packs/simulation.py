"""Simulated time: steps, alarms, timed tasks and reactions happen in order, as they would have, and nothing leaves the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min

from shouwen.ground.models import Organization
from shouwen.kernel import figures, indexing, outbox
from shouwen.kernel.models import Beat, Case, Clock, Notice, Outbox, Schedule
from shouwen.kernel.sweep import sweep
from shouwen.kernel.worker import Worker

MINUTE = timedelta(minutes=1)
UNREAD = timedelta(days=2)  # older notices of a simulated history have been read


class Play:
    """The clock of a history: `until` lets time pass, `finish` leaves a database as if it had been used all the while."""

    def __init__(self, org: Organization, *, start: datetime, now: datetime) -> None:
        self.org, self.at, self.now = org, start, now
        self.alarms = self.steps = 0
        self._worker = Worker(lambda: self.at)
        self._worker.tick()

    def until(self, at: datetime) -> None:
        """Alarms, timed tasks and reactions due by `at`, each at its own moment."""
        while (due := self._next()) is not None and due <= at:
            self.at = max(self.at, due)
            swept = sweep(at=self.at)
            self.alarms, self.steps = self.alarms + swept.alarms, self.steps + swept.steps
            self._worker.tick()
            self.react()
        self.at = max(self.at, at)

    def _next(self) -> datetime | None:
        alarm = Clock.objects.filter(alarm_at__isnull=False, org=self.org).aggregate(at=Min("alarm_at"))["at"]
        task = Schedule.objects.filter(org=self.org).aggregate(at=Min("next_at"))["at"]
        whole = None if alarm is None else alarm.replace(second=0, microsecond=0)
        due = None if alarm is None or whole is None else whole if whole == alarm else whole + MINUTE
        return min((at for at in (due, task) if at is not None), default=None)

    def react(self) -> None:
        """What rooms do after each other's events; every other delivery (mail, webhooks, index) is left out."""
        while outbox.reactions:
            waiting = Outbox.objects.filter(org=self.org, done_at__isnull=True, dead_at__isnull=True)
            messages = list(waiting.select_related("case", "entry").order_by("id"))
            if not messages:
                return
            for message in messages:
                if message.topic == "entry":
                    outbox.react(message, self.at)
            Outbox.objects.filter(pk__in=[message.pk for message in messages]).update(done_at=self.at)

    def finish(self) -> None:
        """Time up to `now`, figures folded, cases found by search, messages delivered, older notices read."""
        self.until(self.now)
        Outbox.objects.filter(org=self.org, done_at__isnull=True).update(done_at=F("created_at"))
        Notice.objects.filter(org=self.org, sent_at__isnull=True).update(sent_at=F("created_at"))
        old = Notice.objects.filter(org=self.org, created_at__lt=self.now - UNREAD)
        old.update(seen_at=F("created_at"))
        while figures.fold_deltas(at=self.now):
            pass
        cases: Any = Case.objects.filter(org=self.org).order_by("id").values_list("id", flat=True)
        indexing.index_cases(list(cases), at=self.now)
        Beat.objects.filter(worker=self._worker.name).delete()
