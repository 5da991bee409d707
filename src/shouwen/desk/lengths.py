"""How long promises took from start to stop: median and 90th percentile of the newest of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import FloatField, Func, Q, QuerySet

from shouwen.desk.report import NUMBERED, Asked, Report, Row, ended, reach
from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Clock
from shouwen.kernel.zones import midnight

TIMES = 500  # of each promise the newest so many tell median and 90th percentile; a busy year has too many to read


def add_times(report: Report, actor: Actor) -> None:
    """Median and 90th percentile of the time from start to stop, beside the share of each promise."""
    question = report.question
    if question.by != "promise":
        return
    for row in report.rows:
        spans = sorted(_spans(question, actor, row))
        if spans:
            row.median, row.most = nearest_rank(spans, 50), nearest_rank(spans, 90)


def _spans(question: Asked, actor: Actor, row: Row) -> list[float]:
    """Seconds from start to stop of the newest ended clocks of a promise."""
    if any(name in NUMBERED for name, _value in question.only):
        clocks = ended(question, actor, row.only).filter(_JUDGED)
        return list(clocks.order_by("-due_at").values_list(Seconds("stopped_at", "starts_at"), flat=True)[:TIMES])
    clause, kind, key = row.value
    days = {"since": midnight(question.since), "until": midnight(question.until + timedelta(days=1))}
    return [seconds for (seconds,) in _of_promise(actor).rows(clause=clause, kind=kind, key=key, **days)]


_JUDGED = Q(stopped_at__isnull=False, verdict__in=("kept", "late"))


@lru_cache(maxsize=1000)
def _of_promise(actor: Actor) -> Prepared:
    def make(clause: str, kind: str, key: str, since: datetime, until: datetime) -> QuerySet[Any, Any]:
        rows = Clock.objects.filter(reach(actor), _JUDGED, clause=clause, kind=kind, key=key)
        rows = rows.filter(due_at__gt=since, due_at__lte=until).order_by("-due_at")
        return rows.values_list(Seconds("stopped_at", "starts_at"))[:TIMES]

    return Prepared(make, clause=str, kind=str, key=str, since=datetime, until=datetime)


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
