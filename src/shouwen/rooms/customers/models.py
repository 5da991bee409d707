"""Imports as acts: what a file brought, so that the whole of it can be taken back for a day."""

from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow


class ImportRun(OrgRow):
    """One file taken in: by whom, when, and which rows of which registers it made."""

    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)
    made = models.JSONField(default=dict)  # register → ids of rows, in the order in which they were made
    run_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["org", "run_at"], name="import_run_at")]

    def __str__(self) -> str:
        return self.file_name
