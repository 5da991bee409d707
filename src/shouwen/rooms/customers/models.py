"""Imports as acts: what a file brought, so that the whole of it can be taken back for a day."""

from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow
from shouwen.ground.sealing import SealedField


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


class CareFact(OrgRow):
    """Something a customer allowed us to remember about them: sealed, with where it is from, and gone with the consent."""

    TOPICS = (
        "birthday", "anniversary", "routine", "hobby", "relations", "family_life", "schooling", "health", "taboo",
        "parking_need",
    )  # fmt: skip
    DIES_WITH_PARTY = True

    party = models.ForeignKey("ground.Party", on_delete=models.CASCADE, related_name="care")
    topic = models.CharField(max_length=14, choices=[(topic, topic) for topic in TOPICS])
    value = SealedField()
    source = models.CharField(max_length=80)
    noted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "topic"], name="care_once_a_topic")]
