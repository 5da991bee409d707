"""A calendar resolved into dated intervals with running totals, in whole microseconds of UTC, so that each question is
one binary search."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
DAY = 86_400_000_000
Spans = list[tuple[int, int]]  # microseconds from local midnight, or instants


def to_micros(at: datetime) -> int:
    """An aware moment as microseconds since 1970-01-01 UTC."""
    return (at - EPOCH) // MICRO


def to_datetime(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def merged(spans: Spans) -> Spans:
    """Sorted spans without overlaps or empty ones."""
    found: Spans = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(spans: Spans, taken: Spans) -> Spans:
    """Spans with other spans taken out."""
    for start, end in taken:
        spans = [
            piece
            for a, b in spans
            for piece in ((a, min(b, start)), (max(a, end), b))
            if piece[1] > piece[0]
        ]  # fmt: skip
    return spans


class Table:
    """Days first..last (exclusive) of one calendar: `starts`/`ends` of working intervals, `total` before each, `mids`
    local midnights, `opens`/`closes` of each day (-1 where it has no hours), `working` indexes of working days."""

    def __init__(
        self, first: date, last: date, zone: ZoneInfo, hours: Callable[[date], Spans], closings: Spans
    ) -> None:
        self.first = first.toordinal()
        days = [date.fromordinal(n) for n in range(self.first, last.toordinal() + 1)]
        self.mids = array("q", (to_micros(datetime(d.year, d.month, d.day, tzinfo=zone)) for d in days))
        self.opens, self.closes = array("q"), array("q")
        intervals: Spans = []
        for index, day in enumerate(days[:-1]):
            spans = self._instants(day, index, hours(day), zone)
            spans = without(spans, closings) if closings else spans
            self.opens.append(spans[0][0] if spans else -1)
            self.closes.append(spans[-1][1] if spans else -1)
            intervals += spans
        intervals = merged(intervals)
        self.starts = array("q", (start for start, _end in intervals))
        self.ends = array("q", (end for _start, end in intervals))
        self.total = array("q", accumulate((end - start for start, end in intervals), initial=0))
        self.done = array("q", self.total[1:])
        self.working = array("q", (i for i, close in enumerate(self.closes) if close >= 0))
        self.before = array("q", accumulate((int(close >= 0) for close in self.closes), initial=0))

    def _instants(self, day: date, index: int, spans: Spans, zone: ZoneInfo) -> Spans:
        length = self.mids[index + 1] - self.mids[index]
        if length == DAY:
            return [(self.mids[index] + a, self.mids[index] + b) for a, b in spans]
        return merged([(self._wall(day, a, zone), self._wall(day, b, zone)) for a, b in spans])

    @staticmethod
    def _wall(day: date, micros: int, zone: ZoneInfo) -> int:
        """A wall-clock time on a day when the clock changes; a time that is skipped is the moment of the change."""
        naive = datetime.combine(day, time.min) + timedelta(microseconds=micros)
        at = naive.replace(tzinfo=zone)
        if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
            return to_micros(at)
        low, high = to_micros(at.replace(fold=1).astimezone(UTC)), to_micros(at.astimezone(UTC))
        before = to_datetime(low).astimezone(zone).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            if to_datetime(middle).astimezone(zone).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high
