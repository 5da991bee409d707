"""How a log is read: which columns say what, how long each type may take, how a start outside hours is moved.

A plan is a TOML file (examples/replay/). Pure: reads files, no database.
"""

from __future__ import annotations

import csv
import lzma
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shouwen
from shouwen.worktime import Calendar

PACKAGE = Path(shouwen.__file__).parent
FOLDERS = (Path("examples/replay"), PACKAGE.parent.parent / "examples" / "replay", PACKAGE / "examples" / "replay")
LOGS = ("requests", "events")


class PlanError(ValueError):
    """A plan or a log that cannot be used; the message says why."""


@dataclass(frozen=True)
class Allowed:
    """How long a type may take: a goal on a calendar, counted from the moved start or from the start itself."""

    goal: str
    calendar: Calendar
    moved: bool


@dataclass
class Plan:
    """A plan as read, with its calendars resolved."""

    name: str
    spec: dict[str, Any]
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for word in ("log", "kind", "zone", "columns"):
            if word not in self.spec:
                raise PlanError(f"the plan {self.name} does not say “{word}”")
        if self.spec["log"] not in LOGS:
            raise PlanError(f"the plan {self.name}: log is one of {', '.join(LOGS)}")
        self.zone = ZoneInfo(self.spec["zone"])
        for name, spec in self.spec.get("calendars", {}).items():
            self.calendars[name] = Calendar.from_json(spec, name=name)

    def column(self, row: dict[str, str], name: str) -> str:
        """What a row says under a name of the plan; nothing where the plan has no such column."""
        return (row.get(self.spec["columns"].get(name, ""), "") or "").strip()

    def moment(self, text: str) -> datetime | None:
        """A wall-clock time of the log as UTC; None where there is none."""
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def moved(self, start: datetime, calendar: Calendar) -> datetime:
        """The start as the plan moves it: off a rest day at the same clock time, then out of the evening."""
        rule, local = self.spec.get("start", {}), start.astimezone(self.zone)
        if rule.get("rest_day") == "next" and not calendar.is_working_day(local.date()):
            local = datetime.combine(calendar.add_working_days(local.date(), 1), local.time(), self.zone)
        if "after" in rule and local.time() >= time.fromisoformat(rule["after"]):
            day = calendar.add_working_days(local.date(), 1)
            local = datetime.combine(day, time.fromisoformat(rule["to"]), self.zone)
        return local.astimezone(UTC)

    def due(self, start: datetime, allowed: Allowed) -> datetime:
        """When a request of a type is due."""
        begin = self.moved(start, allowed.calendar) if allowed.moved else start
        return allowed.calendar.due(begin, allowed.goal).due_at

    def limits(self, beside: Path) -> dict[str, Allowed]:
        """The limit of each type, from the rules file beside the log."""
        rules = self.spec.get("rules")
        if rules is None:
            return {}
        found: dict[str, Allowed] = {}
        for row in rows_of(beside.parent / rules["file"]):
            goal = self.spec["goals"].get(row[rules["unit"]])
            if goal is None:
                raise PlanError(f"{rules['file']}: the plan has no goal for the unit “{row[rules['unit']]}”")
            text = goal["goal"].format(amount=int(row[rules["amount"]]))
            found[row[rules["type"]]] = Allowed(text, self.calendars[goal["calendar"]], bool(goal.get("moved")))
        return found


def find_plan(name: str) -> Plan:
    """A plan by its file, or by its name among the examples."""
    places = [Path(name), *(folder / f"{name}.toml" for folder in FOLDERS)]
    for path in places:
        if path.is_file():
            return Plan(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    known = sorted({path.stem for folder in FOLDERS for path in folder.glob("*.toml")})
    raise PlanError(f"there is no plan “{name}”; the known ones are {', '.join(known) or 'none'}")


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file with a header, plain or xz-compressed."""
    if not path.is_file():
        raise PlanError(f"there is no file {path.name}")
    with (
        lzma.open(path, "rt", encoding="utf-8", newline="")
        if path.suffix == ".xz"
        else path.open(encoding="utf-8", newline="") as file
    ):
        yield from csv.DictReader(file)
