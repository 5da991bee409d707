"""Audits: nothing altered, cut off or taken away; every stored clock equal to what the journal gives."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count

from shouwen.ground.models import Organization
from shouwen.kernel import clocks, figures
from shouwen.kernel.fold import Event, fold
from shouwen.kernel.journal import chain_hash, digest_of
from shouwen.kernel.models import Case, Clock, Entry, EntryData, Seal, Series, Stream
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.seals import heads_of, root_of

CHUNK = 500


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be: where, and what."""

    where: str
    what: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def audit_journal() -> Iterator[Difference]:
    """Walks every chain, every head, every seal and every number series; yields what is wrong, nothing if all holds."""
    for org in Organization.objects.order_by("id"):
        names = _names(org.pk)
        heads = _heads(org.pk)
        yield from _chains(org.pk, heads, names)
        yield from _seals(org.pk, heads, names)
        yield from _numbers(org.pk)


def _names(org_id: int) -> dict[tuple[str, int], str]:
    found = {("case", pk): no for pk, no in Case.objects.filter(org_id=org_id).values_list("id", "no")}
    streams = Stream.objects.filter(org_id=org_id).values_list("stream_type", "id", "key")
    return found | {(kind, pk): f"{kind} {key}" for kind, pk, key in streams}


def _heads(org_id: int) -> dict[tuple[str, int], tuple[int, str]]:
    cases = Case.objects.filter(org_id=org_id).values_list("id", "head_seq", "head_hash")
    found = {("case", pk): (seq, digest) for pk, seq, digest in cases}
    streams = Stream.objects.filter(org_id=org_id).values_list("stream_type", "id", "head_seq", "head_hash")
    return found | {(kind, pk): (seq, digest) for kind, pk, seq, digest in streams}


def _chains(
    org_id: int, heads: dict[tuple[str, int], tuple[int, str]], names: dict[tuple[str, int], str]
) -> Iterator[Difference]:
    entries = Entry.objects.filter(org_id=org_id).select_related("data").order_by("stream_type", "stream_id", "seq")
    at: tuple[str, int] | None = None
    seq, last = 0, ""
    seen: set[tuple[str, int]] = set()
    for entry in entries.iterator(chunk_size=CHUNK):
        key = (entry.stream_type, entry.stream_id)
        if key != at:
            if at is not None:
                yield from _end(at, seq, last, heads, names)
            at, seq, last = key, 0, ""
            seen.add(key)
        where = f"{names.get(key, f'{key[0]} {key[1]}')} entry {entry.seq}"
        if entry.seq != seq + 1:
            yield Difference(where, f"entries {seq + 1} to {entry.seq - 1} are missing")
        elif entry.prev_hash != last:
            yield Difference(where, "does not continue the entry before it")
        if chain_hash(entry) != entry.hash:
            yield Difference(where, "was altered: its hash does not fit its content")
        yield from _words(entry, where)
        seq, last = entry.seq, entry.hash
    if at is not None:
        yield from _end(at, seq, last, heads, names)
    for key in sorted(set(heads) - seen):
        if heads[key][0]:
            yield Difference(names[key], "has no entries left")


def _words(entry: Entry, where: str) -> Iterator[Difference]:
    try:
        data = entry.data
    except EntryData.DoesNotExist:
        yield Difference(where, "its words are gone though nobody erased them")
        return
    if data.erased_by is None and (data.salt is None or digest_of(data.salt, data.body) != entry.digest):
        yield Difference(where, "its words were altered")


def _end(
    key: tuple[str, int], seq: int, last: str, heads: dict[tuple[str, int], tuple[int, str]],
    names: dict[tuple[str, int], str],
) -> Iterator[Difference]:  # fmt: skip
    if key not in heads:
        yield Difference(f"{key[0]} {key[1]}", f"has {seq} entries, but the row itself has vanished")
    elif heads[key] != (seq, last):
        yield Difference(names[key], f"ends at entry {seq}, but {heads[key][0]} were written: the tail was cut off or altered")


def _seals(
    org_id: int, heads: dict[tuple[str, int], tuple[int, str]], names: dict[tuple[str, int], str]
) -> Iterator[Difference]:
    prev = ""
    for seal in Seal.objects.filter(org_id=org_id).order_by("day").iterator(chunk_size=50):
        where = f"seal of {seal.day}"
        try:
            lines = zlib.decompress(bytes(seal.heads))
        except zlib.error:
            yield Difference(where, "cannot be read: it was altered")
            continue
        if seal.prev != prev or root_of(seal.prev, seal.day, lines) != seal.root:
            yield Difference(where, "does not fit its content or the seal before it")
        prev = seal.root
        wanted = heads_of(seal)
        for start in range(0, len(wanted), CHUNK):
            yield from _sealed(wanted[start : start + CHUNK], where, names)


def _sealed(
    rows: list[tuple[str, int, int, str]], where: str, names: dict[tuple[str, int], str]
) -> Iterator[Difference]:
    ids = [pk for _kind, pk, _seq, _digest in rows]
    found = {
        (kind, pk, seq): digest
        for kind, pk, seq, digest in Entry.objects.filter(
            stream_id__in=ids, seq__in={seq for _k, _p, seq, _d in rows}
        ).values_list("stream_type", "stream_id", "seq", "hash")
    }
    for kind, pk, seq, digest in rows:
        if found.get((kind, pk, seq)) != digest:
            name = names.get((kind, pk), f"{kind} {pk}")
            what = "has vanished" if (kind, pk) not in names else f"entry {seq} is not the one that was sealed"
            yield Difference(name, f"{what} ({where})")


def _numbers(org_id: int) -> Iterator[Difference]:
    """Case numbers have no gaps: a missing one is a case that was taken away, sealed or not."""
    for series in Series.objects.filter(org_id=org_id).order_by("key", "period"):
        if not series.period:
            continue
        prefix = f"{series.key}{series.period}-"
        there = set(Case.objects.filter(org_id=org_id, no__startswith=prefix).values_list("no", flat=True))
        for n in range(1, series.last + 1):
            if f"{prefix}{n:04d}" not in there:
                yield Difference(f"{prefix}{n:04d}", "the case has vanished")


def audit_clocks() -> Iterator[Difference]:
    """Folds every case anew up to the moment its rows are true for, and compares rows, pauses, due time and figures."""
    last = 0
    while True:
        cases = list(Case.objects.filter(pk__gt=last, kind__in=kinds).order_by("id")[:CHUNK])
        if not cases:
            break
        last = cases[-1].pk
        yield from _compare(cases)
    for org in Organization.objects.order_by("id"):
        counted, stored = figures.recount(org.pk), figures.stored(org.pk)
        for key in sorted(set(counted) | set(stored), key=str):
            if counted[key] != stored[key]:
                yield Difference(f"figure {' '.join(map(str, key))}", f"{stored[key]} stored, {counted[key]} counted")


def _compare(cases: list[Case]) -> Iterator[Difference]:
    ids = [case.pk for case in cases]
    events: dict[int, list[Event]] = {pk: [] for pk in ids}
    rows = Entry.objects.filter(stream_type="case", stream_id__in=ids).order_by("stream_id", "seq")
    for entry in rows.iterator(chunk_size=CHUNK):
        events[entry.stream_id].append(Event.of(entry))
    stored: dict[int, dict[Any, Clock]] = {pk: {} for pk in ids}
    for clock in Clock.objects.filter(case_id__in=ids).prefetch_related("pauses"):
        stored[clock.case_id][(clock.key, clock.cycle, clock.seq)] = clock
    for case in cases:
        yield from _one(case, events[case.pk], stored[case.pk])


def _one(case: Case, events: list[Event], stored: dict[Any, Clock]) -> Iterator[Difference]:
    facts = fold(case.spec, events, rulebook(case.org_id, case.site_id), until=case.folded_at)
    for fact in facts:
        name = f"{case.no} {fact.key}.{fact.cycle}.{fact.seq}"
        clock = stored.pop((fact.key, fact.cycle, fact.seq), None)
        if clock is None:
            yield Difference(name, "should run by the journal, but is not stored")
            continue
        for column, value in clocks.values(fact).items():
            if getattr(clock, column) != value:
                yield Difference(name, f"{column}: {getattr(clock, column)} stored, {value} by the journal")
        pauses = sorted((p.from_at, p.until_at, p.entry_seq) for p in clock.pauses.all())
        if pauses != sorted((p.since, p.until, p.entry_seq) for p in fact.pauses):
            yield Difference(name, "its pauses differ from the journal")
    for key in stored:
        yield Difference(f"{case.no} {key[0]}.{key[1]}.{key[2]}", "is stored, but not in the journal")
    live = [fact.due_at for fact in facts if fact.verdict is None and fact.paused_at is None]
    if case.due_at != (min(live) if live else None):
        yield Difference(case.no, "its next due time is not that of its clocks")
    moved = [event for event in events if event.to_state != event.from_state]
    if events and case.state != max(moved, key=lambda e: e.seq).to_state:
        yield Difference(case.no, f"stands at {case.state}, but the journal at {max(moved, key=lambda e: e.seq).to_state}")


def alarms_doubled() -> int:
    """How many rungs fired more than once for the same due time; the database forbids it, the audit counts it."""
    from shouwen.kernel.models import Alarm

    return Alarm.objects.values("clock", "rung", "due_at").annotate(n=Count("id")).filter(n__gt=1).count()
