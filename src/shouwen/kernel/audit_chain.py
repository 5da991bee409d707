"""Audit of the journal: nothing altered, cut off or taken away. Clocks have an audit of their own."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from shouwen.ground.models import Organization
from shouwen.kernel.difference import Difference, Progress, silent
from shouwen.kernel.journal import chain_hash, digest_of
from shouwen.kernel.models import Case, Entry, EntryData, Seal, Series, Stream
from shouwen.kernel.seals import Head, heads_of, names, root_of

CHUNK = 500


def audit_journal(org: Organization | None = None, *, progress: Progress = silent) -> Iterator[Difference]:
    """Walks every chain, head, seal and number series, a batch at a time; yields what is wrong, nothing if all holds."""
    for one in [org] if org else Organization.objects.order_by("id"):
        for model in (Case, Stream):
            yield from _chains(model, one.pk, progress)
        yield from _orphans(one.pk)
        yield from _seals(one.pk, progress)
        yield from _numbers(one.pk)


def _chains(model: type[Case] | type[Stream], org_id: int, progress: Progress) -> Iterator[Difference]:
    """Every stream of one sort, CHUNK at a time, with the entries it should have."""
    last, done = 0, 0
    while True:
        rows: Any = model._default_manager.filter(org_id=org_id, pk__gt=last)
        heads: list[Case | Stream] = list(rows.order_by("id")[:CHUNK])
        if not heads:
            return
        last, done = heads[-1].pk, done + len(heads)
        entries: dict[tuple[str, int], list[Entry]] = {_key(head): [] for head in heads}
        written = Entry.objects.filter(org_id=org_id, stream_id__in=[head.pk for head in heads]).select_related("data")
        for entry in written.order_by("seq").iterator(chunk_size=2000):
            entries.get((entry.stream_type, entry.stream_id), []).append(entry)
        erasers = _erasers([entry for found in entries.values() for entry in found])
        for head in heads:
            yield from _chain(head, entries[_key(head)], erasers)
        progress(model._meta.model_name or "", done)


def _key(head: Case | Stream) -> tuple[str, int]:
    return ("case" if isinstance(head, Case) else head.stream_type, head.pk)


def _name(head: Case | Stream) -> str:
    return head.no if isinstance(head, Case) else f"{head.stream_type} {head.key}"


def _erasers(entries: list[Entry]) -> set[int]:
    """Entries of erase runs among those that are said to have emptied these."""
    said = {entry.data.erased_by for entry in entries if hasattr(entry, "data") and entry.data.erased_by is not None}
    return set(Entry.objects.filter(pk__in=said, stream_type="erase").values_list("id", flat=True))


def _chain(head: Case | Stream, entries: list[Entry], erasers: set[int]) -> Iterator[Difference]:
    name, seq, last = _name(head), 0, ""
    if not entries and head.head_seq:
        yield Difference(name, f"has no entries left of {head.head_seq}")
        return
    for entry in entries:
        where = f"{name} entry {entry.seq}"
        if entry.seq != seq + 1:
            yield Difference(where, f"entries {seq + 1} to {entry.seq - 1} before it are missing")
        elif entry.prev_hash != last:
            yield Difference(where, "does not continue the entry before it")
        if chain_hash(entry) != entry.hash:
            yield Difference(where, "was altered: its hash does not fit its content")
        yield from _words(entry, where, erasers)
        seq, last = entry.seq, entry.hash
    if head.head_seq > seq:
        yield Difference(name, f"ends at entry {seq}, but {head.head_seq} were written: its tail was cut off")
    elif (head.head_seq, head.head_hash) != (seq, last):
        yield Difference(name, f"its head names another entry than its last one, {seq}")


def _words(entry: Entry, where: str, erasers: set[int]) -> Iterator[Difference]:
    try:
        data = entry.data
    except EntryData.DoesNotExist:
        yield Difference(where, "its words are gone though nobody erased them")
        return
    if data.erased_by is None:
        if data.salt is None or digest_of(data.salt, data.body) != entry.digest:
            yield Difference(where, "its words were altered")
    elif data.erased_by not in erasers:
        yield Difference(where, "its words are gone, but the entry of the erasure is not there")


def _orphans(org_id: int) -> Iterator[Difference]:
    """Entries whose case or stream is no longer there."""
    for kind, rows in (
        (Case, Entry.objects.filter(stream_type="case")), (Stream, Entry.objects.exclude(stream_type="case")),
    ):  # fmt: skip
        there = kind.objects.filter(pk=OuterRef("stream_id"), org_id=org_id)
        lost = rows.filter(~Exists(there), org_id=org_id).order_by("stream_type", "stream_id")
        for stream_type, stream_id in lost.values_list("stream_type", "stream_id").distinct().iterator():
            yield Difference(f"{stream_type} {stream_id}", "has entries, but the row itself has vanished")
    strange = Entry.objects.filter(org_id=org_id).exclude(stream_type="case").filter(
        Exists(Stream.objects.filter(pk=OuterRef("stream_id")).exclude(stream_type=OuterRef("stream_type")))
    )  # fmt: skip
    for entry in strange.order_by("id").iterator():
        yield Difference(str(entry), "says it belongs to another sort of stream")
    bare = EntryData.objects.filter(~Exists(Entry.objects.filter(pk=OuterRef("entry_id"))))
    for pk in bare.values_list("entry_id", flat=True).order_by("entry_id").iterator():
        yield Difference(f"words {pk}", "the entry they belong to has vanished")


def _seals(org_id: int, progress: Progress) -> Iterator[Difference]:
    prev, done = "", 0
    for seal in Seal.objects.filter(org_id=org_id).order_by("id").iterator(chunk_size=20):
        where, done = f"seal of {seal.day}", done + 1
        try:
            lines = zlib.decompress(bytes(seal.heads))
            heads = heads_of(lines)
        except (zlib.error, ValueError):
            yield Difference(where, "cannot be read: it was altered")
            prev = seal.root
            continue
        if root_of(seal.prev, seal.day, lines) != seal.root:
            yield Difference(where, "was altered: its hash does not fit its content")
        elif seal.prev != prev:
            yield Difference(where, "does not continue the seal before it: one was taken away")
        prev = seal.root
        for start in range(0, len(heads), CHUNK):
            yield from _sealed(heads[start : start + CHUNK], where, org_id)
        progress("seal", done)


def _sealed(heads: list[Head], where: str, org_id: int) -> Iterator[Difference]:
    ids = [head.stream_id for head in heads]
    there = names((head.stream_type, head.stream_id) for head in heads)
    rows = Entry.objects.filter(org_id=org_id, stream_id__in=ids, seq__in={head.seq for head in heads})
    found = {
        (kind, pk, seq): digest for kind, pk, seq, digest in rows.values_list("stream_type", "stream_id", "seq", "hash")
    }
    for head in heads:
        key = (head.stream_type, head.stream_id)
        name = there.get(key) or head.name or f"{key[0]} {key[1]}"
        if key not in there:
            yield Difference(name, f"has vanished; it stands in the {where}")
        elif found.get((*key, head.seq)) is None:
            yield Difference(name, f"entry {head.seq} has vanished; it stands in the {where}")
        elif found[(*key, head.seq)] != head.hash:
            yield Difference(name, f"entry {head.seq} is not the one that stands in the {where}")
        elif head.stream_type == "case" and head.name != there[key]:
            yield Difference(head.name, f"is now called {there[key]}; its number stands in the {where}")


def _numbers(org_id: int) -> Iterator[Difference]:
    """Case numbers have no gaps: a missing one is a case that was taken away, sealed or not."""
    for series in Series.objects.filter(org_id=org_id).exclude(period="").order_by("key", "period"):
        prefix = f"{series.key}{series.period}-"
        numbers = Case.objects.filter(org_id=org_id, no__startswith=prefix).values_list("no", flat=True)
        there = {int(no.removeprefix(prefix)) for no in numbers.iterator() if no.removeprefix(prefix).isdigit()}
        for n in sorted(set(range(1, series.last + 1)) - there):
            yield Difference(f"{prefix}{n:04d}", "the case has vanished")
        for n in sorted(there - set(range(1, series.last + 1))):
            yield Difference(f"{prefix}{n:04d}", "has a number that was never given out")
    unmade = Case.objects.filter(org_id=org_id, no__startswith="~").order_by("id")
    for no in unmade.values_list("no", flat=True).iterator():
        yield Difference(no, "never got its number")
