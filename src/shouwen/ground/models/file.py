from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow


class File(OrgRow):
    """A stored file, named by the hash of its content; who may open it follows from what it is attached to."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=160)
    mime = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    purpose = models.CharField(max_length=40, blank=True, default="")
    retention = models.CharField(max_length=20, default="CASE")
    expires_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["org", "sha256"], name="file_sha256")]

    def __str__(self) -> str:
        return self.name
