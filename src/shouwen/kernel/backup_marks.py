"""Erasures that outlive a backup: a list beside the database, so that restoring an older copy erases again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from shouwen.ground.actors import system_actor
from shouwen.ground.models import Party


def book() -> Path:
    """The file with one line for each erasure: the row's number and the moment, nothing personal."""
    return Path(settings.DATA) / "erased.jsonl"


def note(party_id: int, *, at: datetime) -> None:
    """Adds an erasure to the list, at once on disk."""
    book().parent.mkdir(parents=True, exist_ok=True)
    with book().open("a", encoding="utf-8") as file:
        file.write(json.dumps({"party": party_id, "at": at.isoformat()}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def noted() -> Iterator[int]:
    """Rows erased in this installation, oldest first."""
    if book().exists():
        for line in book().read_text(encoding="utf-8").splitlines():
            yield int(json.loads(line)["party"])


def erase_again(*, at: datetime) -> int:
    """Repeats the erasures that a restored database does not know of; returns how many. `restore` ends with this."""
    from shouwen.kernel.erase import erase_party
    from shouwen.kernel.models import Case

    done = 0
    for party in Party.objects.filter(pk__in=list(noted()), erased_at__isnull=True).order_by("id"):
        if Case.objects.filter(party=party, closed_at__isnull=True).exists():
            continue  # in the older copy a case is still open; `shouwen doctor` names such a customer
        erase_party(party, actor=system_actor(party.org_id), at=at, reason="erased before, restored from a backup")
        done += 1
    return done


def still_there() -> list[int]:
    """Rows that were erased once and are not now: an older copy was restored while their cases were open."""
    return list(
        Party.objects.filter(pk__in=list(noted()), erased_at__isnull=True).order_by("id").values_list("id", flat=True)
    )
