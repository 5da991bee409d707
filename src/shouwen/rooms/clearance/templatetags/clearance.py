"""What the clearing list's panel and print show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template

from shouwen.ground.actors import Actor
from shouwen.kernel.models import Case
from shouwen.rooms.clearance import queries

register = template.Library()
SHOWN = 31  # days of signed lists and gaps beside today's


@register.simple_tag
def clearing_lines(case: Case, *, at: datetime, actor: Actor) -> list[queries.Line]:
    """The list as it stands, or as it was signed, as far as the reader may know of its cases."""
    return queries.shown(queries.lines(case, at=at), actor)


@register.simple_tag
def clearing_days(case: Case) -> list[dict[str, Any]]:
    """The days before with their lists; `gap` where one was not signed."""
    day = case.sheet.day
    first = queries.first_day(case)
    days = queries.month(case.org_id, case.site_id or 0, max(first, day - timedelta(days=SHOWN)), day)
    return [
        {"day": one, "case": found, "gap": found is None or (found.state != "signed" and one < day)}
        for one, found in reversed(days)
    ]
