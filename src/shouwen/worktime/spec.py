"""The written form of a calendar, read with words for everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shouwen.worktime.official import OfficialYears, built_in
from shouwen.worktime.table import Spans, merged, to_micros, without

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = 60_000_000
EXTRA_HOURS = [["09:00", "17:00"]]
KNOWN = {
    "tz", "week", "holidays", "yearly_holidays", "date_hours", "breaks", "extra_working_days", "official",
    "official_years", "makeup_weekday", "closings",
}  # fmt: skip


class CalendarError(ValueError):
    """A calendar that cannot be used; the message says which part and why."""


@dataclass(frozen=True)
class Hours:
    """The hours of any day, by precedence: special hours, extra working days, make-up days, holidays, the week."""

    spec: dict[str, Any]
    zone: ZoneInfo
    week: tuple[Spans, ...]
    holidays: frozenset[date]
    yearly: frozenset[tuple[int, int]]
    special: dict[date, Spans]
    breaks: dict[date, Spans]
    extra: frozenset[date]
    makeup: int
    official: OfficialYears | None
    closings: Spans = field(default_factory=list)

    def of(self, day: date) -> Spans:
        """Working spans of a day, in microseconds from its midnight."""
        spans = self._plain(day)
        return without(spans, self.breaks[day]) if day in self.breaks else spans

    def _plain(self, day: date) -> Spans:
        if day in self.special:
            return self.special[day]
        if day in self.extra:
            return self.week[day.weekday()] or _spans(EXTRA_HOURS, "extra_working_days")
        if day in self.holidays or (day.month, day.day) in self.yearly:
            return []
        if self.official is not None:
            if day in self.official.work:
                return self.week[day.weekday()] or self.week[self.makeup]
            if day in self.official.off:
                return []
        return self.week[day.weekday()]


def _minutes(text: Any, where: str) -> int:
    try:
        hour, minute = str(text).split(":")
        value = int(hour) * 60 + int(minute)
    except ValueError:
        raise CalendarError(f"{where}: “{text}” is not a time such as 08:30 or 24:00") from None
    if not 0 <= value <= 24 * 60 or int(minute) > 59:
        raise CalendarError(f"{where}: there is no time {text}")
    return value


def _spans(rows: Any, where: str) -> Spans:
    found: Spans = []
    if not isinstance(rows, (list, tuple)):
        raise CalendarError(f"{where}: write a list of [from, to]")
    for row in rows:
        if not isinstance(row, (list, tuple)) or len(row) != 2:
            raise CalendarError(f"{where}: each window is [from, to]")
        start, end = _minutes(row[0], where), _minutes(row[1], where)
        if end <= start:
            raise CalendarError(f"{where}: {row[0]}–{row[1]} ends before it begins; split it at 24:00")
        found.append((start * MINUTE, end * MINUTE))
    return merged(found)


def _date(text: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise CalendarError(f"{where}: “{text}” is not a date such as 2026-10-01") from None


def _yearly(text: Any) -> tuple[int, int]:
    try:
        month, day = str(text).split("-")
        date(2024, int(month), int(day))
    except ValueError:
        raise CalendarError(f"yearly_holidays: “{text}” is not a day such as 10-01") from None
    return int(month), int(day)


def _instant(text: Any, zone: ZoneInfo) -> int:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise CalendarError(f"closings: “{text}” is not a date and time") from None
    return to_micros(at if at.tzinfo else at.replace(tzinfo=zone))


def read(spec: Mapping[str, Any], official_years: OfficialYears | None = None) -> Hours:
    """The hours a written calendar means. Raises CalendarError, also for one without any working time."""
    if not isinstance(spec, Mapping):
        raise CalendarError("a calendar is an object with tz and week")
    unknown = sorted(set(spec) - KNOWN)
    if unknown:
        raise CalendarError(f"a calendar has no “{unknown[0]}”; it has: {', '.join(sorted(KNOWN))}")
    try:
        zone = ZoneInfo(str(spec.get("tz", "Asia/Shanghai")))
    except (KeyError, ValueError, OSError):
        raise CalendarError(f"tz: there is no time zone “{spec.get('tz')}”") from None
    week = spec.get("week") or {}
    if not isinstance(week, Mapping) or set(week) - set(DAYS):
        raise CalendarError(f"week: the days are {' '.join(DAYS)}")
    hours = Hours(
        dict(spec), zone, tuple(_spans(week.get(day, []), f"week {day}") for day in DAYS),
        frozenset(_date(day, "holidays") for day in spec.get("holidays", ())),
        frozenset(_yearly(day) for day in spec.get("yearly_holidays", ())),
        {_date(day, "date_hours"): _spans(rows, f"date_hours {day}") for day, rows in spec.get("date_hours", {}).items()},
        {_date(day, "breaks"): _spans(rows, f"breaks {day}") for day, rows in spec.get("breaks", {}).items()},
        frozenset(_date(day, "extra_working_days") for day in spec.get("extra_working_days", ())),
        _makeup(spec.get("makeup_weekday", "mon")), _official(spec, official_years),
        merged([(_instant(a, zone), _instant(b, zone)) for a, b in spec.get("closings", ())]),
    )  # fmt: skip
    if not any(hours.week) and not hours.extra and not any(hours.special.values()):
        raise CalendarError("this calendar has no working time at all; give at least one window")
    return hours


def _makeup(day: Any) -> int:
    if day not in DAYS:
        raise CalendarError(f"makeup_weekday: the days are {' '.join(DAYS)}")
    return DAYS.index(day)


def _official(spec: Mapping[str, Any], given: OfficialYears | None) -> OfficialYears | None:
    wanted = spec.get("official")
    if wanted in (None, False):
        return None
    if wanted != "cn":
        raise CalendarError("official: only “cn”, the official Chinese years, is known")
    years = given or built_in()
    return years.with_year(OfficialYears.from_json(spec["official_years"])) if "official_years" in spec else years
