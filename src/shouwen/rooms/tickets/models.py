"""What a ticket has beside what every case has."""

from __future__ import annotations

from django.db import models

from shouwen.kernel.models import Sheet


class TicketSheet(Sheet):
    """What was asked, the time agreed for it, what it waits for, and how it was solved."""

    PERSONAL = ("words", "result")

    words = models.TextField(blank=True, default="")
    result = models.TextField(blank=True, default="")
    promised_at = models.DateTimeField(null=True, blank=True)
    waits_for = models.CharField(max_length=20, blank=True, default="")
