from django.db import models

from shouwen.kernel.models import Sheet


class JobSheet(Sheet):
    PERSONAL = ("words",)

    words = models.TextField(blank=True, default="")
    urgent = models.BooleanField(default=False)
    size = models.CharField(max_length=10, blank=True, default="")
    promised_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)


class PartSheet(Sheet):
    PERSONAL = ("words",)

    words = models.TextField(blank=True, default="")
