"""The worker: beats, sweeps, delivers, seals and folds figures. Several may run; one that dies loses its claims."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from croniter import croniter
from django.db import close_old_connections, connection, transaction

from shouwen.ground.ids import new_id
from shouwen.ground.models import Organization
from shouwen.kernel import calendars, figures, outbox, policies, seals
from shouwen.kernel.models import Beat, Schedule
from shouwen.kernel.sweep import sweep
from shouwen.kernel.zones import local_date, midnight, site_zone

log = logging.getLogger(__name__)
AGAIN = timedelta(minutes=5)  # when a timed task that failed is tried again
STALE = timedelta(seconds=25)  # longer than SQLite's busy timeout: a worker that waits for the writer is not dead
Clock = Callable[[], datetime]
Task = Callable[[int, datetime], None]
tasks: dict[str, tuple[str, Task]] = {}


def scheduled(key: str, cron: str) -> Callable[[Task], Task]:
    """Adds a timed task, in the site's zone: it gets the organization and the time, once a slot."""

    def add(fn: Task) -> Task:
        tasks[key] = (cron, fn)
        return fn

    return add


@scheduled("seal", "0 0 * * *")
def seal(org_id: int, at: datetime) -> None:
    """Seals the day that has just ended."""
    seals.seal_day(org_id, at=midnight(local_date(at)) - timedelta(microseconds=1))


class Worker:
    """One worker process. `clock` tells the time (the edge's, or a test's); `turn` does one round of work."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.name = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"

    def beat(self) -> None:
        at = self.clock()
        Beat.objects.update_or_create(
            worker=self.name,
            defaults={"host": socket.gethostname()[:80], "pid": os.getpid(), "beat_at": at, "stopped_at": None},
            create_defaults={
                "host": socket.gethostname()[:80], "pid": os.getpid(), "started_at": at, "beat_at": at,
            },
        )  # fmt: skip

    def reap(self) -> int:
        """Takes over from workers that no longer beat; returns how many messages were freed."""
        at = self.clock()
        dead = Beat.objects.filter(stopped_at__isnull=True, beat_at__lt=at - STALE).exclude(worker=self.name)
        freed = 0
        for beat in dead:
            freed += outbox.release(beat.worker)
            Beat.objects.filter(pk=beat.pk).update(stopped_at=at)
        return freed

    def tick(self) -> int:
        """Runs timed tasks whose slot has come; the slot is moved on in the same transaction, so each is taken once."""
        at, done = self.clock(), 0
        for org in Organization.objects.order_by("id"):
            for key, (cron, fn) in tasks.items():
                row, _made = Schedule.objects.get_or_create(
                    org=org, key=key, defaults={"cron": cron, "next_at": next_slot(cron, at)}
                )
                if row.next_at > at:
                    continue
                try:
                    with transaction.atomic():
                        taken = Schedule.objects.filter(pk=row.pk, next_at=row.next_at)
                        if taken.update(next_at=next_slot(cron, at), last_at=at):
                            fn(org.pk, at)
                            done += 1
                except Exception:  # the others, and those of other organizations, are not held up by one
                    log.exception("a timed task failed", extra={"task": key})
                    Schedule.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=at + AGAIN)
        return done

    def turn(self) -> int:
        """One round: alarms first, then messages, versions that begin, figures, timed tasks. Returns what was done."""
        self.beat()
        swept = sweep(at=self.clock(), most=2000)
        done = swept.alarms + swept.rolled + swept.steps
        done += outbox.drain(self.name, at=self.clock())
        done += policies.apply_waiting(at=self.clock()) + calendars.apply_waiting(at=self.clock())
        done += figures.fold_deltas(at=self.clock())
        return done + self.tick() + self.reap()

    def stop(self) -> None:
        outbox.release(self.name)
        Beat.objects.filter(worker=self.name).update(stopped_at=self.clock())

    def run(self, stopping: threading.Event, *, pause: float = 1.0) -> None:
        """Works until told to stop; an error is logged and the next round begins anew."""
        while not stopping.is_set():
            busy = 0
            try:
                busy = self.turn()
            except Exception:
                log.exception("a round of the worker failed")
                if connection.in_atomic_block is False:
                    close_old_connections()
            if not busy:
                stopping.wait(pause)
        self.stop()


def next_slot(cron: str, at: datetime) -> datetime:
    """The next moment (UTC) of a cron line read in the site's zone."""
    found: datetime = croniter(cron, at.astimezone(site_zone())).get_next(datetime)
    return found.astimezone(at.tzinfo)
