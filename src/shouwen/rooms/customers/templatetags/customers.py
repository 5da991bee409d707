"""Small readings of the customer page."""

from __future__ import annotations

from typing import Any

from django import template

from shouwen.kernel import words

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
