"""The time line of a case: its entries in the order in which they happened, and a clock as the fold finds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shouwen.kernel.models import Entry


@dataclass(frozen=True)
class Event:
    """What clocks read of an entry: step, times, states, cycle and facts; nothing personal."""

    seq: int
    step: str
    happened_at: datetime
    from_state: str
    to_state: str
    cycle: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: Entry) -> Event:
        return cls(
            entry.seq, entry.step, entry.happened_at, entry.from_state, entry.to_state, entry.cycle, entry.facts
        )  # fmt: skip


@dataclass
class Pause:
    """An interval in which a clock stood still; `until` is None while it still does."""

    since: datetime
    until: datetime | None
    reason: str
    entry_seq: int


@dataclass
class ClockFact:
    """A clock as the fold finds it; the columns of the `clock` table mean the same."""

    key: str
    cycle: int
    seq: int
    clause: str
    started_by: int
    starts_at: datetime
    due_at: datetime
    opens_at: datetime | None = None
    goal: str = ""
    segment: str = ""  # of the customer, when it began: nobody's standard changes under a running clock
    policy_version: int | None = None
    calendar_version: int | None = None
    provisional: bool = False
    late_start: bool = False
    stopped_by: int | None = None
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: str | None = None
    original: str | None = None
    replaces: int | None = None
    postponed: int = 0
    override_entry: int | None = None
    owed_by_office: int | None = None
    owed_by: int | None = None
    answerable: int | None = None
    paused_at: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    fixed: bool = False  # a time given by a person: no version moves it
    in_force: dict[str, datetime] = field(default_factory=dict)

    def spans(self) -> list[tuple[datetime, datetime | None]]:
        return [(pause.since, pause.until) for pause in self.pauses if pause.until]


@dataclass(frozen=True)
class Moment:
    """One point of the case's own time line: an event with the state, cycle and facts after it, or a version's start."""

    at: datetime
    event: Event | None
    state: str
    cycle: int
    facts: Mapping[str, Any]
    change: str = ""


class Timeline:
    """The entries of a case in the order in which they happened, with what was true after each."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.moments: list[Moment] = []
        self.owed: list[tuple[datetime, Mapping[str, Any]]] = []
        state, cycle = "", 1
        facts: Mapping[str, Any] = {}
        owed: Mapping[str, Any] = {}
        for event in sorted(events, key=lambda e: (e.happened_at, e.seq)):
            if event.to_state != event.from_state or event.cycle > cycle:
                state, cycle = event.to_state, max(cycle, event.cycle)
            facts = {**facts, **event.facts} if event.facts else facts
            if "_owed" in event.facts:
                owed = {**owed, **event.facts["_owed"]}
            self.owed.append((event.happened_at, owed))
            self.moments.append(Moment(event.happened_at, event, state, cycle, facts))

    def with_changes(self, changes: list[tuple[datetime, str]], until: datetime) -> list[Moment]:
        """The same line with the starts of versions that move running clocks, up to `until`."""
        if not changes or not self.moments:
            return self.moments
        first = self.moments[0].at
        extra = [Moment(at, None, "", 0, {}, key) for at, key in changes if first < at <= until]
        return sorted(self.moments + extra, key=lambda m: (m.at, m.event is not None))

    def owed_at(self, key: str, at: datetime) -> tuple[int | None, int | None]:
        """Office and person that owed a promise at a moment (before the first entry: as of the first)."""
        found: Mapping[str, Any] = self.owed[0][1] if self.owed else {}
        for when, owed in self.owed:
            if when > at:
                break
            found = owed
        office, person = found.get(key) or found.get("") or (None, None)
        return office, person


__all__ = ["ClockFact", "Event", "Moment", "Pause", "Timeline"]
