"""Many new cards at once (a first import, a demo): prepared and journaled like single ones, in few statements."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from shouwen.ground.actors import Actor
from shouwen.kernel.canonical import plain
from shouwen.kernel.journal import chain_hash, digest_of
from shouwen.kernel.models import Entry, EntryData, Stream
from shouwen.kernel.refusals import NotAllowed
from shouwen.kernel.registers import Register

BATCH = 2000


def take_over(register: Register, rows: Iterable[Any], *, actor: Actor, at: datetime) -> list[Any]:
    """Saves new rows of a register, completed by its `prepare`, each journaled on its card.

    Whoever brings them has checked them; what the database forbids still fails as a whole. The register's `after` is
    not run: the caller brings indexes up to date.
    """
    if not register.edits(actor):
        raise NotAllowed(register.label, register.clause)
    rows = list(rows)
    if register._prepare is not None:
        for row in rows:
            register._prepare(row, at)
    with transaction.atomic():
        register.model._default_manager.bulk_create(rows, batch_size=BATCH)
        _journal(register, rows, actor=actor, at=at)
    return rows


def _journal(register: Register, rows: list[Any], *, actor: Actor, at: datetime) -> None:
    """An `add` entry for each row, at the end of its card's chain; a card without a stream gets one."""
    cards = {register._card(row) for row in rows}
    types = {stream_type for stream_type, _key in cards}
    wanted = Stream.objects.filter(org_id=actor.org_id, stream_type__in=types)
    heads = {(head.stream_type, head.key): head for head in wanted if (head.stream_type, head.key) in cards}
    there = set(heads)
    entries: list[Entry] = []
    data: list[EntryData] = []
    for row in rows:
        card = register._card(row)
        head = heads.get(card)
        if head is None:
            head = heads[card] = Stream(org_id=actor.org_id, stream_type=card[0], key=card[1])
        entry, words = _entry(register, row, head, actor=actor, at=at)
        entries.append(entry)
        data.append(words)
    Stream.objects.bulk_create([heads[card] for card in heads if card not in there], batch_size=BATCH)
    Stream.objects.bulk_update([heads[card] for card in there], ["head_seq", "head_hash"], batch_size=500)
    Entry.objects.bulk_create(entries, batch_size=BATCH)
    EntryData.objects.bulk_create(data, batch_size=BATCH)


def _entry(register: Register, row: Any, head: Stream, *, actor: Actor, at: datetime) -> tuple[Entry, EntryData]:
    values = register._values(row)
    salt, body = secrets.token_hex(16), plain({"before": {}, "after": register.said(values)})
    entry = Entry(
        org_id=actor.org_id, stream_type=head.stream_type, stream_id=head.pk, seq=head.head_seq + 1, step="add",
        actor_id=actor.staff_id, party_id=None, on_behalf_id=None, happened_at=at, recorded_at=at, cycle=1,
        facts=plain({"register": register.name, "row": row.pk, "fields": sorted(values)}),
        digest=digest_of(salt, body), prev_hash=head.head_hash,
    )  # fmt: skip
    entry.hash = chain_hash(entry)
    head.head_seq, head.head_hash = entry.seq, entry.hash
    return entry, EntryData(entry=entry, salt=salt, body=body)


__all__ = ["take_over"]
