"""What only the report, handbook and settings pages say."""

from __future__ import annotations

from typing import Any

from django import template

from shouwen.desk import clockwords, goalwords

register = template.Library()


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in its two largest units, or a dash."""
    return "–" if seconds is None else clockwords.span(seconds)


@register.filter
def abs_of(value: float) -> float:
    return abs(value)


@register.filter
def goal(value: Any) -> str:
    """A policy's value in words: `30 分钟`, `3 个工作日`; of a table how many lines it has."""
    return goalwords.goal(value)


@register.filter
def json(value: Any) -> str:
    """A policy's value as people type it: text as it stands, tables as JSON."""
    import json as notation

    return value if isinstance(value, str) else notation.dumps(value, ensure_ascii=False)
