"""Erasures and withdrawn consents that outlive a backup: a list beside the database, so that an older copy obeys them too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from shouwen.ground.actors import system_actor
from shouwen.ground.models import Party

Again = Callable[[int, str, datetime, datetime], bool]
again: list[Again] = []


def book() -> Path:
    """The file with one line each: the row's number and the moment, of a consent its purpose; nothing personal."""
    return Path(settings.DATA) / "erased.jsonl"


def note(party_id: int, *, at: datetime, consent: str = "") -> None:
    """Adds an erasure, or a consent taken back, to the list, at once on disk."""
    line = {"party": party_id, "at": at.isoformat(), **({"consent": consent} if consent else {})}
    book().parent.mkdir(parents=True, exist_ok=True)
    with book().open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _lines() -> Iterator[dict[str, Any]]:
    if book().exists():
        for line in book().read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def noted() -> Iterator[int]:
    """Rows erased in this installation, oldest first."""
    for line in _lines():
        if "consent" not in line:
            yield int(line["party"])


def withdrawn() -> Iterator[tuple[int, str, datetime]]:
    """Consents taken back in this installation, oldest first: whose, which, when."""
    for line in _lines():
        if "consent" in line:
            yield int(line["party"]), str(line["consent"]), datetime.fromisoformat(line["at"])


def repeats(fn: Again) -> Again:
    """Adds what takes a consent back once more: it gets whose, which and when it was taken back, and says whether it had to."""
    again.append(fn)
    return fn


def withdraw_again(*, at: datetime) -> int:
    """Takes back the consents that a restored database still holds though they were withdrawn; returns how many."""
    return sum(fn(party, consent, when, at) for party, consent, when in withdrawn() for fn in again)


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
