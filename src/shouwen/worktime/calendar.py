"""Calendars: when a service works, and everything that is counted on that. See docs/worktime.md for the rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shouwen.worktime.goals import Goal, Offset, parse_offset
from shouwen.worktime.official import OfficialYears
from shouwen.worktime.spec import CalendarError, Hours, read
from shouwen.worktime.table import EPOCH, MICRO, Spans, Table, merged, to_datetime, to_micros

Pauses = Sequence[tuple[datetime, datetime | None]]
SECOND = 1_000_000
LAST_YEAR = 2200


@dataclass(frozen=True)
class Due:
    """When a promise is due (UTC). `opens_at` for windows; `provisional` if it rests on a year not yet announced."""

    due_at: datetime
    opens_at: datetime | None = None
    provisional: bool = False


class Calendar:
    """A working calendar of one zone. Immutable; resolved into a table of days when first asked, further as needed."""

    def __init__(self, hours: Hours, *, name: str = "", version: str = "") -> None:
        self.hours, self.name, self.version = hours, name, version
        self.zone: ZoneInfo = hours.zone
        self._table: Table | None = None

    @classmethod
    def from_json(
        cls, spec: Mapping[str, Any], *, name: str = "", version: str = "", official_years: OfficialYears | None = None
    ) -> Calendar:
        """A calendar from its inline form (docs/worktime.md). Raises CalendarError in words."""
        return cls(read(spec, official_years), name=name, version=version)

    def to_json(self) -> dict[str, Any]:
        return self.hours.spec

    # --- the resolved table ------------------------------------------------------------------------------------

    def _days(self, micros: int) -> tuple[Table, int]:
        """The table that covers an instant, and the index of its local day."""
        table = self._table
        if table is None or not table.mids[0] <= micros < table.mids[-400]:
            table = self._grow(to_datetime(micros).year - 1, to_datetime(micros).year + 3)
        return table, bisect_right(table.mids, micros) - 1

    def _grow(self, first: int, last: int) -> Table:
        old = self._table
        if old is not None:
            first = min(first, date.fromordinal(old.first).year)
            last = max(last, date.fromordinal(old.first + len(old.closes)).year)
        if last > LAST_YEAR or first < 1900:
            raise CalendarError("this calendar has not enough working time to count that far")
        self._table = Table(date(first, 1, 1), date(last, 1, 1), self.zone, self.hours.of, self.hours.closings)
        return self._table

    def _further(self, table: Table) -> Table:
        year = date.fromordinal(table.first + len(table.closes)).year
        return self._grow(date.fromordinal(table.first).year, year + max(2, year - date.fromordinal(table.first).year))

    # --- time --------------------------------------------------------------------------------------------------

    @staticmethod
    def _worked(table: Table, micros: int) -> int:
        """Working microseconds of the table before an instant."""
        index = bisect_right(table.starts, micros) - 1
        if index < 0:
            return 0
        return table.total[index] + min(micros, table.ends[index]) - table.starts[index]

    def _after(self, micros: int, need: int) -> int:
        """The earliest instant at which `need` more working microseconds have passed."""
        table, _day = self._days(micros)
        wanted = self._worked(table, micros) + need
        while not table.done or wanted > table.done[-1]:
            table = self._further(table)
            wanted = self._worked(table, micros) + need
        index = bisect_left(table.done, wanted)
        return table.starts[index] + wanted - table.total[index]

    def _back(self, micros: int, need: int) -> int:
        """The latest instant from which `need` working microseconds lead up to the given one."""
        table, _day = self._days(micros)
        while self._worked(table, micros) < need:
            table = self._grow(date.fromordinal(table.first).year - 4, date.fromordinal(table.first).year)
        wanted = self._worked(table, micros) - need
        index = bisect_right(table.done, wanted)
        return table.starts[index] + wanted - table.total[index]

    def _paused_add(self, micros: int, need: int, pauses: Pauses, *, continuous: bool) -> int:
        for start, end in closed(pauses):
            if end <= micros:
                continue
            if start > micros:
                gain = start - micros if continuous else self._between(micros, start)
                if gain >= need:
                    break
                need -= gain
            micros = end
        return micros + need if continuous else self._after(micros, need)

    def _between(self, a: int, b: int) -> int:
        self._days(a)
        table, _day = self._days(b)
        return self._worked(table, b) - self._worked(table, a)

    def add(self, start: datetime, seconds: int, *, pauses: Pauses = ()) -> datetime:
        """The moment `seconds` of working time after `start` (before it, if negative); UTC."""
        micros = to_micros(start)
        if seconds < 0:
            return to_datetime(self._back(micros, -seconds * SECOND))
        if seconds == 0:
            return to_datetime(micros)
        return to_datetime(self._paused_add(micros, seconds * SECOND, pauses, continuous=False))

    def elapsed(self, a: datetime, b: datetime, *, pauses: Pauses = ()) -> int:
        """Working seconds from `a` to `b`, negative if `b` is earlier; pauses do not count."""
        start, end = to_micros(a), to_micros(b)
        if end < start:
            return -self.elapsed(b, a, pauses=pauses)
        found = self._between(start, end)
        for since, till in closed(pauses):
            low, high = max(since, start), min(till, end)
            if low < high:
                found -= self._between(low, high)
        return found // SECOND

    def is_open(self, at: datetime) -> bool:
        """Whether the moment lies in a working interval: from its opening, before its close."""
        micros = to_micros(at)
        table, _day = self._days(micros)
        index = bisect_right(table.starts, micros) - 1
        return index >= 0 and micros < table.ends[index]

    def next_open(self, at: datetime) -> datetime:
        """The moment itself if work is on, else the next opening (UTC)."""
        if self.is_open(at):
            return at.astimezone(UTC)
        micros = to_micros(at)
        table, _day = self._days(micros)
        while not table.starts or table.starts[-1] < micros:
            table = self._further(table)
        return to_datetime(table.starts[bisect_left(table.starts, micros)])

    # --- days --------------------------------------------------------------------------------------------------

    def date_of(self, at: datetime) -> date:
        """The local date of a moment."""
        return at.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        table, index = self._days(to_micros(datetime(day.year, day.month, day.day, tzinfo=self.zone)))
        return table.closes[index] >= 0

    def close_of(self, day: date) -> datetime | None:
        """Close of business of a day (UTC; 24:00 is the next day's 00:00), None on a rest day."""
        table, index = self._days(to_micros(datetime(day.year, day.month, day.day, tzinfo=self.zone)))
        return to_datetime(table.closes[index]) if table.closes[index] >= 0 else None

    def open_of(self, day: date) -> datetime | None:
        """Opening of business of a day (UTC), None on a rest day."""
        table, index = self._days(to_micros(datetime(day.year, day.month, day.day, tzinfo=self.zone)))
        return to_datetime(table.opens[index]) if table.opens[index] >= 0 else None

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after a day (before it, if negative); the day itself is not counted."""
        table, index = self._days(to_micros(datetime(day.year, day.month, day.day, tzinfo=self.zone)))
        if n == 0:
            return day
        place = table.before[index + 1] + n - 1 if n > 0 else table.before[index] + n
        while place >= len(table.working) or place < 0:
            first = date.fromordinal(table.first).year
            table = self._further(table) if place >= 0 else self._grow(first - 4, first)
            index = day.toordinal() - table.first
            place = table.before[index + 1] + n - 1 if n > 0 else table.before[index] + n
        return date.fromordinal(table.first + table.working[place])

    def working_days_between(self, start: date, end: date, *, start_in_end_out: bool = False) -> int:
        """Working days after `start` up to and including `end` (or from `start` to before `end`); signed."""
        if end < start:
            return -self.working_days_between(end, start, start_in_end_out=start_in_end_out)
        self._days(to_micros(datetime(start.year, start.month, start.day, tzinfo=self.zone)))
        table, index = self._days(to_micros(datetime(end.year, end.month, end.day, tzinfo=self.zone)))
        shift = 0 if start_in_end_out else 1
        return table.before[index + shift] - table.before[start.toordinal() - table.first + shift]

    # --- promises ----------------------------------------------------------------------------------------------

    def due(self, start: datetime, goal: Goal | str, *, pauses: Pauses = ()) -> Due:
        """When a goal that starts at `start` (aware) is due. Pauses: in time goals the clock stands still; a day whose
        close lies in a pause is not counted."""
        goal = Goal.parse(goal)
        micros = to_micros(start)
        unit = goal.unit
        if unit in ("wh", "wmin") or unit in ("h", "min"):
            return self._due_time(micros, goal, pauses)
        table, index = self._days(micros)
        opens_at = None
        if goal.upper is not None:
            first = self._last_day(table, index, goal.n, unit, pauses)
            opens_at = to_datetime(self._opening(first))
        last = self._last_day(table, index, goal.upper if goal.upper is not None else goal.n, unit, pauses, at=goal.at)
        at = self._closing(last, goal.at, start)
        return Due(to_datetime(at), opens_at, self._provisional(at - 1 if goal.at is None else at))

    def _due_time(self, micros: int, goal: Goal, pauses: Pauses) -> Due:
        need = goal.seconds * SECOND
        if goal.is_continuous:
            at = self._paused_add(micros, need, pauses, continuous=True) if pauses else micros + need
            if goal.upper is None:
                return Due(EPOCH + timedelta(microseconds=at))
            return Due(self.due(to_datetime(micros), f"{goal.upper}{goal.unit}", pauses=pauses).due_at, to_datetime(at))
        at = self._paused_add(micros, need, pauses, continuous=False) if pauses else self._after(micros, need)
        if goal.upper is None:
            return Due(EPOCH + timedelta(microseconds=at), None, self._provisional(at - 1))
        later = self.due(to_datetime(micros), f"{goal.upper}{goal.unit}", pauses=pauses)
        return Due(later.due_at, to_datetime(at), later.provisional)

    def _provisional(self, micros: int) -> bool:
        years = self.hours.official
        if years is None:
            return False
        table, index = self._days(micros)
        return date.fromordinal(table.first + index).year not in years.years

    def _last_day(
        self, table: Table, index: int, n: int, unit: str, pauses: Pauses, *, at: time | str | None = None
    ) -> date:
        """The day on which a count of days ends (arts 201–203), rest days and pauses as the unit says."""
        halted = closed(pauses)
        if unit == "wd":
            if not halted:
                place = table.before[index + 1] + n - 1
                if place < len(table.working):
                    return date.fromordinal(table.first + table.working[place])
            return self._counted(date.fromordinal(table.first + index), n, halted)
        day = date.fromordinal(table.first + index)
        if unit == "d":
            day = self._calendar_days(day, n, halted)
        else:
            day = add_months(day, n if unit == "mo" else 12 * n)
        if at is None and not self.is_working_day(day):
            day = self.add_working_days(day, 1)
        return day

    def _counted(self, day: date, n: int, halted: Spans) -> date:
        while n:
            day = self.add_working_days(day, 1)
            close = self.close_of(day)
            if close is None or not in_pause(to_micros(close), halted):
                n -= 1
        return day

    def _calendar_days(self, day: date, n: int, halted: Spans) -> date:
        if not halted:
            return day + timedelta(days=n)
        while n:
            day += timedelta(days=1)
            close = self.close_of(day) or datetime.combine(day + timedelta(days=1), time(), self.zone)
            if not in_pause(to_micros(close), halted):
                n -= 1
        return day

    def _opening(self, day: date) -> int:
        return to_micros(self.open_of(day) or datetime.combine(day, time(), self.zone))

    def _closing(self, day: date, at: time | str | None, start: datetime) -> int:
        if isinstance(at, time):
            return to_micros(datetime.combine(day, at, self.zone))
        if at == "start":
            return to_micros(datetime.combine(day, start.astimezone(self.zone).time(), self.zone))
        table, index = self._days(to_micros(datetime(day.year, day.month, day.day, tzinfo=self.zone)))
        close = table.closes[index]
        return close if close >= 0 else table.mids[index + 1]

    def offset(self, starts_at: datetime, due_at: datetime, offset: Offset | str) -> datetime:
        """The moment an offset names, seen from a due time; a share is of the working time since the start."""
        found = parse_offset(offset) if isinstance(offset, str) else offset
        if found.n == 0:
            return due_at.astimezone(UTC)
        if found.unit == "%":
            worked = self.elapsed(starts_at, due_at)
            if worked > 0:
                return max(self.add(due_at, -(worked * found.n // 100)), starts_at.astimezone(UTC))
            return due_at.astimezone(UTC) - (due_at - starts_at) * found.n / 100
        if found.unit in ("min", "h"):
            seconds = found.n * (60 if found.unit == "min" else 3600)
            return due_at.astimezone(UTC) + found.sign * timedelta(seconds=seconds)
        if found.unit in ("wmin", "wh"):
            return self.add(due_at, found.sign * found.n * (60 if found.unit == "wmin" else 3600))
        local = due_at.astimezone(self.zone)
        if found.unit == "wd":
            day = self.add_working_days(local.date(), found.sign * found.n)
            return datetime.combine(day, local.time(), self.zone).astimezone(UTC)
        return (local + found.sign * timedelta(days=found.n)).astimezone(UTC)


def closed(pauses: Pauses) -> Spans:
    """Pauses that have ended, as instants, merged; nested and overlapping ones count once."""
    if not pauses:
        return []
    return merged([((a - EPOCH) // MICRO, (b - EPOCH) // MICRO) for a, b in pauses if b is not None])


def in_pause(micros: int, halted: Spans) -> bool:
    return any(start <= micros < end for start, end in halted)


def add_months(day: date, n: int) -> date:
    """The same day n months on; where there is none, the last of the month (Civil Code art. 202)."""
    month = day.year * 12 + day.month - 1 + n
    year, month = divmod(month, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError("no such month")


__all__ = ["Calendar", "Due", "Pauses"]
