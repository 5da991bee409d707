"""What the API says: cases by number, people by staff number, places by code; never an internal id."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema


class Person(Schema):
    number: str
    name: str


class CommitmentOut(Schema):
    """A promise of a case: its clock and verdict. `verdict` is null while it runs; `overdue` is provisional."""

    id: str
    key: str
    label: str
    clause: str
    cycle: int
    starts_at: datetime
    opens_at: datetime | None
    due_at: datetime
    stopped_at: datetime | None
    verdict: str | None
    original: str | None
    overdue: bool
    paused: bool
    provisional: bool
    postponed: int


class Revised(Schema):
    """A verdict that something recorded late changed; `now` is empty where the promise was not owed after all."""

    commitment: str
    was: str
    now: str


class LineOut(Schema):
    """One entry of the journal. `words` is null where they were erased."""

    seq: int
    step: str
    label: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    from_state: str
    to_state: str
    cycle: int
    clause: str
    facts: dict[str, Any]
    words: dict[str, Any] | None
    files: list[str]
    revised: list[Revised]


class CaseOut(Schema):
    no: str
    kind: str
    state: str
    cycle: int
    title: str
    grade: str
    channel: str
    place: str | None
    site: str | None
    owner: Person | None
    opened_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    rev: int


class CaseWhole(CaseOut):
    """A case with what may be done next, its promises and its journal."""

    first_contact: Person | None
    customer: str | None
    steps: list[str]
    commitments: list[CommitmentOut]
    journal: list[LineOut]


class CasePage(Schema):
    items: list[CaseOut]
    next: str | None


class Taken(Schema):
    """A step that was taken: the case as it now stands. `once` is shown now and never again (a follow-up code)."""

    no: str
    seq: int
    step: str
    state: str
    rev: int
    due_at: datetime | None
    once: dict[str, str] = {}


class ClockOut(CommitmentOut):
    case: str


class ClockPage(Schema):
    items: list[ClockOut]
    next: str | None


class FileOut(Schema):
    id: str
    name: str
    mime: str
    size: int


class Me(Schema):
    name: str
    number: str | None
    offices: list[str]
    opens: list[str]
