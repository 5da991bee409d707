"""Small readings of the customer page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from shouwen.ground.actors import Actor
from shouwen.kernel import registers, retention, words
from shouwen.kernel.models import Case, Entry
from shouwen.rooms.customers import own_data

register = template.Library()


@register.filter
def at_key(found: Any, key: Any) -> Any:
    """The value under a key, nothing where there is none."""
    return found.get(key, "") if isinstance(found, dict) else ""


@register.filter
def percent(share: int) -> str:
    """A share kept in hundredths of a percent, as people read it."""
    return f"{share / 100:g} %"


@register.simple_tag
def look_what(look: Any) -> str:
    """What was looked at: `identity.number` as its words."""
    sort, _dot, field = look.what.partition(".")
    return f"{words.label(sort)} {words.label(field, sort)}"


@register.simple_tag
def folders(case: Case) -> int:
    """How often the folder with the person's data was made for a request."""
    return own_data.folders_made(case)


@register.simple_tag
def gives(actor: Actor) -> bool:
    """Whether somebody may make that folder."""
    return own_data.givers(actor)


@register.simple_tag
def changes(case: Case) -> list[Entry]:
    """What was changed on the person's card since the request came in, newest first."""
    if case.party is None:
        return []
    rows = registers.register("party").history(case.party).filter(recorded_at__gte=case.opened_at)
    return list(rows.filter(step__in=("add", "edit", "remove")).order_by("-seq")[:10])


@register.simple_tag
def erasure(case: Case, *, at: datetime) -> retention.Plan | None:
    """What an erasure of the person would empty, and what it would leave."""
    return retention.plan(case.party, at=at) if case.party is not None else None
