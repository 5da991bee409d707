"""What `shouwen calendar` tells about a calendar: its rows in the list, and a year at a glance."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from shouwen.ground.models import Place
from shouwen.kernel.calendars import books
from shouwen.kernel.models import CalendarVersion
from shouwen.kernel.rulebook import rulebook
from shouwen.worktime import Calendar


def rows(org_id: int, *, at: datetime) -> list[dict[str, Any]]:
    """Each calendar as it is in force: key, community, zone, hours, years known, since when and from which source."""
    codes = dict(Place.objects.filter(org_id=org_id, kind="community").values_list("id", "code"))
    found = []
    for key, site_id in books(org_id):
        calendar, pk = rulebook(org_id, site_id).calendar(key, at)
        version = CalendarVersion.objects.select_related("entry").filter(pk=pk or 0).first()
        official = calendar.hours.official
        found.append(
            {
                "key": key, "site": codes.get(site_id, ""), "zone": str(calendar.zone), "hours": hours(calendar),
                "years": f"{min(official.years)}–{max(official.years)}" if official else "",
                "since": f"{version.effective_at.astimezone(calendar.zone):%Y-%m-%d %H:%M}" if version else "",
                "source": version.source if version else official.source if official else "",
                "announced_at": version.entry.facts.get("announced_at") if version else None,
            }
        )  # fmt: skip
    return found


def hours(calendar: Calendar) -> str:
    """The week in short: days with the same hours together, `mon–fri 08:30–12:00 14:00–18:00`."""
    week = calendar.to_json().get("week", {})
    runs: list[list[Any]] = []
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        said = " ".join("–".join(window) for window in week.get(day, []))
        if runs and runs[-1][2] == said:
            runs[-1][1] = day
        else:
            runs.append([day, day, said])
    return ", ".join(f"{a if a == b else f'{a}–{b}'} {said}" for a, b, said in runs if said)


def year_of(calendar: Calendar, year: int) -> dict[str, Any]:
    """A year: how many working days, which weekdays rest, which usual rest days are worked, special hours, closings."""
    spec, rest, makeup, count = calendar.to_json(), [], [], 0
    week = [bool(spans) for spans in calendar.hours.week]
    day = date(year, 1, 1)
    while day.year == year:
        works = calendar.is_working_day(day)
        count += works
        if works != week[day.weekday()]:
            (makeup if works else rest).append(day.isoformat())
        day += timedelta(days=1)
    special = {**spec.get("date_hours", {})}
    return {
        "year": year,
        "announced": calendar.hours.official is None or year in calendar.hours.official.years,
        "working_days": count, "rest": rest, "makeup": makeup,
        "special": [
            f"{on} {' '.join('–'.join(window) for window in spans) or '—'}"
            for on, spans in sorted(special.items())
            if on.startswith(str(year))
        ],
        "closings": [f"{a} – {b}" for a, b in spec.get("closings", []) if a.startswith(str(year)) or b.startswith(str(year))],
    }  # fmt: skip
