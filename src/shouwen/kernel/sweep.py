"""The sweep: alarms that are due are written with their notices and outbox rows in one transaction.

A rung fires once for a clock and due time, whatever is killed when: the alarm row, its notices, its outbox message and the
next `alarm_at` are one commit. The sweep writes alarms only; verdicts follow events. A step that a rung takes is a consumer of
that message: the sweep takes it at once, and where it is killed before, the next delivery does.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from shouwen.ground.actors import system_actor
from shouwen.ground.offices import Roster
from shouwen.ground.writing import save_many
from shouwen.kernel import clocks as clockwork
from shouwen.kernel import missed, outbox, participants, tells
from shouwen.kernel.goals import Rung
from shouwen.kernel.models import Alarm, Case, Clock, Notice, Outbox
from shouwen.kernel.perform import perform, share_rules
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.rulebook import rulebook

STEP = "step"  # the consumer that takes a rung's step
BATCH = 200  # clocks a transaction, so that the desk never waits long for SQLite's one writer


@dataclass
class Swept:
    """What a sweep did: alarms written, steps taken by rungs, cases whose daily rows rolled on."""

    alarms: int = 0
    steps: int = 0
    rolled: int = 0


def sweep(*, at: datetime, most: int | None = None) -> Swept:
    """Fires every rung due at `at` (UTC), in batches; all overdue rungs of a clock in one pass."""
    done = Swept()
    while most is None or done.alarms < most:
        found = _batch(at, done)
        if not found:
            return done
    return done


def _lockable(rows: Any) -> Any:
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(of=("self",), skip_locked=True)
    return rows


def _batch(at: datetime, done: Swept) -> int:
    """One transaction over at most BATCH clocks; then the steps that rungs take, each in its own."""
    with transaction.atomic():
        wanted = list(
            Clock.objects.filter(alarm_at__lte=at)
            .order_by("alarm_at")
            .values_list("id", "case_id", "case__root_id")[:BATCH]
        )
        if not wanted:
            return 0
        roots = sorted({root or case for _clock, case, root in wanted})
        locked = {case.pk for case in _lockable(Case.objects.filter(pk__in=roots).order_by("id"))}
        free = [clock for clock, case, root in wanted if (root or case) in locked]
        if not free:
            return 0
        rows = list(
            Clock.objects.filter(pk__in=free, alarm_at__lte=at)
            .select_related("case", "case__parent")
            .order_by("case_id", "id")
        )
        for org_id in {row.org_id for row in rows}:
            share_rules(org_id)
        acting = _fire(rows, at, done)
    for message in acting:
        try:
            outbox.hand(message, STEP, take_step, at=at)
            done.steps += 1
        except IntegrityError:  # a worker that delivers was quicker
            pass
    return len(rows)


def _fire(rows: list[Clock], at: datetime, done: Swept) -> list[Outbox]:
    """Writes alarms, notices, messages and next looks; returns the messages of rungs that take a step."""
    rosters: dict[tuple[int, int | None], Roster] = {}
    alarms: list[Alarm] = []
    notices: list[Notice] = []
    rolling: dict[int, Case] = {}
    participants.remember([clock.case for clock in rows])
    for clock in rows:
        case, book = clock.case, rulebook(clock.org_id, clock.case.site_id)
        promise = case.spec.commitments[clock.key]
        where = (case.org_id, case.site_id)
        roster = rosters.get(where) or rosters.setdefault(where, Roster(case.org_id, site_id=case.site_id, at=at))
        times = clockwork.rung_times(promise, clock.starts_at, clock.due_at, book)
        for planned, position in times[clock.rungs_fired :]:
            if planned > at:
                break
            clock.rungs_fired += 1
            rung = promise.rungs[position]
            alarm = Alarm(clock=clock, rung=position, due_at=clock.due_at, planned_at=planned, fired_at=at)
            alarms.append(alarm)
            words = {"key": clock.key, "due_at": clock.due_at.isoformat(), "rung": rung.offset}
            notices += tells.alarm_notices(alarm, case, rung.tell, roster, at=at, words=words)
        if promise.every and clock.due_at <= at:
            rolling[case.pk] = case
        else:
            clockwork.arm(clock, promise, book)
    Alarm.objects.bulk_create(alarms)
    Notice.objects.bulk_create(missed.gathered(notices, at=at))
    save_many(rows, "alarm_at", "rungs_due", "rungs_fired")
    messages = Outbox.objects.bulk_create(
        Outbox(org_id=a.clock.org_id, topic="alarm", case=a.clock.case, ref=a.pk, created_at=at, not_before=at)
        for a in alarms
    )
    for case in rolling.values():
        clockwork.refold(case, at=at)
        case.save(update_fields=["folded_at", "due_at"])
    done.alarms, done.rolled = done.alarms + len(alarms), done.rolled + len(rolling)
    return [message for alarm, message in zip(alarms, messages, strict=True) if _rung(alarm).does]


def _rung(alarm: Alarm) -> Rung:
    clock = alarm.clock
    return clock.case.spec.commitments[clock.key].rungs[alarm.rung]


@outbox.consumer("alarm", STEP)
def take_step(message: Outbox, at: datetime) -> None:
    """The step a rung takes, as `system`, dated at the rung's own time; a case that moved on refuses it, which is well."""
    alarm = Alarm.objects.select_related("clock__case").filter(pk=message.ref or 0).first()
    name = _rung(alarm).does if alarm else None  # a late record can have unmade the clock meanwhile
    if alarm is None or not name:
        return
    clock = alarm.clock
    with contextlib.suppress(Refusal):
        perform(
            name, actor=system_actor(clock.org_id), at=at, happened_at=alarm.planned_at, case=clock.case, trusted=True,
            key=f"{clock.pk}:{alarm.rung}:{alarm.due_at.isoformat()}",
        )  # fmt: skip
