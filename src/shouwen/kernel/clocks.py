"""The stored result of `fold`: clock rows, their pauses, their next alarm, and the verdict deltas that figures add up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from shouwen.ground.ids import new_id
from shouwen.ground.prepared import Prepared, columns_of, instances
from shouwen.ground.writing import save_many
from shouwen.kernel import tallies
from shouwen.kernel.fold import ClockFact, Event, fold
from shouwen.kernel.kinds import Commitment
from shouwen.kernel.models import Case, Clock, ClockPause, Entry, FigureDelta
from shouwen.kernel.rulebook import Rulebook, rulebook, rules_of, still
from shouwen.kernel.zones import day_of_due, midnight
from shouwen.worktime import parse_offset

FIELDS = (
    "clause", "started_by", "starts_at", "due_at", "opens_at", "goal", "policy_version", "calendar_version",
    "provisional", "late_start", "stopped_by", "stopped_at", "ended_at", "verdict", "original", "replaces", "postponed",
    "override_entry", "paused_at",
)  # fmt: skip
ARMED = ("alarm_at", "rungs_due", "rungs_fired")
FEW = 4
EVENT = ("seq", "step", "happened_at", "from_state", "to_state", "cycle", "facts")
Changed = list[tuple[Clock, list[str]]]
OWED = {"owed_by_office_id": "owed_by_office", "owed_by_id": "owed_by", "answerable_id": "answerable"}


EVENTS = Prepared(
    lambda case_id: Entry.objects.filter(stream_type="case", stream_id=case_id).order_by("seq").values_list(*EVENT),
    case_id=int,
)
CLOCKS = Prepared(lambda case_id: Clock.objects.filter(case_id=case_id).values_list(*columns_of(Clock)), case_id=int)


def events_of(case: Case) -> list[Event]:
    """The case's entries as clocks read them, in order."""
    return [Event(*row) for row in EVENTS.rows(case_id=case.pk)]


def stored_clocks(case: Case) -> list[Clock]:
    """The clock rows of a case as they are stored."""
    return instances(Clock, CLOCKS.rows(case_id=case.pk))


def values(fact: ClockFact) -> dict[str, Any]:
    """The columns of a clock row as the fold finds them."""
    found = {name: getattr(fact, name) for name in FIELDS}
    return {**found, **{column: getattr(fact, name) for column, name in OWED.items()}}


def rung_times(
    promise: Commitment, starts_at: datetime, due_at: datetime, book: Rulebook
) -> list[tuple[datetime, int]]:
    """When each rung of a clock is due to fire, earliest first, with its position in the declaration."""
    if not promise.rungs:
        return []
    calendar, _version = book.calendar(promise.calendar, starts_at)
    return sorted(
        (calendar.offset(starts_at, due_at, parse_offset(rung.offset)), position)
        for position, rung in enumerate(promise.rungs)
    )


def arm(clock: Clock, promise: Commitment, book: Rulebook) -> None:
    """Sets `alarm_at`, the next time the sweep must look: a rung not yet fired for this due time, or a day's end."""
    if clock.verdict is not None or clock.paused_at is not None:
        clock.alarm_at = None
        return
    if clock.rungs_due != clock.due_at:
        clock.rungs_due, clock.rungs_fired = clock.due_at, 0
    waiting = [at for at, _position in rung_times(promise, clock.starts_at, clock.due_at, book)][clock.rungs_fired :]
    if promise.every:
        waiting.append(next_roll(clock))
    clock.alarm_at = min(waiting) if waiting else None


def next_roll(clock: Clock) -> datetime:
    """When a daily row must be looked at again: at its due time for the next row, and at its day's end for the verdict."""
    return (
        clock.due_at if clock.case.folded_at < clock.due_at else midnight(day_of_due(clock.due_at) + timedelta(days=1))
    )


def refold(case: Case, *, at: datetime, events: list[Event] | None = None, fresh: bool = False) -> list[Clock]:
    """Recomputes and stores the clocks of a locked case as of `at`; returns those that changed, and sets `due_at`.

    `fresh` = the case is being opened, so that no row can be there yet.
    """
    case.folded_at = max(case.folded_at, at)
    events = events_of(case) if events is None else events
    rules = rules_of(case.org_id, case.site_id, events)
    facts = fold(case.spec, events, rules, until=case.folded_at)
    book = rules if isinstance(rules, Rulebook) else rulebook(case.org_id, case.site_id)
    return store(case, facts, book, fresh=fresh)


def revised(case: Case, events: list[Event]) -> list[tuple[str, str, str]]:
    """The verdicts on record that a late record changes: `key.cycle.number`, what was found, what is found now."""
    stored = {(c.key, c.cycle, c.seq): c.verdict for c in stored_clocks(case) if c.verdict is not None}
    if not stored:
        return []
    facts = fold(case.spec, events, rules_of(case.org_id, case.site_id, events), until=case.folded_at)
    found = {(fact.key, fact.cycle, fact.seq): fact.verdict or "" for fact in facts}
    return [
        (".".join(map(str, name)), was, found.get(name, ""))
        for name, was in sorted(stored.items())
        if found.get(name, "") != was
    ]


def refold_many(cases: list[Case], *, at: datetime) -> int:
    """`refold` of many locked cases with few queries; saves them too. Returns how many had a clock that changed."""
    ids = [case.pk for case in cases]
    events: dict[int, list[Event]] = {pk: [] for pk in ids}
    entries = Entry.objects.filter(stream_type="case", stream_id__in=ids).order_by("seq")
    for pk, *row in entries.values_list("stream_id", *EVENT):
        events[pk].append(Event(*row))
    stored: dict[int, list[Clock]] = {pk: [] for pk in ids}
    for clock in Clock.objects.filter(case_id__in=ids).order_by("id"):
        stored[clock.case_id].append(clock)
    changed: Changed = []
    done = 0
    with still():
        for case in cases:
            case.folded_at = max(case.folded_at, at)
            rules = rules_of(case.org_id, case.site_id, events[case.pk])
            facts = fold(case.spec, events[case.pk], rules, until=case.folded_at)
            book = rules if isinstance(rules, Rulebook) else rulebook(case.org_id, case.site_id)
            done += bool(store(case, facts, book, stored=stored[case.pk], later=changed))
    update_many(changed)
    update_many([(case, ["folded_at", "due_at"]) for case in cases])
    return done


def store(
    case: Case, facts: list[ClockFact], book: Rulebook, *, fresh: bool = False, stored: list[Clock] | None = None,
    later: Changed | None = None,
) -> list[Clock]:  # fmt: skip
    """Writes what the fold found: new rows, changed rows, verdict deltas; unchanged rows are not touched.

    `stored` = the rows there are, where they were read before; changed ones go into `later` where the caller writes them.
    """
    found = [] if fresh else stored_clocks(case) if stored is None else stored
    rows = {(c.key, c.cycle, c.seq): c for c in found}
    made: list[Clock] = []
    changed: Changed = []
    deltas: list[FigureDelta] = []
    paused: list[tuple[Clock, ClockFact]] = []
    for fact in facts:
        clock = rows.pop((fact.key, fact.cycle, fact.seq), None)
        if clock is None:
            clock = Clock(org_id=case.org_id, case=case, kind=case.kind, key=fact.key, cycle=fact.cycle, seq=fact.seq)
            made.append(clock)
        columns = _take(clock, fact, case, book, deltas)
        if columns and not clock._state.adding:
            changed.append((clock, columns))
        if fact.pauses:
            paused.append((clock, fact))
    Clock.objects.bulk_create(made)
    if later is None:
        _update(changed)
    else:
        later += changed
    if rows:  # a later record of an earlier event can unmake a row that never should have been
        deltas += [delta for clock in rows.values() if clock.verdict for delta in _deltas(case, clock, -1)]
        Clock.objects.filter(pk__in=[clock.pk for clock in rows.values()]).delete()
    _store_pauses(paused)
    if deltas:
        FigureDelta.objects.bulk_create(deltas)
    live = [fact.due_at for fact in facts if fact.verdict is None and fact.paused_at is None]
    case.due_at = min(live) if live else None
    return made + [clock for clock, _columns in changed]


def update_many(changed: list[tuple[Any, list[str]]]) -> None:
    """Writes the named columns of rows, one statement for all rows that changed in the same ones."""
    alike: dict[tuple[type[Model], tuple[str, ...]], list[Any]] = {}
    for row, touched in changed:
        alike.setdefault((type(row), tuple(touched)), []).append(row)
    for (_model, columns), rows in alike.items():
        save_many(rows, *columns)


def _update(changed: Changed) -> None:
    """Writes changed rows: a few one by one, only what changed (an update of many rows at once is slow to put together)."""
    if len(changed) <= FEW:
        for clock, columns in changed:
            clock.save(update_fields=columns)
    else:
        update_many(changed)


def _take(clock: Clock, fact: ClockFact, case: Case, book: Rulebook, deltas: list[FigureDelta]) -> list[str]:
    """Brings one row to what the fold found; returns the columns that changed."""
    clock.case = case
    wanted = {**values(fact), "site_id": case.site_id}
    changed = [name for name, value in wanted.items() if getattr(clock, name) != value]
    differs = clock._state.adding or bool(changed)
    armed, ended = [getattr(clock, name) for name in ARMED], clock.verdict
    if differs and ended is not None and not clock._state.adding:
        deltas += _deltas(case, clock, -1)
    for name, value in wanted.items():
        setattr(clock, name, value)
    arm(clock, case.spec.commitments[fact.key], book)
    if differs and clock.verdict is not None:
        deltas += _deltas(case, clock, +1)
    return changed + [name for name, value in zip(ARMED, armed, strict=True) if getattr(clock, name) != value]


def _deltas(case: Case, clock: Clock, amount: int) -> list[FigureDelta]:
    """The delta of a verdict; taking one back mirrors the row it takes back, whatever has moved since."""
    if amount < 0:
        last = FigureDelta.objects.filter(clock_id=clock.pk).order_by("-id").first()
        if last is None or last.amount < 0:
            return []
        last.pk, last.amount, last.folded_at, last.took = new_id(), -1, None, tallies.took(clock)
        last._state.adding = True
        return [last]
    return [
        FigureDelta(
            org_id=case.org_id, day=day_of_due(clock.due_at), clause=clock.clause, kind=case.kind, key=clock.key,
            site_id=case.site_id, building_id=case.building_id, dept_id=case.dept_id, staff_id=clock.answerable_id,
            verdict=clock.verdict or "", amount=1, clock_id=clock.pk, took=tallies.took(clock),
        )
    ]  # fmt: skip


def _store_pauses(paused: list[tuple[Clock, ClockFact]]) -> None:
    for clock, fact in paused:
        rows = {(p.from_at, p.entry_seq): p for p in ClockPause.objects.filter(clock=clock)}
        for pause in fact.pauses:
            row = rows.pop((pause.since, pause.entry_seq), None)
            if row is None:
                ClockPause(
                    clock=clock, from_at=pause.since, until_at=pause.until, reason=pause.reason, entry_seq=pause.entry_seq
                ).save(force_insert=True)  # fmt: skip
            elif row.until_at != pause.until:
                row.until_at = pause.until
                row.save(update_fields=["until_at"])
        for row in rows.values():
            row.delete()


__all__ = ["arm", "events_of", "refold", "rung_times", "store", "values"]
