"""What an enquiry has beside what every case has."""

from __future__ import annotations

from django.db import models

from shouwen.kernel.models import Sheet


class EnquirySheet(Sheet):
    """A question as asked, and the answer given."""

    PERSONAL = ("words", "answer")

    words = models.TextField(blank=True, default="")
    answer = models.TextField(blank=True, default="")
    promised_at = models.DateTimeField(null=True, blank=True)
