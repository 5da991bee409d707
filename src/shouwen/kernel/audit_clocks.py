"""Audit of the clocks: every stored clock, pause, state and figure equal to what the journal gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, F

from shouwen.ground.models import Organization
from shouwen.kernel import clocks, figures, tallies
from shouwen.kernel.difference import Difference, Progress, silent
from shouwen.kernel.fold import ClockFact, Event, fold
from shouwen.kernel.models import Alarm, Case, Clock, Entry, Figure
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import rules_of

CHUNK = 500


def audit_clocks(org: Organization | None = None, *, progress: Progress = silent) -> Iterator[Difference]:
    """Folds every case anew up to the moment its rows are true for and compares, a batch at a time; then the figures."""
    orgs = [org] if org else list(Organization.objects.order_by("id"))
    for one in orgs:
        last, done = 0, 0
        while cases := list(Case.objects.filter(pk__gt=last, org_id=one.pk).order_by("id")[:CHUNK]):
            last, done = cases[-1].pk, done + len(cases)
            yield from _compare(cases)
            progress("case", done)
        yield from _alarms(one.pk)
        yield from _figures(one.pk)
        yield from _tallies(one.pk)


def _compare(cases: list[Case]) -> Iterator[Difference]:
    ids = [case.pk for case in cases]
    events: dict[int, list[Event]] = {pk: [] for pk in ids}
    for entry in Entry.objects.filter(stream_type="case", stream_id__in=ids).order_by("seq").iterator(chunk_size=2000):
        events[entry.stream_id].append(Event.of(entry))
    stored: dict[int, dict[Any, Clock]] = {pk: {} for pk in ids}
    for clock in Clock.objects.filter(case_id__in=ids).prefetch_related("pauses"):
        stored[clock.case_id][(clock.key, clock.cycle, clock.seq)] = clock
    for case in cases:
        if case.kind not in kinds:
            yield Difference(case.no, f"is of a kind that is not installed: {case.kind}")
            continue
        yield from _clocks(case, events[case.pk], stored[case.pk])
        yield from _standing(case, events[case.pk])


def _clocks(case: Case, events: list[Event], stored: dict[Any, Clock]) -> Iterator[Difference]:
    facts = fold(case.spec, events, rules_of(case.org_id, case.site_id, events), until=case.folded_at)
    for fact in facts:
        name = f"{case.no} {fact.key}.{fact.cycle}.{fact.seq}"
        clock = stored.pop((fact.key, fact.cycle, fact.seq), None)
        if clock is None:
            yield Difference(name, "should be there by the journal, but is not stored")
        else:
            yield from _clock(case, fact, clock, name)
    for key, cycle, seq in stored:
        yield Difference(f"{case.no} {key}.{cycle}.{seq}", "is stored, but not in the journal")
    live = [fact.due_at for fact in facts if fact.verdict is None and fact.paused_at is None]
    if case.due_at != (min(live) if live else None):
        yield Difference(case.no, "its next due time is not that of its clocks")


def _clock(case: Case, fact: ClockFact, clock: Clock, name: str) -> Iterator[Difference]:
    for column, value in (clocks.values(fact) | {"site_id": case.site_id}).items():
        if getattr(clock, column) != value:
            yield Difference(name, f"{column}: {getattr(clock, column)} stored, {value} by the journal")
    pauses = sorted((p.from_at, _end(p.until_at), p.entry_seq) for p in clock.pauses.all())
    if pauses != sorted((p.since, _end(p.until), p.entry_seq) for p in fact.pauses):
        yield Difference(name, "its pauses differ from the journal")
    if clock.alarm_at is not None and (clock.verdict is not None or clock.paused_at is not None):
        yield Difference(name, "has ended or stands still, yet an alarm is set")
    promise = case.spec.commitments[fact.key]
    if clock.rungs_fired > len(promise.rungs):
        yield Difference(name, f"{clock.rungs_fired} rungs fired of {len(promise.rungs)}")


def _end(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _standing(case: Case, events: list[Event]) -> Iterator[Difference]:
    """State, cycle and the times of opening and closing, as the entries have moved them."""
    moved = [event for event in events if event.to_state != event.from_state or event.cycle != 1]
    if not moved:
        yield Difference(case.no, "no entry opened it")
        return
    state = max((event for event in moved if event.to_state), key=lambda event: event.seq).to_state
    if case.state != state:
        yield Difference(case.no, f"stands at “{case.state}”, but at “{state}” by the journal")
    cycle = max(event.cycle for event in events)
    if case.cycle != cycle:
        yield Difference(case.no, f"is in cycle {case.cycle}, but in cycle {cycle} by the journal")
    if (case.closed_at is not None) != (state in case.spec.ends()):
        yield Difference(case.no, f"is {'closed' if case.closed_at else 'open'}, but not by the journal")
    times = {event.happened_at for event in events}
    if case.opened_at not in times or (case.closed_at is not None and case.closed_at not in times):
        yield Difference(case.no, "was opened or closed at a time that no entry has")


def _alarms(org_id: int) -> Iterator[Difference]:
    """Alarms cannot have gone out before their time, nor for a rung that the promise does not have."""
    rows = Alarm.objects.filter(clock__org_id=org_id)
    for alarm in rows.filter(fired_at__lt=F("planned_at")).select_related("clock__case").order_by("id").iterator():
        yield Difference(f"{alarm.clock.case.no} {alarm.clock.key}", f"rung {alarm.rung} fired before its time")
    most: dict[tuple[str, str], int] = {
        (kind.key, promise.key): len(promise.rungs) for kind in kinds.values() for promise in kind.commitments.values()
    }
    seen = (
        rows.values_list("clock__kind", "clock__key", "rung").distinct().order_by("clock__kind", "clock__key", "rung")
    )
    for kind, key, rung in seen.iterator():
        if rung >= most.get((kind, key), 0):
            yield Difference(f"{kind} {key}", f"alarms of rung {rung}, which the promise does not have")


def _figures(org_id: int) -> Iterator[Difference]:
    counted, stored = figures.recount(org_id), figures.stored(org_id)
    for key in sorted(set(counted) | set(stored), key=str):
        if counted[key] != stored[key]:
            yield Difference(f"figure {' '.join(map(str, key))}", f"{stored[key]} stored, {counted[key]} counted")
    for figure in Figure.objects.filter(org_id=org_id, count__lt=0).order_by("id").iterator():
        yield Difference(f"figure {figure.day} {figure.clause} {figure.verdict}", f"is below nothing: {figure.count}")


def _tallies(org_id: int) -> Iterator[Difference]:
    counted, stored = tallies.recount(org_id), tallies.stored(org_id)
    for key in sorted(set(counted) | set(stored), key=str):
        if counted[key] != stored[key]:
            yield Difference(f"tally {' '.join(map(str, key))}", f"{stored[key]} stored, {counted[key]} counted")
    for name in tallies.uneven(org_id):
        yield Difference(f"tally {name}", "is not what its days and communities come to")


def alarms_doubled() -> int:
    """How many rungs fired more than once for the same due time; the database forbids it, the audit counts it."""
    return Alarm.objects.values("clock", "rung", "due_at").annotate(n=Count("id")).filter(n__gt=1).count()
