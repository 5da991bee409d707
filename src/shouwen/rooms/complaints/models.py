"""What a complaint has beside what every case has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.kernel.models import Sheet, SheetCycle


class ComplaintSheet(Sheet):
    """The complaint as taken: the customer's words and wish. `wish_later` = the customer chose a time after the limit."""

    PERSONAL = ("words",)

    words = models.TextField(blank=True, default="")
    elsewhere = models.BooleanField(default=False)
    wish_at = models.DateTimeField(null=True, blank=True)
    wish_later = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wish_later=False) | Q(wish_at__isnull=False), name="complaint_later_has_a_time"
            )
        ]


class ComplaintCycle(SheetCycle):
    """One turn of rework: why it happened, what was done, how it stands, what the customer was told."""

    PERSONAL = ("cause", "measure", "result", "told")

    cause = models.TextField(blank=True, default="")
    measure = models.TextField(blank=True, default="")
    result = models.TextField(blank=True, default="")
    told = models.TextField(blank=True, default="")
