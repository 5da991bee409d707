"""The daily seal (封签): a hash over every head of the journal that moved since the seal before.

With yesterday's seal printed and signed, a cut tail or a vanished case shows, whoever holds the database.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from shouwen.kernel.canonical import sha256
from shouwen.kernel.models import Entry, Seal
from shouwen.kernel.zones import local_date


def moved_heads(org_id: int, *, after: datetime | None, until: datetime) -> Iterator[tuple[str, int, int, str]]:
    """The last entry of every stream recorded after one moment and up to another: type, id, seq, hash; in order."""
    rows = Entry.objects.filter(org_id=org_id, recorded_at__lte=until)
    if after is not None:
        rows = rows.filter(recorded_at__gt=after)
    last: dict[tuple[str, int], tuple[int, str]] = {}
    for kind, pk, seq, digest in rows.values_list("stream_type", "stream_id", "seq", "hash").order_by("id").iterator():
        if (kind, pk) not in last or last[(kind, pk)][0] < seq:
            last[(kind, pk)] = (seq, digest)
    for (kind, pk), (seq, digest) in sorted(last.items()):
        yield kind, pk, seq, digest


def lines_of(heads: Iterator[tuple[str, int, int, str]]) -> bytes:
    return "".join(f"{kind} {pk} {seq} {digest}\n" for kind, pk, seq, digest in heads).encode()


def seal_day(org_id: int, *, at: datetime) -> Seal | None:
    """Seals what moved since the last seal; once a day of the site, the day being the one that `at` lies in."""
    day = local_date(at)
    with transaction.atomic():
        if Seal.objects.filter(org_id=org_id, day=day).exists():
            return None
        before = Seal.objects.filter(org_id=org_id).order_by("-day").first()
        lines = lines_of(moved_heads(org_id, after=before.sealed_at if before else None, until=at))
        prev = before.root if before else ""
        return Seal.objects.create(
            org_id=org_id, day=day, sealed_at=at, heads=zlib.compress(lines), count=lines.count(b"\n"), prev=prev,
            root=root_of(prev, day, lines),
        )  # fmt: skip


def root_of(prev: str, day: date, lines: bytes) -> str:
    return sha256(prev.encode() + day.isoformat().encode() + lines)


def heads_of(seal: Seal) -> list[tuple[str, int, int, str]]:
    """The heads a seal stands over, as written when it was made."""
    found = []
    for line in zlib.decompress(bytes(seal.heads)).decode().splitlines():
        kind, pk, seq, digest = line.rsplit(" ", 3)
        found.append((kind, int(pk), int(seq), digest))
    return found
