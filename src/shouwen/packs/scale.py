"""A year of work in bulk: the demo's cases, handled by real steps, lived again all over the year in many communities.

Every copy has its own chain, clocks and verdicts by the same fold that judges real work. Planned in chunks, each one
transaction with its mark, so that a run broken off goes on where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from shouwen.ground import bulk, search
from shouwen.ground.ids import new_id
from shouwen.ground.models import Organization, Party, Place, SearchDoc
from shouwen.kernel import tallies
from shouwen.kernel.models import Case, Figure, Run, RunItem, Series
from shouwen.kernel.registry import kinds
from shouwen.kernel.seals import seal_day
from shouwen.kernel.zones import local_date, midnight
from shouwen.packs import pool
from shouwen.packs.prototypes import Copier, Pattern, patterns
from shouwen.packs.towns import Town

WEEKS, CHUNK, JITTER = 52, 500, 900
ENTRIES = 6.4  # of a case, on the average
TOWN = 1_000_000_000  # subjects of a run from here on are communities
WEEK = timedelta(days=7)
Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Order:
    """One chunk of the plan: how many cases of which week before now; the seed makes it the same each time."""

    number: int
    week: int
    count: int


@dataclass
class Batch:
    """What a chunk came to, ready to be written: case rows with prefix, period, id and search words; rows of other tables."""

    order: Order
    cases: list[tuple[str, str, int, str, bulk.Row]] = field(default_factory=list)
    tables: dict[type[models.Model], list[bulk.Row]] = field(default_factory=dict)


def orders(cases: int) -> list[Order]:
    """The year from its oldest week to this one, in chunks of equal size."""
    found: list[Order] = []
    for place in range(WEEKS):
        left = cases * (place + 1) // WEEKS - cases * place // WEEKS
        while left > 0:
            found.append(Order(len(found), WEEKS - 1 - place, min(CHUNK, left)))
            left -= CHUNK
    return found


class Maker:
    """Makes batches from the patterns and communities of an organization; each process has one."""

    def __init__(self, org_id: int, now: datetime, sites: list[int]) -> None:
        self.org_id, self.now, self.sites = org_id, now, sites
        first = Run.objects.filter(org_id=org_id, key__startswith="scale:").order_by("id").values_list("id", flat=True)
        self.patterns = patterns(org_id, before=first[0])  # copies are no patterns: they came after the first run began
        self._towns: dict[int, Town] = {}
        self._weeks: dict[int, tuple[list[Pattern], list[float]]] = {}

    def town(self, site_id: int) -> Town:
        if site_id not in self._towns:
            town = self._towns[site_id] = Town.read(site_id)
            town.standing_for(self.town(self.sites[0]))
        return self._towns[site_id]

    def _shift(self, pattern: Pattern, week: int) -> timedelta:
        """Whole weeks, so that days of the week stay what they were."""
        return WEEK * ((self.now - pattern.case.opened_at) // WEEK - week)

    def fitting(self, week: int) -> tuple[list[Pattern], list[float]]:
        """The patterns that can have happened in a week: all of this week's own, else closed ones that end in time."""
        if week not in self._weeks:
            if week == 0:
                found = [one for one in self.patterns if not self._shift(one, 0)]
            else:
                found = [
                    one for one in self.patterns if one.closed_at and one.closed_at + self._shift(one, week) < self.now
                ]
            self._weeks[week] = (found, _weights(found))
        return self._weeks[week]

    def make(self, order: Order) -> Batch:
        rng = random.Random(f"{order.number} {order.week}")
        copier, batch, made = Copier(self.org_id, now=self.now, rng=rng), Batch(order), []
        found, weights = self.fitting(order.week)
        for pattern in rng.choices(found, weights, k=order.count):
            home = self.town(rng.choice(self.sites)).home(pattern, rng)
            shift = self._shift(pattern, order.week) - timedelta(seconds=rng.randrange(JITTER))
            made.append(copier.copy(pattern, home, shift))
        made.sort(key=lambda copy: copy.case["opened_at"])
        for copy in made:
            prefix = kinds[copy.case["kind"]].number
            period = f"{local_date(copy.case['opened_at']):%y%m}"
            row = bulk.table(Case).row(copy.case)
            batch.cases.append((prefix, period, copy.case["id"], " ".join(dict.fromkeys(copy.tokens)), row))
            for model, values in copy.rows:
                batch.tables.setdefault(model, []).append(bulk.table(model).row(values))
        return batch


def _weights(found: list[Pattern]) -> list[float]:
    """Short cases are drawn less often, so that a case has its entries on the average."""
    long = [len(one.entries) for one in found if len(one.entries) >= ENTRIES]
    short = [len(one.entries) for one in found if len(one.entries) < ENTRIES]
    missing = sum(ENTRIES - n for n in short)
    share = min(1.0, sum(n - ENTRIES for n in long) / missing) if missing else 1.0
    return [1.0 if len(one.entries) >= ENTRIES else share for one in found]


class Writer:
    """Writes batches in the order of the plan; case numbers are given here, without gaps."""

    def __init__(self, org_id: int, now: datetime) -> None:
        self.org_id, self.now = org_id, now
        self._place = bulk.table(Case).columns.index("no")

    def write(self, batch: Batch, run: Run) -> None:
        with transaction.atomic():
            last = {(s.key, s.period): s for s in Series.objects.select_for_update().filter(org_id=self.org_id)}
            cases, docs = [], []
            for prefix, period, pk, tokens, row in batch.cases:
                series = last.get((prefix, period))
                if series is None:
                    series = last[(prefix, period)] = Series(org_id=self.org_id, key=prefix, period=period, last=0)
                    series.save(force_insert=True)
                series.last += 1
                no = f"{prefix}{period}-{series.last:04d}"
                cases.append((*row[: self._place], no, *row[self._place + 1 :]))
                words = " ".join(search.tokens(f"{no} {no.replace('-', '')}"))
                doc = {"org_id": self.org_id, "kind": "case", "object_id": pk, "changed_at": self.now}
                docs.append(bulk.table(SearchDoc).row({**doc, "tokens": f"{words} {tokens}"}))
            Series.objects.bulk_update(last.values(), ["last"])
            bulk.write(Case, cases)
            for model, rows in batch.tables.items():
                bulk.write(model, rows)
            bulk.write(SearchDoc, docs)
            RunItem.objects.filter(run=run, subject=batch.order.number).update(done_at=self.now)


def begin(org: Organization, *, cases: int, customers: int, now: datetime) -> Run:
    """The run with its plan: the one that was broken off, else a new one."""
    run, made = Run.objects.get_or_create(
        org=org, key=f"scale:{cases}:{customers}", done_at=None,
        defaults={"created_at": now, "data": {"cases": cases, "customers": customers, "now": now.isoformat()}},
    )  # fmt: skip
    if made:
        items = [RunItem(run=run, subject=order.number) for order in orders(cases)]
        RunItem.objects.bulk_create(items, batch_size=1000)
    return run


def build_towns(org: Organization, run: Run, story: Any, *, customers: int, progress: Progress) -> list[int]:
    """Further communities until there are so many customers; each is one transaction. Returns all communities' ids."""
    at = org_start(run) - timedelta(days=1)
    while (there := Party.objects.filter(org=org).count()) < customers:
        sites = Place.objects.filter(org=org, kind="community").count()
        with transaction.atomic():
            story.settle(org, at=at, number=sites + 1, people=customers - there, save=bulk.save)
        progress(min(99, int(100 * there / customers)), f"{there}")
    return list(Place.objects.filter(org=org, kind="community").order_by("id").values_list("id", flat=True))


def org_start(run: Run) -> datetime:
    return datetime.fromisoformat(run.data["now"]) - WEEK * WEEKS


def fill(run: Run, sites: list[int], *, processes: int, progress: Progress) -> int:
    """Makes and writes every chunk that is left; returns how many cases were written now."""
    now, org_id = datetime.fromisoformat(run.data["now"]), run.org_id
    left = set(run.items.filter(done_at__isnull=True, subject__lt=TOWN).values_list("subject", flat=True))
    todo = [order for order in orders(run.data["cases"]) if order.number in left]
    writer, done, whole = Writer(org_id, now), 0, sum(order.count for order in todo)
    week: int | None = None
    for batch in _batches(todo, (org_id, now, sites), processes):
        if week is not None and batch.order.week != week:
            _seal(org_id, now, week)
        week = batch.order.week
        writer.write(batch, run)
        done += batch.order.count
        progress(min(99, 100 * done // max(1, whole)), f"{done}")
    return done


def _seal(org_id: int, now: datetime, week: int) -> None:
    """A seal at the end of each old week; the weeks of the demo itself are sealed day by day, the rest at the end."""
    end = midnight(local_date(now - WEEK * week)) - timedelta(microseconds=1)
    seal_day(org_id, at=end)


def finish(run: Run, *, at: datetime) -> None:
    """Figures anew from all verdicts, a last seal, statistics for the database."""
    with transaction.atomic():
        _figures(run.org_id)
        tallies.anew(run.org_id)
        seal_day(run.org_id, at=at)
        Run.objects.filter(pk=run.pk).update(done_at=at, total=run.data["cases"])
    bulk.analyze()


def _figures(org_id: int) -> None:
    """The daily figures as the folded deltas add up to, made in one statement."""
    same = ("org_id", "day", "clause", "kind", "key", "verdict")
    kept = ("site_id", "building_id", "dept_id", "staff_id")
    dims = ", ".join([*same, *(f"COALESCE({name}, 0)" for name in kept)])
    Figure.objects.filter(org_id=org_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO kernel_figure (id, {', '.join([*same, *kept])}, count) "
            f"SELECT %s + ROW_NUMBER() OVER (), {dims}, SUM(amount) FROM kernel_figuredelta "
            f"WHERE org_id = %s AND folded_at IS NOT NULL GROUP BY {dims} HAVING SUM(amount) <> 0",
            [new_id(), org_id],
        )


def _batches(todo: list[Order], given: tuple[int, datetime, list[int]], processes: int) -> Iterator[Batch]:
    """Batches in the order of the plan, made beside the writer where there are processes for it."""
    if processes < 1 or not todo:
        maker = Maker(*given)
        yield from (maker.make(order) for order in todo)
        return
    yield from pool.batches(todo, given, processes)


__all__ = ["begin", "build_towns", "fill", "finish", "orders"]
