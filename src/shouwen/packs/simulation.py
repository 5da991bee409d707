"""Simulated time: steps, alarms, timed tasks and reactions happen in order, as they would have, and nothing leaves the house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min

from shouwen.ground.models import Organization
from shouwen.kernel import figures, indexing, outbox
from shouwen.kernel.models import Beat, Case, Clock, Notice, Outbox
from shouwen.kernel.sweep import sweep
from shouwen.kernel.worker import Worker
from shouwen.kernel.zones import local_date, midnight

MINUTE = timedelta(minutes=1)
ROUNDS = tuple(timedelta(minutes=minutes) for minutes in (0, 8 * 60 + 35, 13 * 60 + 5, 18 * 60 + 5, 20 * 60 + 35))
UNREAD = timedelta(days=2)  # older notices of a simulated history have been read


class Play:
    """The clock of a history: `until` lets time pass, `finish` leaves a database as if it had been used all the while."""

    def __init__(self, org: Organization, *, start: datetime, now: datetime) -> None:
        self.org, self.at, self.now = org, start, now
        self.alarms = self.steps = 0
        self.follow: Callable[[datetime], None] | None = None  # told after whatever the system itself did
        self._worker = Worker(lambda: self.at)
        self._worker.tick()
        self._round = self._next_round()

    def until(self, at: datetime) -> None:
        """Alarms, timed tasks and reactions due by `at`, each at its own moment; timed tasks in rounds of the day."""
        while (due := self._next()) <= at:
            self.at = max(self.at, due)
            swept = sweep(at=self.at)
            self.alarms, self.steps = self.alarms + swept.alarms, self.steps + swept.steps
            if self.at >= self._round:
                self._worker.tick()
                self._round = self._next_round()
            self.react()
            if self.follow is not None:
                self.follow(self.at)
        self.at = max(self.at, at)

    def _next(self) -> datetime:
        alarm = Clock.objects.filter(alarm_at__isnull=False, org=self.org).aggregate(at=Min("alarm_at"))["at"]
        if alarm is None:
            return self._round
        whole = alarm.replace(second=0, microsecond=0)
        return min(self._round, whole if whole == alarm else whole + MINUTE)

    def _next_round(self) -> datetime:
        """A worker looks at its timed tasks all the time; a history looks a few times a day, which is enough."""
        midnights = (midnight(local_date(self.at) + timedelta(days=n)) for n in (0, 1))
        rounds = (start + offset for start in midnights for offset in ROUNDS)
        return min(at for at in rounds if at > self.at)

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
