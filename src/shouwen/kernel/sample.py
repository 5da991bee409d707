"""A sample nobody can steer: its seed is drawn before the cases come and stands in the journal, so that anyone can check it."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from shouwen.ground.actors import system_actor
from shouwen.kernel import journal
from shouwen.kernel.canonical import sha256
from shouwen.kernel.models import Entry, Stream
from shouwen.kernel.zones import local_date


def seed_of(org_id: int, key: str, *, at: datetime) -> str:
    """The seed of the month in which a moment lies; drawn and journaled when first asked for."""
    name = f"{key}:{local_date(at):%Y-%m}"
    found = Stream.objects.filter(org_id=org_id, stream_type="sample", key=name, head_seq__gt=0).first()
    if found is None:
        with transaction.atomic():
            head = journal.stream(org_id, "sample", name)
            if head.head_seq == 0:
                saying = journal.Saying(
                    step="draw", happened_at=at, recorded_at=at, facts={"seed": secrets.token_hex(16)}
                )
                journal.append(head, saying, actor=system_actor(org_id))
            found = head
    drawn = Entry.objects.get(stream_type="sample", stream_id=found.pk, seq=1)
    return str(drawn.facts["seed"])


def drawn(seed: str, subject: str, share: int) -> bool:
    """Whether a subject falls into a sample of so many per cent: the same answer whenever it is asked."""
    return int(sha256(f"{seed}:{subject}".encode()), 16) % 10_000 < share * 100


__all__ = ["drawn", "seed_of"]
