"""The calendars the product knows by name."""

from __future__ import annotations

from functools import cache
from typing import Any

from shouwen.worktime.calendar import Calendar
from shouwen.worktime.spec import DAYS, CalendarError

OFFICE = [["08:30", "12:00"], ["14:00", "18:00"]]
BUILT_IN: dict[str, dict[str, Any]] = {
    "cn": {"tz": "Asia/Shanghai", "official": "cn", "week": dict.fromkeys(DAYS[:5], OFFICE)},
    "desk": {"tz": "Asia/Shanghai", "week": {day: [["08:00", "20:00"]] for day in DAYS}},
    "always": {"tz": "Asia/Shanghai", "week": {day: [["00:00", "24:00"]] for day in DAYS}},
}


@cache
def calendar(name: str) -> Calendar:
    """A calendar by name: `cn` official days 08:30–12:00 and 14:00–18:00, `desk` daily 08:00–20:00, `always`."""
    if name not in BUILT_IN:
        raise CalendarError(f"there is no calendar “{name}”; the known ones are {', '.join(BUILT_IN)}")
    return Calendar.from_json(BUILT_IN[name], name=name, version="built-in")
