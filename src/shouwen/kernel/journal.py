"""The journal: append-only entries, chained by hash per stream over salted digests, so that it proves and forgets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization
from shouwen.kernel.canonical import canonical, plain, sha256, spelled
from shouwen.kernel.models import Case, Entry, EntryData, Stream

CHAINED = (
    "prev_hash", "org_id", "stream_type", "stream_id", "seq", "step", "actor_id", "party_id", "on_behalf_id",
    "happened_at", "recorded_at", "from_state", "to_state", "cycle", "facts", "cause_id", "digest",
)  # fmt: skip


@dataclass(frozen=True)
class Saying:
    """What an entry will say: the step, its times, states, clock-readable facts, and erasable words."""

    step: str
    happened_at: datetime
    recorded_at: datetime
    from_state: str = ""
    to_state: str = ""
    cycle: int = 1
    facts: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    cause: Entry | None = None
    on_behalf_id: int | None = None


def chain_hash(entry: Entry) -> str:
    """The hash of an entry over its chained fields, its digest and the hash before it."""
    return sha256(canonical([getattr(entry, name) for name in CHAINED]))


def chained(values: Mapping[str, Any]) -> str:
    """The same of values that are plain already."""
    return sha256(spelled([values[name] for name in CHAINED]))


def digest_of(salt: str, body: Any) -> str:
    """The salted digest that stands in the chain for words that may be erased."""
    return sha256(salt.encode() + canonical(body))


def append(head: Case | Stream, saying: Saying, *, actor: Actor) -> Entry:
    """Writes the next entry of a stream whose head row is locked, and moves the head. The caller saves a case."""
    stream_type = "case" if isinstance(head, Case) else head.stream_type
    salt, body = secrets.token_hex(16), plain(dict(saying.body or {}))
    entry = Entry(
        org_id=head.org_id, stream_type=stream_type, stream_id=head.pk, seq=head.head_seq + 1, step=saying.step,
        actor_id=actor.staff_id, party_id=actor.party_id if actor.staff_id is None else None,
        on_behalf_id=saying.on_behalf_id,
        happened_at=min(saying.happened_at, saying.recorded_at), recorded_at=saying.recorded_at,
        from_state=saying.from_state, to_state=saying.to_state, cycle=saying.cycle,
        facts=plain(dict(saying.facts or {})), cause_id=saying.cause.pk if saying.cause else None,
        digest=digest_of(salt, body), prev_hash=head.head_hash,
    )  # fmt: skip
    entry.hash = chain_hash(entry)
    entry.save(force_insert=True)
    EntryData(entry=entry, salt=salt, body=body).save(force_insert=True)
    head.head_seq, head.head_hash = entry.seq, entry.hash
    if isinstance(head, Stream):
        head.save(update_fields=["head_seq", "head_hash"])
    return entry


def stream(org: Organization | int, stream_type: str, key: str) -> Stream:
    """The head of a stream that is not a case, locked; made when first used. Call inside a transaction."""
    org_id = org if isinstance(org, int) else org.pk
    row, _made = Stream.objects.get_or_create(org_id=org_id, stream_type=stream_type, key=key)
    return Stream.objects.select_for_update().get(pk=row.pk)
