"""The count behind a due time, line by line, in Chinese or English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shouwen.worktime.calendar import Calendar, Pauses, add_months, closed, in_pause
from shouwen.worktime.goals import Goal
from shouwen.worktime.table import to_micros

MOST_LINES = 400  # a longer count ends in "…"
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
WORDS = {
    "zh": {
        "start": "起点", "skip": "当日不计", "rest": "休息日，不计", "nth": "第 {n} 个工作日", "nthd": "第 {n} 天", "due": "到期",
        "opens": "最早", "worked": "计时", "run": "连续计时", "halt": "暂停，不计", "moved": "休息日，顺延", "sofar": "已计 {t}",
        "makeup": "调休上班", "mo": "满 {n} 个月", "y": "满 {n} 年", "close": "到营业结束", "provisional": "该年放假安排未公布，暂定",
    },
    "en": {
        "start": "start", "skip": "the starting day is not counted", "rest": "rest days, not counted",
        "nth": "working day {n}", "nthd": "day {n}", "due": "due", "opens": "not before", "worked": "counted",
        "run": "runs on", "halt": "paused, not counted", "moved": "rest day, moved on", "sofar": "{t} so far",
        "makeup": "make-up working day", "mo": "{n} mo", "y": "{n} y", "close": "close of business", "provisional": "that year is not announced yet: provisional",
    },
}  # fmt: skip


@dataclass(frozen=True)
class ExplainLine:
    """One line of the count: when, what happened then, how far the count is."""

    when: str
    what: str
    count: str = ""


def amount(seconds: int, language: str) -> str:
    """A length of time in its two largest units: `3 小时 52 分`, `3 h 52 min`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    h, m = ("小时", "分") if language == "zh" else ("h", "min")
    if hours and minutes:
        return f"{hours} {h} {minutes} {m}"
    return f"{hours} {h}" if hours else f"{minutes} {m}"


def shown(at: datetime, calendar: Calendar, *, midnight_as_24: bool = False) -> str:
    """A moment in the calendar's zone; the end of a day is written 24:00."""
    local = at.astimezone(calendar.zone)
    if midnight_as_24 and (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local.date() - timedelta(days=1)} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def _day(day: date, language: str) -> str:
    name = WEEKDAYS[language][day.weekday()]
    return f"{day:%m-%d} {'星期' if language == 'zh' else ''}{name}"


def explain(
    calendar: Calendar, start: datetime, goal: Goal | str, *, pauses: Pauses = (), language: str = "zh"
) -> list[ExplainLine]:
    """The lines that lead from a start to its due time; runs of rest days stand in one line."""
    goal = Goal.parse(goal)
    language = "zh" if language.startswith("zh") else "en"
    say = WORDS[language]
    due = calendar.due(start, goal, pauses=pauses)
    lines = [
        ExplainLine(
            shown(start, calendar),
            say["start"] + ("" if goal.is_time else f"，{say['skip']}" if language == "zh" else f", {say['skip']}"),
        )
    ]
    if goal.is_continuous:
        lines.append(ExplainLine("", say["run"], amount(goal.seconds, language)))
    elif goal.is_time:
        lines += _hours(calendar, start.astimezone(UTC), due.due_at, pauses, language)
    else:
        lines += _days(calendar, start, due.due_at, goal, pauses, language)
    for since, until in pauses:
        if until is not None:
            lines.append(ExplainLine(shown(since, calendar), say["halt"], f"→ {shown(until, calendar)}"))
    if due.opens_at is not None:
        lines.append(ExplainLine(shown(due.opens_at, calendar), say["opens"]))
    count = say["provisional"] if due.provisional else ""
    end = shown(due.due_at, calendar, midnight_as_24=goal.at is None and not goal.is_time)
    lines.append(ExplainLine(end, say["due"], count))
    return lines


def _hours(calendar: Calendar, start: datetime, due_at: datetime, pauses: Pauses, language: str) -> list[ExplainLine]:
    say = WORDS[language]
    lines: list[ExplainLine] = []
    rest: list[date] = []
    day, last, total = calendar.date_of(start), calendar.date_of(due_at), 0
    while day <= last:
        if len(lines) >= MOST_LINES:
            return [*lines, ExplainLine("…", "")]
        midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
        begin, end = max(start, midnight), min(due_at, midnight + timedelta(days=1))
        worked = calendar.elapsed(begin, end, pauses=pauses) if end > begin else 0
        if worked:
            lines += _rest(rest, language)
            total += worked
            lines.append(
                ExplainLine(
                    _day(day, language), amount(worked, language), say["sofar"].format(t=amount(total, language))
                )
            )
        else:
            rest.append(day)
        day += timedelta(days=1)
    return lines


def _rest(days: list[date], language: str) -> list[ExplainLine]:
    """Rest days in a row as one line; empties the list."""
    if not days:
        return []
    first, last = _day(days[0], language), _day(days[-1], language)
    line = ExplainLine(first if len(days) == 1 else f"{first} – {last}", WORDS[language]["rest"])
    days.clear()
    return [line]


def _days(
    calendar: Calendar, start: datetime, due_at: datetime, goal: Goal, pauses: Pauses, language: str
) -> list[ExplainLine]:
    if goal.unit in ("mo", "y"):
        return _months(calendar, start, due_at, goal, language)
    say = WORDS[language]
    lines: list[ExplainLine] = []
    rest: list[date] = []
    halted, n = closed(pauses), 0
    day = calendar.date_of(start)
    last = calendar.date_of(due_at - timedelta(microseconds=1) if goal.at is None else due_at)
    wanted = goal.upper or goal.n
    while day < last:
        if len(lines) >= MOST_LINES:
            return [*lines, ExplainLine("…", "")]
        day += timedelta(days=1)
        close = calendar.close_of(day)
        if goal.unit == "wd" and close is None:
            rest.append(day)
            continue
        if close is not None and in_pause(to_micros(close), halted):
            lines += _rest(rest, language)
            lines.append(ExplainLine(_day(day, language), say["halt"]))
            continue
        n += 1
        lines += _rest(rest, language)
        if goal.unit == "wd":
            what = say["makeup"] if day.weekday() >= 5 and calendar.hours.official is not None else ""
            lines.append(ExplainLine(_day(day, language), what, say["nth"].format(n=n)))
        elif n <= wanted and goal.unit == "d":
            lines.append(ExplainLine(_day(day, language), "", say["nthd"].format(n=n)))
        elif n > wanted:
            lines.append(ExplainLine(_day(day, language), say["moved"]))
    return lines


def _months(calendar: Calendar, start: datetime, due_at: datetime, goal: Goal, language: str) -> list[ExplainLine]:
    """The same day so many months on, with its year, then the rest days after it."""
    say, n = WORDS[language], goal.upper or goal.n
    day = add_months(calendar.date_of(start), n if goal.unit == "mo" else 12 * n)
    lines = [ExplainLine(f"{day:%Y}-{_day(day, language)}", "", say[goal.unit].format(n=n))]
    last = calendar.date_of(due_at - timedelta(microseconds=1) if goal.at is None else due_at)
    while day < last:
        day += timedelta(days=1)
        lines.append(ExplainLine(_day(day, language), say["moved"]))
    return lines
