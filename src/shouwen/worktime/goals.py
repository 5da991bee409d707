"""Goals: the limits people promise, in a small grammar. See docs/worktime.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

FORMS = "15min 24h 30wmin 8wh 3d 3wd 1mo 1y 3..5wd 1wd@17:30 2wd@start"
TIME_UNITS = {"min": 60, "h": 3600, "wmin": 60, "wh": 3600}
_GOAL = re.compile(r"(\d{1,5})(?:\.\.(\d{1,5}))?(min|h|wmin|wh|d|wd|mo|y)(?:@(start|\d{1,2}:\d{2}))?")
_OFFSET = re.compile(r"([+-]?)(\d{1,5})(%|min|h|wmin|wh|d|wd)?")


class GoalError(ValueError):
    """A text that is no goal; the message says which forms there are."""


@dataclass(frozen=True)
class Goal:
    """A limit: `n` units, or a window `n..upper`; `at` is a clock time on the last day, or `start` for the start's own.

    Units: `min` `h` run on; `wmin` `wh` only inside the calendar's windows; `d` `wd` `mo` `y` are counted in days as
    the Civil Code does (arts 201–204): the starting day is not counted, the last day ends at close of business.
    """

    n: int
    unit: str
    upper: int | None = None
    at: time | str | None = None

    @classmethod
    def parse(cls, text: str | Goal) -> Goal:
        """The goal a text says. Raises GoalError with the forms that are understood."""
        if isinstance(text, Goal):
            return text
        if not isinstance(text, str):
            raise GoalError(f"“{text}” is not a goal; the forms are: {FORMS}")
        return _parse(text)

    @property
    def is_time(self) -> bool:
        """Counted in minutes and hours, not in days."""
        return self.unit in TIME_UNITS

    @property
    def is_continuous(self) -> bool:
        return self.unit in ("min", "h")

    @property
    def seconds(self) -> int:
        return self.n * TIME_UNITS[self.unit]

    def __str__(self) -> str:
        upper = f"..{self.upper}" if self.upper is not None else ""
        at = "" if self.at is None else f"@{self.at:%H:%M}" if isinstance(self.at, time) else f"@{self.at}"
        return f"{self.n}{upper}{self.unit}{at}"


@lru_cache(maxsize=4096)
def _parse(text: str) -> Goal:
    found = _GOAL.fullmatch(text.strip())
    if found is None:
        raise GoalError(f"“{text}” is not a goal; the forms are: {FORMS}")
    n, upper, unit, at = int(found[1]), int(found[2]) if found[2] else None, found[3], found[4]
    if n < 1:
        raise GoalError(f"“{text}” promises nothing: the number must be at least 1")
    if upper is not None and upper < n:
        raise GoalError(f"“{text}” ends before it opens: write the smaller number first")
    if at and unit in TIME_UNITS:
        raise GoalError(f"“{text}”: a clock time goes with days (1wd@17:30), not with hours")
    if at and upper is not None:
        raise GoalError(f"“{text}”: a window opens and closes with the day; leave the clock time out")
    moment: time | str | None = at
    if at and at != "start":
        hour, minute = map(int, at.split(":"))
        if hour > 23 or minute > 59:
            raise GoalError(f"“{text}”: there is no time {at}")
        moment = time(hour, minute)
    return Goal(n, unit, upper, moment)


@dataclass(frozen=True)
class Offset:
    """A time seen from a due time: a share of the working time (`-20%`), or an amount before (-) or after it."""

    sign: int
    n: int
    unit: str

    def __str__(self) -> str:
        return f"{'-' if self.sign < 0 else ''}{self.n}{self.unit}"


@lru_cache(maxsize=512)
def parse_offset(text: str) -> Offset:
    """`-20%`, `0`, `4wh`, `-5min`, `-1d`. Raises GoalError."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None or (found[3] is None and int(found[2]) != 0):
        raise GoalError(f"“{text}” is not an offset; the forms are: -20% 0 4wh -5min -1d")
    if found[3] == "%" and (found[1] != "-" or int(found[2]) > 100):
        raise GoalError(f"“{text}”: a share lies before the due time, from -1% to -100%")
    return Offset(-1 if found[1] == "-" else 1, int(found[2]), found[3] or "")
