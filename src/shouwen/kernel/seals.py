"""The daily seal (封签): a hash over every head of the journal that moved since the seal before.

With yesterday's seal printed and signed, a cut tail or a vanished case shows, whoever holds the database.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwen.kernel.canonical import sha256
from shouwen.kernel.models import Case, Entry, Seal, Stream
from shouwen.kernel.perform import own_rules
from shouwen.kernel.zones import local_date

SKEW = 2_000 << 22  # two seconds of row ids: how far the clocks of two machines that write may lie apart
CHUNK = 500


@dataclass(frozen=True)
class Head:
    """The last entry of a stream when it was sealed; `name` is the case's number, or the stream's own key."""

    stream_type: str
    stream_id: int
    seq: int
    hash: str
    name: str = ""

    def line(self) -> str:
        return f"{self.stream_type} {self.stream_id} {self.seq} {self.hash} {self.name}\n"


def moved_heads(org_id: int, *, before: Seal | None) -> Iterator[Head]:
    """The head of every stream that has an entry written since a seal, whatever that entry's date; in order."""
    rows = Entry.objects.filter(org_id=org_id)
    if before is not None:
        rows = rows.filter(pk__gt=before.pk - SKEW)
    last: dict[tuple[str, int], tuple[int, str]] = {}
    for kind, pk, seq, digest in rows.values_list("stream_type", "stream_id", "seq", "hash").order_by("id").iterator():
        if (kind, pk) not in last or last[(kind, pk)][0] < seq:
            last[(kind, pk)] = (seq, digest)
    keys = sorted(last)
    for start in range(0, len(keys), CHUNK):
        named = names(keys[start : start + CHUNK])
        for key in keys[start : start + CHUNK]:
            yield Head(*key, *last[key], named.get(key, ""))


def names(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What people call these streams, where their row is still there: a case's number, a stream's type and key."""
    wanted = list(keys)
    cases = Case.objects.filter(pk__in=[pk for kind, pk in wanted if kind == "case"]).values_list("id", "no")
    streams = Stream.objects.filter(pk__in=[pk for kind, pk in wanted if kind != "case"])
    return {("case", pk): no for pk, no in cases} | {
        (kind, pk): f"{kind} {key}" for kind, pk, key in streams.values_list("stream_type", "id", "key")
    }


def seal_day(org_id: int, *, at: datetime) -> Seal | None:
    """Seals what moved since the last seal; once a day of the site, the day being the one that `at` lies in.

    Waits until no step is under way, so that an entry committed later has a later id and falls to the next seal.
    """
    day = local_date(at)
    with transaction.atomic():
        own_rules(org_id)
        if Seal.objects.filter(org_id=org_id, day=day).exists():
            return None
        before = Seal.objects.filter(org_id=org_id).order_by("-id").first()
        lines = "".join(head.line() for head in moved_heads(org_id, before=before)).encode()
        prev = before.root if before else ""
        return Seal.objects.create(
            org_id=org_id, day=day, sealed_at=at, heads=zlib.compress(lines), count=lines.count(b"\n"), prev=prev,
            root=root_of(prev, day, lines),
        )  # fmt: skip


def root_of(prev: str, day: date, lines: bytes) -> str:
    """What is printed and signed: it stands for every head below it and for the seal before."""
    return sha256(prev.encode() + day.isoformat().encode() + lines)


def heads_of(lines: bytes) -> list[Head]:
    """The heads a seal stands over, as written when it was made."""
    found = []
    for line in lines.decode().splitlines():
        kind, pk, seq, digest, name = line.split(" ", 4)
        found.append(Head(kind, int(pk), int(seq), digest, name))
    return found
