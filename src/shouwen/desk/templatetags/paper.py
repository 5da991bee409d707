"""What only printed forms say."""

from __future__ import annotations

from datetime import datetime

from django import template

from shouwen.desk import dossier

register = template.Library()


@register.filter
def seal(root: str) -> str:
    """The beginning of a hash, as people compare it by eye."""
    return dossier.seal_code(root) if root else "—"


@register.filter
def short(at: datetime | None, now: datetime) -> str:
    """A moment as a form writes it: the year is left out where it is this year's."""
    return dossier.moment(at, year=now.year) if at else ""


@register.filter
def answer(paragraph: dossier.Paragraph | None, word: str) -> str:
    """One answer of an entry."""
    return paragraph.get(word) if paragraph else ""
