"""Clocks, pauses and verdicts as a pure function of the journal, the policy versions and the calendar versions.

`perform` and `audit clocks` call the same `fold`; the `clock` table is its stored result. Verdicts follow the time at
which things happened, never the time of a sweep. The rules are in docs/clocks.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shouwen.kernel.goals import refs
from shouwen.kernel.kinds import GIVEN_UP, WITHDRAWN, Commitment, matches
from shouwen.kernel.limits import SEGMENT, Limit, Rules, moment, resolve
from shouwen.kernel.timeline import ClockFact, Event, Moment, Pause, Timeline
from shouwen.kernel.zones import day_of_due, midnight

if TYPE_CHECKING:
    from shouwen.kernel.kinds import Kind
    from shouwen.worktime import Calendar


@dataclass
class _Armed:
    """A start event whose promise is not yet met: it may begin to run late, from its own time."""

    at: datetime
    seq: int
    cycle: int
    running: bool = False


class _Runs:
    """The rows of one commitment while the time line is walked."""

    def __init__(self, promise: Commitment, rules: Rules) -> None:
        self.promise, self.rules = promise, rules
        self.rows: list[ClockFact] = []
        self.armed: _Armed | None = None
        self.fitted = False  # whether `when` held before the event now looked at
        self.stopped = False  # whether the event now looked at has ended a row: then it begins the next, not keeps it

    @property
    def live(self) -> list[ClockFact]:
        return [row for row in self.rows if row.verdict is None]

    def walk(self, moments: list[Moment]) -> list[ClockFact]:
        facts: dict[str, Any] = {}
        for m in moments:
            if m.event is None:
                self._change(m, facts)
                continue
            self.fitted = matches(self.promise.when, facts)
            facts = dict(m.facts)
            self._pauses(m)
            self._stops(m, m.event)
            self._moves(m, m.event)
            if m.event.step in self.promise.starts:
                self._arms(m, m.event)
            self._ends(m, m.state)
            self._starts(m, m.event, m.state)
        return self.rows

    def _limit(self, start: datetime, row: ClockFact | None, facts: Mapping[str, Any]) -> Limit | None:
        calendar, version = self._calendar(start, row)
        if row is not None and facts.get(SEGMENT, "") != row.segment:
            facts = {**facts, SEGMENT: row.segment}
        limit = resolve(
            self.promise.within, start, facts=facts, calendar=calendar, rules=self.rules,
            in_force=row.in_force if row else {}, pauses=row.spans() if row else (),
        )  # fmt: skip
        if row is not None:
            row.calendar_version = version
        return limit

    def _calendar(self, start: datetime, row: ClockFact | None) -> tuple[Calendar, int | None]:
        at = row.in_force.get(f"calendar:{self.promise.calendar}", start) if row else start
        return self.rules.calendar(self.promise.calendar, at)

    def _change(self, m: Moment, facts: Mapping[str, Any]) -> None:
        for row in self.live:
            if row.fixed or (row.paused_at is None and m.at > row.due_at):
                continue
            row.in_force[m.change] = m.at
            self._reckon(row, facts)

    def _reckon(self, row: ClockFact, facts: Mapping[str, Any]) -> None:
        limit = self._limit(row.starts_at, row, facts) if not row.fixed else None
        if limit is not None:
            row.due_at, row.opens_at, row.goal = limit.due_at, limit.opens_at, limit.goal
            row.provisional, row.policy_version = limit.provisional, limit.policy_version

    def _pauses(self, m: Moment) -> None:
        assert m.event is not None
        halted = m.state in self.promise.pauses
        for row in self.live:
            if halted and row.paused_at is None and m.at <= row.due_at:
                row.paused_at = m.at
                row.pauses.append(Pause(m.at, None, m.state, m.event.seq))
            elif not halted and row.paused_at is not None:
                self._resume(row, m)

    def _resume(self, row: ClockFact, m: Moment) -> None:
        row.paused_at = None
        row.pauses[-1].until = m.at
        self._reckon(row, m.facts)

    def _stops(self, m: Moment, event: Event) -> None:
        self.stopped = False
        if event.step in self.promise.broken_by:
            for row in self.live:
                if row.paused_at is None:
                    row.ended_at, row.verdict = m.at, "broken"
        if event.step not in self.promise.kept_by:
            return
        stopping = self.live[:1] if self.promise.again == "add" else self.live
        for row in stopping:
            self._stop(row, m, event)
        self.stopped = bool(stopping)
        if stopping and not self.live:
            self.armed = None

    def _stop(self, row: ClockFact, m: Moment, event: Event) -> None:
        if row.paused_at is not None:
            self._resume(row, m)
        row.stopped_by, row.stopped_at, row.ended_at = event.seq, m.at, m.at
        row.verdict = "kept" if m.at <= row.due_at else "late"

    def _moves(self, m: Moment, event: Event) -> None:
        """A later time agreed, or the promised one postponed: only before it is due; another row replaces the first."""
        for move, verdict in ((self.promise.agree, "agreed_later"), (self.promise.postpone, "postponed")):
            if not move or event.step not in move[:-1]:
                continue
            due = moment(m.facts.get(move[-1]))
            for row in self.live:
                if due is None or m.at > row.due_at:
                    continue
                row.verdict, row.ended_at = verdict, m.at
                self.rows.append(
                    replace(
                        row, seq=self._next_seq(row.cycle), started_by=event.seq, starts_at=m.at, due_at=due,
                        opens_at=None, goal="", verdict=None, ended_at=None, replaces=row.seq, fixed=True,
                        postponed=row.postponed + (verdict == "postponed"),
                        override_entry=event.seq if event.facts.get("_override") else row.override_entry,
                        provisional=False, policy_version=None, pauses=[], paused_at=None, in_force={},
                    )
                )  # fmt: skip

    def _next_seq(self, cycle: int) -> int:
        return 1 + sum(1 for row in self.rows if row.cycle == cycle)

    def _arms(self, m: Moment, event: Event) -> None:
        if self.live and self.armed and self.armed.cycle == m.cycle and self.promise.again == "ignore":
            return
        if self.promise.again == "restart":
            for row in self.live:
                self._end(row, m.at)
        self.armed = _Armed(m.at, event.seq, m.cycle)

    def _ends(self, m: Moment, state: str) -> None:
        """Leaving `during`, or `when` turning false, voids a clock, but only before its due time; after it, broken."""
        assert m.event is not None
        out = state in (WITHDRAWN, GIVEN_UP) or (
            self.promise.during is not None and state not in self.promise.during and state not in self.promise.pauses
        )
        if not (out or not matches(self.promise.when, dict(m.facts))):
            return
        for row in self.live:
            self._end(row, m.at)
        if self.armed:
            self.armed.running = False

    def _end(self, row: ClockFact, at: datetime) -> None:
        if row.paused_at is not None:
            row.pauses[-1].until, row.paused_at = at, None
            row.verdict = "void"
        else:
            row.verdict = "void" if at <= row.due_at else "broken"
        row.ended_at = at

    def _starts(self, m: Moment, event: Event, state: str) -> None:
        armed, promise = self.armed, self.promise
        if armed is None or armed.running or not matches(promise.when, dict(m.facts)):
            return
        at_once = event.step in promise.kept_by and not self.stopped and (event.seq == armed.seq or not self.fitted)
        inside = promise.during is None or state in promise.during
        if not (inside or at_once) or state in (WITHDRAWN, GIVEN_UP):
            return
        row = self._begin(m, armed, kept=at_once)
        if row is None:
            return
        armed.running = True
        self.rows.append(row)
        if at_once:
            self._stop(row, m, event)
            self.armed = None

    def _begin(self, m: Moment, armed: _Armed, *, kept: bool) -> ClockFact | None:
        """A row from its own start event. Owed only later, and past by then: one working day more, unless kept by
        the very act that shows it was owed (a hand-over is judged from intake, ticked or not)."""
        row = ClockFact(
            promise_key(self.promise), armed.cycle, self._next_seq(armed.cycle), self.promise.clause, armed.seq,
            armed.at, armed.at, segment=m.facts.get(SEGMENT, ""),
        )  # fmt: skip
        limit = self._limit(armed.at, row, m.facts)
        if limit is None:
            return None
        row.due_at, row.opens_at, row.goal = limit.due_at, limit.opens_at, limit.goal
        row.provisional, row.policy_version = limit.provisional, limit.policy_version
        assert m.event is not None
        before = any(earlier.started_by == armed.seq for earlier in self.rows)  # it ran already: no time is won
        if m.event.seq != armed.seq and not kept and not before and row.due_at <= m.at:
            calendar, row.calendar_version = self.rules.calendar(self.promise.calendar, m.at)
            due = calendar.due(m.at, "1wd")
            row.due_at, row.provisional, row.late_start, row.fixed = due.due_at, due.provisional, True, True
        return row


def promise_key(promise: Commitment) -> str:
    return promise.name


class _Daily:
    """A promise owed again on each of its days (`every="1wd"`): one row a day, kept only by an act on that day."""

    def __init__(self, promise: Commitment, rules: Rules) -> None:
        self.promise, self.rules = promise, rules
        self.spans: list[dict[str, Any]] = []
        self.acts: list[tuple[datetime, int]] = []
        self.halts: list[list[Any]] = []
        self.armed: tuple[int, int] | None = None

    def walk(self, moments: list[Moment], until: datetime) -> list[ClockFact]:
        for m in moments:
            if m.event is None:
                continue
            self._halts(m, m.event)
            if m.event.step in self.promise.kept_by:
                self.acts.append((m.at, m.event.seq))
            if m.event.step in self.promise.starts:
                self._close(m.at)
                self.armed = (m.event.seq, m.cycle)
            inside = self.promise.during is None or m.state in self.promise.during or m.state in self.promise.pauses
            fits = inside and m.state not in (WITHDRAWN, GIVEN_UP) and matches(self.promise.when, dict(m.facts))
            if not fits:
                self._close(m.at)
            elif self.armed and not (self.spans and self.spans[-1]["end"] is None):
                self.spans.append({"start": m.at, "by": self.armed[0], "cycle": self.armed[1], "end": None})
        return [row for span in self.spans for row in self._rows(span, until)] if self.spans else []

    def _halts(self, m: Moment, event: Event) -> None:
        halted = m.state in self.promise.pauses
        open_now = bool(self.halts) and self.halts[-1][1] is None
        if halted and not open_now:
            self.halts.append([m.at, None])
        elif not halted and open_now:
            self.halts[-1][1] = m.at

    def _close(self, at: datetime) -> None:
        if self.spans and self.spans[-1]["end"] is None:
            self.spans[-1]["end"] = at

    def _rows(self, span: dict[str, Any], until: datetime) -> list[ClockFact]:
        calendar, version = self.rules.calendar(self.promise.calendar, span["start"])
        n, unit = int((self.promise.every or "1wd")[:-2]), (self.promise.every or "1wd")[-2:]
        before = sum(
            self._made(other, until)
            for other in self.spans[: self.spans.index(span)]
            if other["cycle"] == span["cycle"]
        )
        rows: list[ClockFact] = []
        row: ClockFact | None
        turn = 0
        while True:
            turn += 1
            due = calendar.due(span["start"], f"{turn * n}{unit}")
            opens = midnight(day_of_due(due.due_at))
            if span["end"] is not None and span["end"] <= opens:
                break
            row = None
            if not self._halted(due.due_at):
                row = ClockFact(
                    promise_key(self.promise), span["cycle"], before + len(rows) + 1, self.promise.clause, span["by"],
                    max(opens, span["start"]), due.due_at, opens_at=opens, goal=self.promise.every or "",
                    calendar_version=version, provisional=due.provisional,
                )  # fmt: skip
                self._judge(row, span["end"], until)
                rows.append(row)
            if due.due_at > until and (row is None or row.verdict is None):  # after one kept early the next is owed
                break
        span["made"] = len(rows)
        return rows

    def _made(self, span: dict[str, Any], until: datetime) -> int:
        return int(span["made"]) if "made" in span else len(self._rows(span, until))

    def _halted(self, at: datetime) -> bool:
        return any(since <= at and (till is None or at < till) for since, till in self.halts)

    def _judge(self, row: ClockFact, end: datetime | None, until: datetime) -> None:
        assert row.opens_at is not None
        day_end = midnight(day_of_due(row.due_at) + timedelta(days=1))
        act = next(((at, seq) for at, seq in self.acts if row.starts_at <= at < day_end or at == row.due_at), None)
        if act is not None and act[0] >= row.starts_at:
            row.stopped_at, row.stopped_by = act
            row.ended_at, row.verdict = act[0], "kept" if act[0] <= row.due_at else "late"
        elif end is not None and end < day_end:
            row.ended_at, row.verdict = end, "void" if end <= row.due_at else "broken"
        elif until >= day_end:
            row.ended_at, row.verdict = day_end, "broken"


def fold(kind: type[Kind], events: Iterable[Event], rules: Rules, *, until: datetime) -> list[ClockFact]:
    """Every clock a case has had, from its entries. `until` (UTC) is the moment up to which days have been counted."""
    line = Timeline(events)
    found: list[ClockFact] = []
    for promise in kind.commitments.values():
        if promise.every:
            found += _Daily(promise, rules).walk(line.moments, until)
        else:
            changes = rules.changes([ref.key for ref in refs(promise.within)], promise.calendar)
            found += _Runs(promise, rules).walk(line.with_changes(changes, until))
    for row in found:
        row.owed_by_office, row.owed_by = line.owed_at(row.key, row.ended_at or until)
        row.answerable = line.owed_at(row.key, min(row.due_at, row.ended_at or row.due_at))[1]
    _excuse(found, line)
    return found


def _excuse(rows: list[ClockFact], line: Timeline) -> None:
    """A director's excuse replaces a late or broken verdict; the original stays beside it."""
    for m in line.moments:
        named = m.event.facts.get("_excuse") if m.event else None
        for row in rows if named else ():
            if f"{row.key}.{row.cycle}.{row.seq}" == named and row.verdict in ("late", "broken"):
                row.original, row.verdict = row.verdict, "excused"


__all__ = ["ClockFact", "Event", "Moment", "Timeline", "fold"]
