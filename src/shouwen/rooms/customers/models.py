"""What the customers room keeps beside the cards: imports as acts, the care profile, requests about own data."""

from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow
from shouwen.ground.sealing import SealedField
from shouwen.kernel.models import Sheet
from shouwen.rooms.customers.import_runs import ImportBatch, ImportRun

__all__ = ["CareFact", "DataRequestSheet", "ImportBatch", "ImportRun"]


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


class DataRequestSheet(Sheet):
    """What a person wants of their data, how it was made sure who asks, what was done, or why not and by which law."""

    PERSONAL = ("words", "result", "reason", "answer")

    wants = models.CharField(max_length=8)
    known_by = models.CharField(max_length=20, blank=True, default="")
    came_to = models.CharField(max_length=8, blank=True, default="")
    law = models.CharField(max_length=16, blank=True, default="")
    words = models.TextField(blank=True, default="")
    result = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    answer = models.TextField(blank=True, default="")
