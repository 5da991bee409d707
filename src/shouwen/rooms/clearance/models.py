"""The daily clearing list: its day, and as signed its counts, its lines and the seal that stood over the journal."""

from __future__ import annotations

from django.db import models

from shouwen.kernel.models import Sheet, SheetLine


def _count() -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(null=True, blank=True)


class ClearanceSheet(Sheet):
    """One day of one community; the counts are those of the moment of signing."""

    day = models.DateField()
    late, forgotten, still_open, closed_today = _count(), _count(), _count(), _count()
    seal = models.CharField(max_length=64, blank=True, default="")


class ClearedLine(SheetLine):
    """A case on the signed list: how it stood, and whether an act of that day cleared it."""

    subject = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=10)
    cleared = models.BooleanField()
