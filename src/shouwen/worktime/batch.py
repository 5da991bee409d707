"""Questions about working time as JSON Lines, one answer a line: the protocol of docs/worktime.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from shouwen.worktime.builtin import calendar as named
from shouwen.worktime.calendar import Calendar, Pauses


class QuestionError(ValueError):
    """A question that cannot be answered; the message says what it lacks."""


@lru_cache(maxsize=512)
def _inline(text: str) -> Calendar:
    return Calendar.from_json(json.loads(text))


def _calendar(record: dict[str, Any]) -> Calendar:
    spec = record.get("calendar")
    if isinstance(spec, str):
        return named(spec)
    return _inline(json.dumps(spec, sort_keys=True))


def _operand(record: dict[str, Any], name: str) -> Any:
    if name not in record:
        raise QuestionError(f"{record['op']} needs “{name}”")
    return record[name]


def _moment(calendar: Calendar, text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise QuestionError(f"“{text}” is not a date and time such as 2026-09-30T10:00:00+08:00") from None
    return at if at.tzinfo else at.replace(tzinfo=calendar.zone)


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        raise QuestionError(f"“{text}” is not a date such as 2026-09-30") from None


def _pauses(calendar: Calendar, record: dict[str, Any]) -> Pauses:
    spans = record.get("pauses", ())
    if not isinstance(spans, (list, tuple)) or any(
        not isinstance(one, (list, tuple)) or len(one) != 2 for one in spans
    ):
        raise QuestionError("“pauses” is a list of pairs; each pause is [from, to]")
    return [(_moment(calendar, a), _moment(calendar, b)) for a, b in spans]


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise QuestionError(f"“{name}” is a whole number")
    return value


def _answer(record: dict[str, Any]) -> dict[str, Any]:
    op = record.get("op")
    calendar = _calendar(record)

    def local(at: datetime) -> str:
        return at.astimezone(calendar.zone).isoformat()

    if op in ("add", "add_with_pauses"):
        start = _moment(calendar, _operand(record, "start"))
        seconds, pauses = _whole(_operand(record, "duration_seconds"), "duration_seconds"), _pauses(calendar, record)
        if seconds < 0 and pauses:
            raise QuestionError("counting backwards takes no pauses")
        return {"due": local(calendar.add(start, seconds, pauses=pauses))}
    if op in ("between", "between_with_pauses"):
        start, end = (_moment(calendar, _operand(record, name)) for name in ("start", "end"))
        return {"seconds": calendar.elapsed(start, end, pauses=_pauses(calendar, record))}
    if op == "add_working_days":
        day, days = _day(_operand(record, "start")), _whole(_operand(record, "days"), "days")
        if record.get("semantics") == "roll_first" and not calendar.is_working_day(day):
            day = calendar.add_working_days(day, 1 if days >= 0 else -1)
        return {"date": calendar.add_working_days(day, days).isoformat()}
    if op == "working_days_between":
        first, last = _day(_operand(record, "start")), _day(_operand(record, "end"))
        out = record.get("semantics") == "start_in_end_out"
        return {"days": calendar.working_days_between(first, last, start_in_end_out=out)}
    if op == "is_open":
        return {"open": calendar.is_open(_moment(calendar, _operand(record, "start")))}
    if op == "goal":
        start = _moment(calendar, _operand(record, "start"))
        due = calendar.due(start, str(_operand(record, "goal")), pauses=_pauses(calendar, record))
        found: dict[str, Any] = {"due": local(due.due_at)}
        if due.opens_at is not None:
            found["opens"] = local(due.opens_at)
        return {**found, "provisional": True} if due.provisional else found
    raise QuestionError(
        "op is one of add, between, add_with_pauses, between_with_pauses, add_working_days, working_days_between, is_open, goal"
    )


def answer(record: Any) -> dict[str, Any]:
    """One answer: `id` with `due`, `seconds`, `date`, `days` or `open`; or `error` in words. Never raises."""
    if not isinstance(record, dict):
        return {"id": None, "error": "each line is an object with id, op, calendar"}
    try:
        return {"id": record.get("id"), **_answer(record)}
    except (ValueError, TypeError, OverflowError) as error:
        return {"id": record.get("id"), "error": str(error)}


def run(lines: Iterable[str]) -> Iterator[str]:
    """Answers JSON Lines, one line each, in order; a line that is no JSON gets its error too."""
    for line in lines:
        if not line.strip():
            continue
        try:
            record: Any = json.loads(line)
        except json.JSONDecodeError as error:
            yield json.dumps({"id": None, "error": f"this line is not JSON: {error}"}, ensure_ascii=False)
            continue
        yield json.dumps(answer(record), ensure_ascii=False)
