"""Days that come again each year, as people write them: `3月7日`, `03-07`, `1990-03-07`; those of the lunar calendar are kept as words."""

from __future__ import annotations

import re
from datetime import date

TOPICS = ("birthday", "anniversary")
WRITTEN = re.compile(r"(?:(?:19|20)\d\d[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?号?")


def of_year(text: str) -> tuple[int, int] | None:
    """Month and day; nothing for words and for days that do not exist."""
    found = WRITTEN.fullmatch("".join(text.split()))
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(2000, month, day)  # a leap year: the 29th of February is a day
    except ValueError:
        return None
    return month, day


def readable(text: str) -> bool:
    return of_year(text) is not None or text.strip().startswith("农历")


def falls_on(text: str, day: date) -> bool:
    """Whether such a day is this one; the 29th of February is kept on the 28th where there is no other."""
    found = of_year(text)
    if found == (2, 29) and not _leap(day.year):
        found = (2, 28)
    return found == (day.month, day.day)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
