"""What the work order says of a quote: each line with its amount, and the sum."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from shouwen.rooms.requests.models import QuoteLine

register = template.Library()


@register.filter
def amount(line: QuoteLine) -> int:
    """Quantity times price, in fen."""
    return line.quantity * line.unit_fen


@register.filter
def total(lines: Iterable[QuoteLine]) -> int:
    return sum(amount(line) for line in lines)
