"""Cases that were really handled, as patterns: lived again elsewhere and at another time, judged anew by the same fold."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from django.apps import apps
from django.db import models

from shouwen.ground import search
from shouwen.ground.ids import new_id
from shouwen.kernel import clocks, tallies
from shouwen.kernel.canonical import plain
from shouwen.kernel.fold import ClockFact, Event, fold
from shouwen.kernel.indexing import text_of
from shouwen.kernel.journal import chain_hash, digest_of
from shouwen.kernel.models import (
    Alarm,
    Case,
    Clock,
    ClockPause,
    Entry,
    EntryData,
    FigureDelta,
    Notice,
    Outbox,
    Submission,
)
from shouwen.kernel.rulebook import Rulebook
from shouwen.kernel.zones import day_of_due

MOMENT, DAY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"), re.compile(r"\d{4}-\d\d-\d\d")
OWN = (Clock, ClockPause, Alarm, Notice, Outbox, FigureDelta, Submission)  # what follows from entries, made anew
MINUTE = timedelta(minutes=1)
Values = dict[str, Any]
Key = tuple[type[models.Model], str]


@dataclass
class Pattern:
    """One case as it was: its row, its entries with their words, and every row of other tables that belongs to it."""

    case: Case
    entries: list[Entry]
    words: list[Any]
    rows: list[tuple[type[models.Model], Values]]
    tokens: list[str] = field(default_factory=list)

    @property
    def closed_at(self) -> datetime | None:
        return self.case.closed_at


@dataclass
class Home:
    """Where a copy happens: the place, who lives there, and the ids that stand for those of the pattern's community."""

    site_id: int
    building_id: int | None
    place_id: int
    party_id: int | None
    tokens: list[str]
    ids: Mapping[int, int]


@dataclass
class Copy:
    """The rows of one copied case by model, in values; its number is given when it is written."""

    case: Values
    tokens: list[str]
    rows: list[tuple[type[models.Model], Values]] = field(default_factory=list)

    def add(self, model: type[models.Model], **values: Any) -> None:
        self.rows.append((model, values))


def belonging() -> tuple[list[Key], list[Key]]:
    """Tables whose rows belong to one case and can be copied, each with its column; and those that hang on such rows."""
    first: list[Key] = []
    for model in apps.get_models():
        keys = [f for f in model._meta.concrete_fields if f.is_relation and f.related_model is Case]
        if len(keys) == 1 and model not in OWN and model is not Case and _copies(model):
            first.append((model, keys[0].attname))
    known = {model for model, _column in first}
    second = [
        (model, f.attname) for model in apps.get_models() for f in model._meta.concrete_fields
        if f.is_relation and f.related_model in known and model not in known and model not in OWN and _copies(model)
    ]  # fmt: skip
    return first, second


def _copies(model: type[models.Model]) -> bool:
    """Whether a copy of a row can stand beside it: whatever is unique names the case, the entry or the row it hangs on."""
    keys = {f.name for f in model._meta.concrete_fields if f.is_relation}
    apart = [c for c in model._meta.total_unique_constraints if not keys & set(c.fields)]
    single = [f for f in model._meta.concrete_fields if f.unique and not f.primary_key and not f.is_relation]
    return not (apart or single)


def patterns(org_id: int, *, before: int) -> list[Pattern]:
    """Every case of an organization, with an id before one, that somebody opened and that stands for itself; whole."""
    first, second = belonging()
    cases: Any = Case.objects.filter(org_id=org_id, pk__lt=before, parent__isnull=True, root__isnull=True)
    parents = Case.objects.filter(parent__isnull=False).values("parent_id")
    cases = cases.exclude(pk__in=parents).select_related("place", "party").order_by("id")
    found = {case.pk: Pattern(case, [], [], []) for case in cases}
    wanted = Entry.objects.filter(stream_type="case", stream_id__in=list(found))
    for entry in wanted.select_related("data").order_by("seq"):
        found[entry.stream_id].entries.append(entry)
        found[entry.stream_id].words.append(entry.data.body)
    for model, column in first:
        for row in _rows(model, column, list(found)):
            found[row[column]].rows.append((model, row))
    owners = {row["id"]: one for one in found.values() for _model, row in one.rows if "id" in row}
    for model, column in second:
        for row in _rows(model, column, list(owners)):
            owners[row[column]].rows.append((model, row))
    kept = [one for one in found.values() if _alone(one)]
    for one in kept:
        one.tokens = _tokens(one.case)
    return kept


def _rows(model: type[models.Model], column: str, ids: list[int]) -> Iterable[Values]:
    names = [f.attname for f in model._meta.concrete_fields]
    for start in range(0, len(ids), 500):
        yield from model._default_manager.filter(**{f"{column}__in": ids[start : start + 500]}).values(*names)


def _alone(pattern: Pattern) -> bool:
    """Whether somebody opened it, and no entry was caused by another case's."""
    own, first = {entry.pk for entry in pattern.entries}, pattern.entries[0]
    opened = first.actor_id is not None or first.party_id is not None
    return opened and all(entry.cause_id is None or entry.cause_id in own for entry in pattern.entries)


def _tokens(case: Case) -> list[str]:
    """What a case is found by, without its number, place and customer."""
    bare = SimpleNamespace(no="", title=case.title, spec=case.spec, sheet=case.sheet, place=None, party=None)
    return search.tokens(text_of(cast(Case, bare)))


class Copier:
    """Makes copies of patterns; one a process."""

    def __init__(self, org_id: int, *, now: datetime, rng: random.Random) -> None:
        self.org_id, self.now, self.rng = org_id, now, rng
        self._book = Rulebook(org_id, None)

    def copy(self, pattern: Pattern, home: Home, shift: timedelta) -> Copy:
        """The pattern's case lived again at another place and time: entries chained anew, clocks and verdicts by `fold`."""
        ids = {**home.ids, pattern.case.pk: new_id()}
        ids.update((entry.pk, new_id()) for entry in pattern.entries)
        ids.update((row["id"], new_id()) for _model, row in pattern.rows if "id" in row)
        if pattern.case.place_id:
            ids[pattern.case.place_id] = home.place_id
        if pattern.case.party_id and home.party_id:
            ids[pattern.case.party_id] = home.party_id
        moved = Moved(ids, shift)
        made = Copy(self._case(pattern, home, moved), [*pattern.tokens, *home.tokens])
        events = self._entries(pattern, made, moved)
        for model, row in pattern.rows:
            made.add(model, **{name: moved.value(value) for name, value in row.items()})
        self._clocks(pattern, made, events)
        return made

    def _case(self, pattern: Pattern, home: Home, moved: Moved) -> Values:
        names = [f.attname for f in Case._meta.concrete_fields]
        case = {name: moved.value(getattr(pattern.case, name)) for name in names}
        return case | {"site_id": home.site_id, "building_id": home.building_id, "place_id": home.place_id}

    def _entries(self, pattern: Pattern, made: Copy, moved: Moved) -> list[Event]:
        prev, events = "", []
        for old, body in zip(pattern.entries, pattern.words, strict=True):
            said = plain(moved.value(body))
            salt = secrets.token_hex(16)
            entry = SimpleNamespace(
                id=moved.ids[old.pk], org_id=self.org_id, stream_type="case", stream_id=made.case["id"], seq=old.seq,
                step=old.step, actor_id=moved.value(old.actor_id), party_id=moved.value(old.party_id),
                on_behalf_id=moved.value(old.on_behalf_id), happened_at=old.happened_at + moved.shift,
                recorded_at=old.recorded_at + moved.shift, from_state=old.from_state, to_state=old.to_state,
                cycle=old.cycle, facts=moved.value(old.facts), cause_id=moved.value(old.cause_id),
                digest=digest_of(salt, said), prev_hash=prev,
            )  # fmt: skip
            entry.hash = prev = chain_hash(cast(Entry, entry))
            made.add(Entry, **vars(entry))
            made.add(EntryData, entry_id=entry.id, salt=salt, body=said, erased_by=None)
            events.append(Event.of(cast(Entry, entry)))
        made.case["head_seq"], made.case["head_hash"] = len(events), prev
        return events

    def _clocks(self, pattern: Pattern, made: Copy, events: list[Event]) -> None:
        spec, case = pattern.case.spec, made.case
        facts = fold(spec, events, self._book, until=case["folded_at"])
        for fact in facts:
            self._clock(spec.commitments[fact.key], fact, made)
        live = [fact.due_at for fact in facts if fact.verdict is None and fact.paused_at is None]
        case["due_at"] = min(live) if live else None

    def _clock(self, promise: Any, fact: ClockFact, made: Copy) -> None:
        case, pk = made.case, new_id()
        row = clocks.values(fact) | {
            "id": pk, "org_id": self.org_id, "case_id": case["id"], "kind": case["kind"], "key": fact.key,
            "cycle": fact.cycle, "seq": fact.seq, "site_id": case["site_id"], "rungs_due": fact.due_at,
        }  # fmt: skip
        until = min(fact.ended_at or self.now, self.now)
        times = clocks.rung_times(promise, fact.starts_at, fact.due_at, self._book) if promise.rungs else []
        fired = [] if fact.paused_at else [(at, rung) for at, rung in times if at < until]
        row["rungs_fired"], row["alarm_at"] = len(fired), None
        if fact.verdict is None and fact.paused_at is None:
            ahead = [at for at, _rung in times[len(fired) :]]
            ahead += [max(fact.due_at, self.now)] if promise.every else []
            row["alarm_at"] = min(ahead, default=None)
        made.add(Clock, **row)
        for pause in fact.pauses:
            made.add(
                ClockPause, clock_id=pk, from_at=pause.since, until_at=pause.until, reason=pause.reason,
                entry_seq=pause.entry_seq,
            )  # fmt: skip
        for at, rung in fired:
            made.add(Alarm, clock_id=pk, rung=rung, due_at=fact.due_at, planned_at=at, fired_at=_whole_minute(at))
        if fact.verdict is not None:
            made.add(
                FigureDelta, org_id=self.org_id, day=day_of_due(fact.due_at), clause=fact.clause, kind=case["kind"],
                key=fact.key, site_id=case["site_id"], building_id=case["building_id"], dept_id=case["dept_id"],
                staff_id=fact.answerable, verdict=fact.verdict, amount=1, clock_id=pk, folded_at=self.now,
                took=tallies.took(fact),
            )  # fmt: skip


def _whole_minute(at: datetime) -> datetime:
    return at if not (at.second or at.microsecond) else at.replace(second=0, microsecond=0) + MINUTE


@dataclass
class Moved:
    """How values of a pattern read in its copy: other rows for rows, moments shifted."""

    ids: Mapping[int, int]
    shift: timedelta

    def value(self, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.ids.get(value, value)
        if isinstance(value, datetime):
            return value + self.shift
        if isinstance(value, date):
            return value + timedelta(days=round(self.shift / timedelta(days=1)))
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {key: self.value(inner) for key, inner in value.items()}
        return [self.value(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    def _text(self, text: str) -> str:
        if len(text) > 40 or not text[:4].isdigit():
            return text
        if MOMENT.match(text):
            moved = datetime.fromisoformat(text.replace("Z", "+00:00")) + self.shift
            return cast(str, plain(moved.astimezone(UTC)))
        if DAY.fullmatch(text):
            return (date.fromisoformat(text) + timedelta(days=round(self.shift / timedelta(days=1)))).isoformat()
        return text
