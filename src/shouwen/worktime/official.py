"""The official Chinese years: which weekdays were holidays, which weekend days were worked (调休), year by year."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


class AnnouncementError(ValueError):
    """A text that announces no year; the message says what is missing."""


@dataclass(frozen=True)
class OfficialYears:
    """Announced years: days off and days worked against the plain week. `source` says where they come from."""

    years: frozenset[int]
    off: frozenset[date]
    work: frozenset[date]
    source: str = ""

    def with_year(self, other: OfficialYears) -> OfficialYears:
        """These years and another announcement's; the later one decides about its own year and days it names."""
        keep_off = {day for day in self.off if day not in other.work}
        keep_work = {day for day in self.work if day not in other.off}
        return OfficialYears(
            self.years | other.years, frozenset(keep_off | other.off), frozenset(keep_work | other.work),
            f"{self.source}; {other.source}".strip("; "),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "years": sorted(self.years),
            "off": [day.isoformat() for day in sorted(self.off)],
            "work": [day.isoformat() for day in sorted(self.work)],
        }

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> OfficialYears:
        days = {name: frozenset(date.fromisoformat(day) for day in spec.get(name, ())) for name in ("off", "work")}
        return cls(frozenset(int(year) for year in spec["years"]), days["off"], days["work"], spec.get("source", ""))


@cache
def built_in() -> OfficialYears:
    """The years 2004–2026, from the PyPI package chinesecalendar 1.11.0 (MIT), compared day by day in the tests."""
    return OfficialYears.from_json(json.loads(Path(__file__).with_name("official_cn.json").read_text(encoding="utf-8")))


def import_year(spec: Mapping[str, Any] | Iterable[Mapping[str, Any]] | Path) -> OfficialYears:
    """An announcement as published: `{"year", "papers", "days": [{"date", "name", "off"}]}`, or a list of such years.

    Raises AnnouncementError where a year has no days: an empty year is not announced yet.
    """
    data: Any = json.loads(spec.read_text(encoding="utf-8")) if isinstance(spec, Path) else spec
    found = OfficialYears(frozenset(), frozenset(), frozenset())
    for one in data if isinstance(data, list) else [data]:
        if not isinstance(one, Mapping) or "year" not in one:
            raise AnnouncementError("an announcement names its year and its days: {year, days: [{date, off}]}")
        days = one.get("days") or []
        if not days:
            continue
        try:
            off = frozenset(date.fromisoformat(day["date"]) for day in days if day["off"])
            work = frozenset(date.fromisoformat(day["date"]) for day in days if not day["off"])
        except (KeyError, TypeError, ValueError) as error:
            raise AnnouncementError(f"a day of {one['year']} cannot be read: {error}") from None
        papers = ", ".join(one.get("papers") or [])
        found = found.with_year(OfficialYears(frozenset({int(one["year"])}), off, work, papers))
    if not found.years:
        raise AnnouncementError("no year here has any days: it has not been announced yet")
    return found
