"""Verdicts of whole communities and of all together, a day and a week at a time, with how long each took.

A report of a year reads some fifty weeks and a few days of each promise, however many cases there were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Sum

from shouwen.ground import bulk
from shouwen.ground.writing import save_many
from shouwen.kernel.models import Clock, FigureDelta, Tally
from shouwen.kernel.zones import day_of_due

DAY, WEEK = 1, 7
EVERYWHERE = -1  # stands for the community where all are counted together; 0 is none
JUDGED = ("kept", "late")  # verdicts of what came to its stop, so that it took a time
HOUR, NIGHT = 60, 24 * 60
STEPS = ((HOUR, 1), (6 * HOUR, 5), (NIGHT, 15), (3 * NIGHT, HOUR), (14 * NIGHT, 4 * HOUR), (120 * NIGHT, NIGHT))
DIMS = ("org_id", "span", "site_id", "day", "clause", "kind", "key", "verdict")
BASE = ("org_id", "site_id", "day", "clause", "kind", "key", "verdict")
Key = tuple[Any, ...]
Sums = dict[Key, tuple[int, Counter[str]]]


def in_steps(seconds: float) -> int:
    """A length in minutes as it is counted: to the minute below an hour, then to 5 and 15 minutes, from a day on to the
    hour, from three days to 4 hours, from two weeks to the day, from four months to the week. It is off by half a step at
    most: half a minute below an hour, then never more than a twentieth of the whole.
    """
    minutes = seconds / 60
    step = next((step for until, step in STEPS if minutes < until), 7 * NIGHT)
    return step * int(minutes / step + 0.5)


def took(clock: Any) -> int | None:
    """How long a promise took from start to stop, in steps; nothing where it never came to its stop."""
    if clock.stopped_at is None or clock.verdict not in JUDGED:
        return None
    return in_steps((clock.stopped_at - clock.starts_at).total_seconds())


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days(since: date, until: date) -> dict[str, Any]:
    """The condition that holds each of these days by itself."""
    return {"span": DAY, "day__gte": since, "day__lte": until}


def parts(since: date, until: date) -> list[dict[str, Any]]:
    """Conditions that together hold each of these days once: whole weeks, and the days before and after them."""
    first, behind = monday(since + timedelta(days=6)), monday(until + timedelta(days=1))
    if behind <= first:
        return [days(since, until)]
    found: list[dict[str, Any]] = [{"span": WEEK, "day__gte": first, "day__lt": behind}]
    if since < first:
        found.append({"span": DAY, "day__gte": since, "day__lt": first})
    if behind <= until:
        found.append({"span": DAY, "day__gte": behind, "day__lte": until})
    return found


def spread(key: Key) -> Iterator[Key]:
    """The four rows that a verdict of a day and community counts in."""
    org_id, site_id, day, *rest = key
    for span, first in ((DAY, day), (WEEK, monday(day))):
        for site in (site_id or 0, EVERYWHERE):
            yield (org_id, span, site, first, *rest)


def summed(found: Iterable[tuple[Key, int | None, int]]) -> Sums:
    """Base keys with lengths and amounts, as the rows they come to."""
    sums: defaultdict[Key, list[Any]] = defaultdict(lambda: [0, Counter()])
    for base, minutes, amount in found:
        for key in spread(base):
            sums[key][0] += amount
            if minutes is not None:
                sums[key][1][str(minutes)] += amount
    return {key: (count, times) for key, (count, times) in sums.items()}


def add(deltas: Iterable[FigureDelta]) -> None:
    """Adds verdict deltas to their rows, inside the transaction of whoever folds them."""
    sums = summed((tuple(getattr(one, name) for name in BASE), one.took, one.amount) for one in deltas)
    if not sums:
        return
    new = [Tally(**dict(zip(DIMS, key, strict=True))) for key in sorted(sums)]
    Tally.objects.bulk_create(new, batch_size=400, ignore_conflicts=True)
    alike = {
        name: {getattr(row, name) for row in new} for name in ("org_id", "span", "site_id", "day", "clause", "key")
    }
    rows = Tally.objects.select_for_update().filter(**{f"{name}__in": values for name, values in alike.items()})
    changed = []
    for row in rows.order_by("id"):
        key = tuple(getattr(row, name) for name in DIMS)
        if key in sums:
            count, times = sums[key]
            row.count += count
            row.took = _added(row.took, times)
            changed.append(row)
    save_many(changed, "count", "took")


def _added(stored: dict[str, int], times: Counter[str]) -> dict[str, int]:
    whole = dict(stored)
    for minutes, amount in times.items():
        whole[minutes] = whole.get(minutes, 0) + amount
    return {minutes: amount for minutes, amount in whole.items() if amount}


def anew(org_id: int, *, tally: type[models.Model] = Tally, delta: type[models.Model] = FigureDelta) -> None:
    """All rows of an organization anew from the deltas that are folded."""
    folded = delta._default_manager.filter(org_id=org_id, folded_at__isnull=False).order_by()
    rows = folded.values_list(*BASE, "took").annotate(Sum("amount")).iterator()
    write(org_id, summed((tuple(base), minutes, amount) for *base, minutes, amount in rows), tally=tally)


def write(org_id: int, sums: Sums, *, tally: type[models.Model] = Tally) -> None:
    """Replaces the rows of an organization."""
    with transaction.atomic():
        tally._default_manager.filter(org_id=org_id).delete()
        bulk.save(tally, [
            tally(**dict(zip(DIMS, key, strict=True)), count=count, took={m: n for m, n in times.items() if n})
            for key, (count, times) in sorted(sums.items()) if count or any(times.values())
        ])  # fmt: skip


def recount(org_id: int) -> Counter[Key]:
    """What the clocks themselves give, by day, clause, kind, key, verdict and length; for audits and tests."""
    found: Counter[Key] = Counter()
    ended = Clock.objects.filter(org_id=org_id, verdict__isnull=False)
    read = ("due_at", "clause", "kind", "key", "verdict", "starts_at", "stopped_at")
    for clock in ended.only(*read).iterator():
        found[(day_of_due(clock.due_at), clock.clause, clock.kind, clock.key, clock.verdict, took(clock))] += 1
    return found


def stored(org_id: int) -> Counter[Key]:
    """The rows of days of all communities together and what still waits, in the same form as `recount`."""
    found: Counter[Key] = Counter()
    columns = ("day", "clause", "kind", "key", "verdict")
    rows = Tally.objects.filter(org_id=org_id, span=DAY, site_id=EVERYWHERE)
    for *key, count, times in rows.values_list(*columns, "count", "took").iterator():
        for minutes, amount in times.items():
            found[(*key, int(minutes))] += amount
        found[(*key, None)] += count - sum(times.values())
    waiting = FigureDelta.objects.filter(org_id=org_id, folded_at__isnull=True)
    for *key, amount, minutes in waiting.values_list(*columns, "amount", "took").iterator():
        found[(*key, minutes)] += amount
    return Counter({key: count for key, count in found.items() if count})


def uneven(org_id: int) -> list[str]:
    """Rows that are not what the days of the communities come to."""
    rows = {tuple(row): (count, times) for *row, count, times in _all(org_id)}
    base = {key: value for key, value in rows.items() if key[1] == DAY and key[2] != EVERYWHERE}
    wanted: defaultdict[Key, list[Any]] = defaultdict(lambda: [0, Counter()])
    for (org, _span, site, *rest), (count, times) in base.items():
        for key in spread((org, site, *rest)):
            wanted[key][0] += count
            wanted[key][1].update(times)
    even = {key: (count, {m: n for m, n in times.items() if n}) for key, (count, times) in wanted.items()}
    empty: tuple[int, dict[str, int]] = (0, {})
    return [
        " ".join(map(str, key[1:]))
        for key in sorted({*rows, *even}, key=str)
        if rows.get(key, empty) != even.get(key, empty)
    ]


def _all(org_id: int) -> Any:
    return Tally.objects.filter(org_id=org_id).values_list(*DIMS, "count", "took").iterator()


def times_of(rows: Iterable[dict[str, int]]) -> list[tuple[int, int]]:
    """Lengths of several rows together: minutes and how many took so long, the shortest first."""
    whole: Counter[str] = Counter()
    for times in rows:
        for minutes, amount in times.items():
            whole[minutes] += amount
    return sorted((int(minutes), amount) for minutes, amount in whole.items() if amount > 0)


__all__ = [
    "DAY", "EVERYWHERE", "WEEK", "add", "anew", "days", "in_steps", "parts", "recount", "spread", "stored", "summed",
    "times_of", "took", "uneven", "write",
]  # fmt: skip
