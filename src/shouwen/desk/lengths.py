"""How long promises took from start to stop: median and 90th percentile of each."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import FloatField, Func

from shouwen.desk.report import NUMBERED, Asked, Report, Row, ended, figures
from shouwen.ground.actors import Actor
from shouwen.kernel import tallies

TIMES = 500  # of each promise of a department, building or person the newest so many tell median and 90th percentile


def add_times(report: Report, actor: Actor) -> None:
    """Median and 90th percentile of the time from start to stop, beside the share of each promise.

    Read off the tallies, which count lengths in steps (`tallies.in_steps`): the figure is the step in which the promise at
    that rank lies, so within half a step of it. Of one department, building or person they are those of the newest clocks
    of each promise, to the second.
    """
    question = report.question
    if question.by != "promise":
        return
    if any(name in NUMBERED for name, _value in question.only):
        for row in report.rows:
            spans = sorted(_spans(question, actor, row))
            if spans:
                row.median, row.most = nearest_rank(spans, 50), nearest_rank(spans, 90)
        return
    times = _tallied(question, actor)
    for row in report.rows:
        steps = tallies.times_of(times.get(row.value, []))
        if steps:
            row.median, row.most = rank_of(steps, 50), rank_of(steps, 90)


def _tallied(question: Asked, actor: Actor) -> dict[tuple[Any, ...], list[dict[str, int]]]:
    """How many took how many minutes, by promise."""
    found: dict[tuple[Any, ...], list[dict[str, int]]] = defaultdict(list)
    for part in figures(question, actor):
        rows = part.filter(verdict__in=tallies.JUDGED).order_by()
        for *value, took in rows.values_list("clause", "kind", "key", "took"):
            found[tuple(value)].append(took)
    return found


def _spans(question: Asked, actor: Actor, row: Row) -> list[float]:
    """Seconds from start to stop of the newest ended clocks of a promise."""
    clocks = ended(question, actor, row.only).filter(stopped_at__isnull=False, verdict__in=tallies.JUDGED)
    return list(clocks.order_by("-due_at").values_list(Seconds("stopped_at", "starts_at"), flat=True)[:TIMES])


class Seconds(Func):
    """Seconds from the second moment to the first, counted by the database: a busy report reads thousands of them."""

    output_field = FloatField()

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return super().as_sql(compiler, connection, template="EXTRACT(EPOCH FROM %(expressions)s)", arg_joiner=" - ")

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "ROUND(86400 * (%(expressions)s), 3)"
        parts = [compiler.compile(one) for one in self.get_source_expressions()]
        days = " - ".join(f"julianday({sql})" for sql, _params in parts)
        return template % {"expressions": days}, [value for _sql, params in parts for value in params]


def nearest_rank(values: list[float], per_cent: int) -> float:
    """The value at or below which so many per cent lie; of an ordered list."""
    return values[max(0, -(-len(values) * per_cent // 100) - 1)]


def rank_of(steps: list[tuple[int, int]], per_cent: int) -> float:
    """The same of ordered minutes with how many took each, in seconds."""
    left = -(-sum(amount for _minutes, amount in steps) * per_cent // 100)
    for minutes, amount in steps:
        left -= amount
        if left <= 0:
            return 60.0 * minutes
    return 60.0 * steps[-1][0]
