"""The outbox: what follows from a step, written with it, delivered by the worker at least once, each effect once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from shouwen.kernel.models import Entry, Outbox, OutboxDone

log = logging.getLogger(__name__)
CLAIM = timedelta(seconds=30)  # a claim not renewed for so long is taken over
TRIES = 10
ANY = "*"  # the topic of what a room does after every event of every case
DEPTH = 8  # how long a chain of reactions may become
Consumer = Callable[[Outbox, datetime], None]
Reaction = Callable[[Entry, datetime], None]

consumers: dict[str, list[tuple[str, Consumer]]] = {}
outside: set[Consumer] = set()  # consumers that call another machine: never inside a transaction
reactions: dict[str, list[Reaction]] = {}


def consumer(topic: str, name: str, *, calls_out: bool = False) -> Callable[[Consumer], Consumer]:
    """Adds what shall be done with messages of a topic; it gets the message and the time, and may run twice.

    One that calls another machine (`calls_out`) runs outside any transaction, so that a slow one keeps nobody waiting.
    """

    def add(fn: Consumer) -> Consumer:
        consumers.setdefault(topic, []).append((name, fn))
        if calls_out:
            outside.add(fn)
        return fn

    return add


def reaction(topic: str) -> Callable[[Reaction], Reaction]:
    """Adds what a room does after another's event, `kind.step` or `ANY`: it may take steps, with a key of its own."""

    def add(fn: Reaction) -> Reaction:
        reactions.setdefault(topic, []).append(fn)
        return fn

    return add


def waiting(at: datetime) -> Q:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return Q(done_at__isnull=True, dead_at__isnull=True, not_before__lte=at) & free


def claim(worker: str, *, at: datetime, most: int = 100) -> list[Outbox]:
    """Takes messages that wait, oldest first; nobody else gets them until the claim runs out."""
    with transaction.atomic():
        rows = Outbox.objects.filter(waiting(at)).order_by("not_before", "id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        taken = list(rows[:most])
        Outbox.objects.filter(pk__in=[row.pk for row in taken]).update(
            claimed_by=worker, claimed_until=at + CLAIM, tries=F("tries") + 1
        )
    for row in taken:
        row.tries += 1
    return taken


def release(worker: str) -> int:
    """Gives back what a dead or stopping worker had claimed."""
    return Outbox.objects.filter(claimed_by=worker, done_at__isnull=True).update(claimed_by="", claimed_until=None)


def hand(message: Outbox, name: str, fn: Consumer, *, at: datetime) -> None:
    """Hands a message to one consumer; its mark and its effect are one commit, a second try raises IntegrityError.

    What calls out is marked afterwards: killed in between, it is sent again (its receiver knows it by its id).
    """
    if fn in outside:
        fn(message, at)
        OutboxDone.objects.get_or_create(consumer=name, message=message, defaults={"done_at": at})
        return
    with transaction.atomic():
        OutboxDone.objects.create(consumer=name, message=message, done_at=at)
        fn(message, at)


def deliver(message: Outbox, *, at: datetime) -> bool:
    """Hands a message to each of its consumers once; on an error it waits and is tried again, at last given up."""
    had = set(OutboxDone.objects.filter(message=message).values_list("consumer", flat=True))
    for name, fn in consumers.get(message.topic, ()):
        if name in had:
            continue
        try:
            hand(message, name, fn, at=at)
        except Exception as error:
            log.warning("outbox message not delivered", extra={"consumer": name}, exc_info=True)
            _again(message, f"{name}: {type(error).__name__}: {error}", at=at)
            return False
    Outbox.objects.filter(pk=message.pk).update(done_at=at, error="")
    return True


def _again(message: Outbox, error: str, *, at: datetime) -> None:
    wait = timedelta(seconds=min(3600, 2**message.tries))
    dead = {"dead_at": at} if message.tries >= TRIES else {}
    Outbox.objects.filter(pk=message.pk).update(
        error=error[:300], not_before=at + wait, claimed_until=None, claimed_by="", **dead
    )  # fmt: skip


def drain(worker: str, *, at: datetime, most: int = 100) -> int:
    """Claims and delivers what waits; returns how many were taken."""
    taken = claim(worker, at=at, most=most)
    for message in taken:
        deliver(message, at=at)
    return len(taken)


@consumer("entry", "reactions")
def react(message: Outbox, at: datetime) -> None:
    """Runs the reactions to an entry; each keys its steps by the entry, so that a second run changes nothing."""
    entry = message.entry
    if entry is None or message.case is None:
        return
    found = reactions.get(f"{message.case.kind}.{entry.step}", []) + reactions.get(ANY, [])
    if found and depth(entry) > DEPTH:
        raise RuntimeError("reactions cause each other without end")
    for fn in found:
        fn(entry, at)


def depth(entry: Entry) -> int:
    """How many entries caused each other before this one."""
    steps, cause = 0, entry.cause_id
    while cause is not None and steps <= DEPTH:
        steps, cause = steps + 1, Entry.objects.values_list("cause_id", flat=True).filter(pk=cause).first()
    return steps
