"""The worker's figures with many running clocks: a policy and a calendar previewed and changed, and all alarms in one sweep.

In a database of its own, so that what a sweep finds is what was armed. While it sweeps, the desk opens cases in another process.
"""

from __future__ import annotations

import multiprocessing
import time
from datetime import date, datetime, timedelta
from typing import Any

from benchmarks.scratch import address, start

LATER = timedelta(days=60)
PAUSE = 0.05  # seconds between two cases at the desk


def figures(vendor: str, alarms: int) -> dict[str, Any]:
    """All of them, on an empty database."""
    with address(vendor):
        start()
        from django.db import connection
        from django.utils import timezone

        from benchmarks.armed import armed
        from shouwen.project.replaying.scene import Scene

        now, scene = timezone.now(), Scene("Running clocks")
        armed(scene, alarms, first_due=now, spread=timedelta(hours=1), promised=False)
        found = _policy(scene, alarms, now) | _calendar(scene, alarms, now + timedelta(minutes=1))
        desk = multiprocessing.get_context("spawn")
        ready, stop, slow = desk.Event(), desk.Event(), desk.Queue()
        clerk = desk.Process(target=_desk, args=(scene.org.pk, scene.actor.staff_id, scene.site.pk, ready, stop, slow))
        clerk.start()
        ready.wait(120)
        found |= _sweep(alarms, now + LATER)
        stop.set()
        found["desk step while it sweeps, p95"] = slow.get(timeout=60)
        clerk.join()
        connection.close()
    return found


def _policy(scene: Any, alarms: int, now: datetime) -> dict[str, float]:
    from shouwen.ground.actors import system_actor
    from shouwen.kernel import policies

    actor = system_actor(scene.org.pk)
    began = time.perf_counter()
    seen = policies.preview("ticket.solve", "5wd", actor=actor, at=now)
    previewed = time.perf_counter() - began
    version = policies.publish("ticket.solve", "5wd", actor=actor, at=now, to_running=True)
    began = time.perf_counter()
    moved = policies.apply(version, at=now)
    assert seen.moved == moved == alarms, (seen.moved, moved, alarms)
    return {
        "policy preview over running clocks": previewed,
        "policy change over running clocks": time.perf_counter() - began,
    }


def _calendar(scene: Any, alarms: int, now: datetime) -> dict[str, float]:
    """The next three days are closed without notice: every clock moves."""
    from shouwen.ground.actors import system_actor
    from shouwen.kernel import calendars
    from shouwen.worktime import calendar

    actor, first = system_actor(scene.org.pk), now.date()
    spec = {**calendar("cn").to_json(), "date_hours": {_day(first, n): [] for n in range(1, 8)}}
    began = time.perf_counter()
    seen = calendars.preview({("site", None): spec}, actor=actor, at=now)
    previewed = time.perf_counter() - began
    version = calendars.publish("site", spec, actor=actor, at=now, source="bench")
    began = time.perf_counter()
    moved = calendars.apply(version, at=now)
    assert seen.moved == moved == alarms, (seen.moved, moved, alarms)
    return {
        "calendar preview over running clocks": previewed,
        "calendar change over running clocks": time.perf_counter() - began,
    }


def _day(first: date, later: int) -> str:
    return (first + timedelta(days=later)).isoformat()


def _sweep(alarms: int, at: datetime) -> dict[str, float]:
    from shouwen.kernel.sweep import sweep

    began = time.perf_counter()
    swept = sweep(at=at)
    assert swept.alarms >= alarms, (swept, alarms)
    return {"alarms that tell, one sweep": time.perf_counter() - began}


def _desk(org: int, staff: int, place: int, ready: Any, stop: Any, slow: Any) -> None:
    """Opens a ticket after the other until told to stop; says the 95th percentile in milliseconds."""
    start()
    from django.utils import timezone

    from shouwen.ground.actors import Actor, held_at
    from shouwen.ground.models import Place
    from shouwen.kernel.perform import perform

    actor = Actor(org_id=org, staff_id=staff, offices=held_at(staff, timezone.now()), source="desk")
    site, took = Place.objects.get(pk=place), []
    perform("open", actor=actor, at=timezone.now(), kind="ticket", data={"place": site, "words": "样例"})
    ready.set()
    while not stop.is_set():
        began = time.perf_counter()
        perform("open", actor=actor, at=timezone.now(), kind="ticket", data={"place": site, "words": "样例"})
        took.append(1000 * (time.perf_counter() - began))
        stop.wait(PAUSE)
    slow.put(sorted(took)[int(0.95 * (len(took) - 1))] if took else 0.0)
