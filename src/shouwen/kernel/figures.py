"""Figures of promises: append-only verdict deltas, folded by the worker into one row a day, clause, place and person, and
into the tallies of communities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from shouwen.kernel import tallies
from shouwen.kernel.models import Clock, Figure, FigureDelta
from shouwen.kernel.zones import day_of_due

DIMS = ("org_id", "day", "clause", "kind", "key", "site_id", "building_id", "dept_id", "staff_id", "verdict")


def _key(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(0 if value is None else value for value in values)


def fold_deltas(*, at: datetime, most: int = 5000) -> int:
    """Adds waiting deltas to their figures and marks them, in one transaction; returns how many."""
    with transaction.atomic():
        rows = FigureDelta.objects.filter(folded_at__isnull=True).order_by("id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        deltas = list(rows[:most])
        sums: Counter[tuple[Any, ...]] = Counter()
        for delta in deltas:
            sums[_key(getattr(delta, name) for name in DIMS)] += delta.amount
        for key, amount in sorted(sums.items()):
            if amount:
                _add(dict(zip(DIMS, key, strict=True)), amount)
        tallies.add(deltas)
        FigureDelta.objects.filter(pk__in=[delta.pk for delta in deltas]).update(folded_at=at)
    return len(deltas)


def _add(dims: dict[str, Any], amount: int) -> None:
    figure, _made = Figure.objects.select_for_update().get_or_create(**dims, defaults={"count": 0})
    figure.count += amount
    figure.save(update_fields=["count"])


def recount(org_id: int) -> Counter[tuple[Any, ...]]:
    """The figures as the clocks themselves give them, by day, clause, kind, key and verdict; for audits and tests."""
    found: Counter[tuple[Any, ...]] = Counter()
    ended = Clock.objects.filter(org_id=org_id, verdict__isnull=False)
    for due_at, clause, kind, key, verdict in ended.values_list(
        "due_at", "clause", "kind", "key", "verdict"
    ).iterator():
        found[(day_of_due(due_at), clause, kind, key, verdict)] += 1
    return found


def stored(org_id: int) -> Counter[tuple[Any, ...]]:
    """The folded figures plus what still waits, in the same form as `recount`."""
    found: Counter[tuple[Any, ...]] = Counter()
    columns = ("day", "clause", "kind", "key", "verdict")
    for *key, count in Figure.objects.filter(org_id=org_id).values_list(*columns, "count").iterator():
        found[tuple(key)] += count
    waiting = FigureDelta.objects.filter(org_id=org_id, folded_at__isnull=True)
    for *key, amount in waiting.values_list(*columns, "amount").iterator():
        found[tuple(key)] += amount
    return Counter({key: count for key, count in found.items() if count})
