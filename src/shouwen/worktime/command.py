"""What `shouwen due` prints."""

from __future__ import annotations

from datetime import datetime
from unicodedata import east_asian_width

from shouwen.worktime.builtin import calendar as named
from shouwen.worktime.calendar import Calendar
from shouwen.worktime.explain import explain, shown
from shouwen.worktime.goals import Goal


def due_text(calendar: str | Calendar, start: str, goal: str, *, count: bool = False, language: str = "zh") -> str:
    """The due time on the first line, opening first for windows; then, if wished, the count line by line."""
    found = named(calendar) if isinstance(calendar, str) else calendar
    at = datetime.fromisoformat(start)
    at = at if at.tzinfo else at.replace(tzinfo=found.zone)
    parsed = Goal.parse(goal)
    due = found.due(at, parsed)
    text = shown(due.due_at, found, midnight_as_24=parsed.at is None and not parsed.is_time)
    if due.opens_at is not None:
        text = f"{shown(due.opens_at, found)} .. {text}"
    if due.provisional:
        text += " （暂定）" if language.startswith("zh") else " (provisional)"
    if not count:
        return text
    lines = explain(found, at, parsed, language=language)
    room = max(columns(line.when) for line in lines)
    rows = (f"  {line.when}{' ' * (room - columns(line.when))}  {line.what}  {line.count}".rstrip() for line in lines)
    return "\n".join([text, *rows])


def columns(text: str) -> int:
    """How many columns a text takes on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
