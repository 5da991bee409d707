"""Many new cards at once (a first import, a demo): prepared and journaled like single ones, in few statements."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from shouwen.ground import bulk
from shouwen.ground.actors import Actor
from shouwen.ground.ids import new_id
from shouwen.kernel.canonical import plain, sha256, spelled
from shouwen.kernel.journal import chained
from shouwen.kernel.models import Entry, EntryData, Stream
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import NotAllowed
from shouwen.kernel.registers import Register

BATCH = 2000
Save = Callable[[type[models.Model], Iterable[Any]], None]
Told = tuple[Register, Any, dict[str, Any], dict[str, Any]]  # a row with its values before and after


def create(model: type[models.Model], rows: Iterable[Any]) -> None:
    """Saves new rows in few statements."""
    model._default_manager.bulk_create(rows, batch_size=BATCH)


def take_over(
    register: Register, rows: Iterable[Any], *, actor: Actor, at: datetime, save: Save = create
) -> list[Any]:  # fmt: skip
    """Saves new rows of a register, completed by its `prepare`, each journaled on its card.

    Whoever brings them has checked them; what the database forbids still fails as a whole. The register's `after` is
    not run: the caller brings indexes up to date. `save` is how rows are written.
    """
    rows = list(rows)
    take_over_all([(register, rows)], actor=actor, at=at, save=save)
    return rows


def take_over_all(
    batches: Sequence[tuple[Register, list[Any]]], *, actor: Actor, at: datetime, save: Save = create,
    facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """The same for rows of several registers that lie on each other's cards: customers with their numbers and homes.

    `facts` stand in every entry: the run with which the rows came.
    """
    _may(batches, actor)
    for register, rows in batches:
        for row in rows:
            if register._prepare is not None:
                register._prepare(row, at)
    with transaction.atomic():
        share_rules(actor.org_id)
        for register, rows in batches:
            save(register.model, rows)
        told: list[Told] = [(register, row, {}, register._values(row)) for register, rows in batches for row in rows]
        _journal("add", told, actor=actor, at=at, save=save, facts=facts)


def take_back_all(
    batches: Sequence[tuple[Register, list[Any]]], *, actor: Actor, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Takes many rows off their cards again, each journaled. Something that still leans on one makes the whole fail."""
    _may(batches, actor)
    with transaction.atomic():
        share_rules(actor.org_id)
        told: list[Told] = [(register, row, register._values(row), {}) for register, rows in batches for row in rows]
        _journal("remove", told, actor=actor, at=at, save=create, facts=facts)
        for register, rows in batches:
            gone = register.model._default_manager.filter(pk__in=[row.pk for row in rows])
            gone._raw_delete(gone.db)  # nothing goes with them: what leans on them is for the database to say


def _may(batches: Sequence[tuple[Register, list[Any]]], actor: Actor) -> None:
    for register, _rows in batches:
        if not register.edits(actor):
            raise NotAllowed(register.label, register.clause)


def _journal(
    step: str, told: list[Told], *, actor: Actor, at: datetime, save: Save, facts: Mapping[str, Any] | None
) -> None:
    """An entry for each row, at the end of its card's chain; a card without a stream gets one."""
    cards = [register._card(row) for register, row, _before, _after in told]
    heads = _heads(list(dict.fromkeys(cards)), actor.org_id)
    there = set(heads)
    entries: list[bulk.Row] = []
    data: list[bulk.Row] = []
    entry_row, data_row, moment = bulk.table(Entry).row, bulk.table(EntryData).row, plain(at)
    alike = {
        "org_id": actor.org_id, "step": step, "actor_id": actor.staff_id, "party_id": None, "on_behalf_id": None,
        "from_state": "", "to_state": "", "cycle": 1, "cause_id": None, "happened_at": moment, "recorded_at": moment,
    }  # fmt: skip
    times = {"happened_at": at, "recorded_at": at}
    for card, one in zip(cards, told, strict=True):
        head = heads.get(card)
        if head is None:
            head = heads[card] = Stream(org_id=actor.org_id, stream_type=card[0], key=card[1])
        entry, words = _entry(one, head, alike, more=facts or {})
        entries.append(entry_row(entry | times))
        data.append(data_row(words))
    save(Stream, [heads[card] for card in heads if card not in there])
    Stream.objects.bulk_update([heads[card] for card in there], ["head_seq", "head_hash"], batch_size=500)
    bulk.write(Entry, entries)
    bulk.write(EntryData, data)


def _heads(cards: list[tuple[str, str]], org_id: int) -> dict[tuple[str, str], Stream]:
    """The streams of these cards that are there already, locked."""
    found: dict[tuple[str, str], Stream] = {}
    for start in range(0, len(cards), 500):
        some = cards[start : start + 500]
        rows = Stream.objects.select_for_update().filter(
            org_id=org_id, stream_type__in={kind for kind, _key in some}, key__in=[key for _kind, key in some]
        )
        found.update({(head.stream_type, head.key): head for head in rows.order_by("id")})
    return {card: found[card] for card in cards if card in found}


def _entry(
    told: Told, head: Stream, alike: Mapping[str, Any], *, more: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of the next entry of a card, and of its words; many of them are alike in all."""
    register, row, before, after = told
    salt = secrets.token_hex(16)
    body = plain({"before": register.said(before), "after": register.said(after)})
    entry = {
        **alike, "id": new_id(), "stream_type": head.stream_type, "stream_id": head.pk, "seq": head.head_seq + 1,
        "facts": plain({"register": register.name, "row": row.pk, "fields": sorted(before | after), **more}),
        "digest": sha256(salt.encode() + spelled(body)), "prev_hash": head.head_hash,
    }  # fmt: skip
    entry["hash"] = chained(entry)
    head.head_seq, head.head_hash = entry["seq"], entry["hash"]
    return entry, {"entry_id": entry["id"], "salt": salt, "body": body, "erased_by": None}


__all__ = ["create", "take_back_all", "take_over", "take_over_all"]
