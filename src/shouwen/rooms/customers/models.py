"""What the customers room keeps beside the cards: imports as acts, the care profile, requests about own data, copies, assessments."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow
from shouwen.ground.sealing import SealedField
from shouwen.kernel.models import Sheet
from shouwen.rooms.customers.import_runs import ImportBatch, ImportRun


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


class CareTouchSheet(Sheet):
    """A customer's day on which the house says something kind: which, when it is, and when it ends."""

    occasion = models.CharField(max_length=12)
    day = models.DateField()
    greet_by = models.DateTimeField(null=True)


class ArchivedCopy(OrgRow):
    """A copy of a paper kept on a customer's card. Of an identity document the stored picture says what it is for and since when."""

    KINDS = ("id_copy", "power_of_attorney", "licence", "other_paper")
    DIES_WITH_PARTY = True

    party = models.ForeignKey("ground.Party", on_delete=models.CASCADE, related_name="copies")
    file = models.ForeignKey("ground.File", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in KINDS])
    purpose = models.CharField(max_length=20)
    kept_at = models.DateTimeField()


class ImpactAssessment(OrgRow):
    """What was weighed before sensitive data are handled (PIPL arts 55, 56): in force from its decision to its review."""

    PROCESSING = ("care_sensitive", "id_copies", "other_handling")

    processing = models.CharField(max_length=16, choices=[(one, one) for one in PROCESSING])
    purpose = models.TextField()
    necessity = models.TextField()
    risks = models.TextField()
    measures = models.TextField()
    decided_by = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_date = models.DateField(null=True, blank=True)
    review_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_date__isnull=True, review_date__isnull=True)
                | Q(
                    decided_by__isnull=False,
                    decided_date__isnull=False,
                    review_date__isnull=False,
                    review_date__gt=models.F("decided_date"),
                ),
                name="assessment_decided_with_a_review",
            )
        ]

    def __str__(self) -> str:
        return f"{self.processing} {self.decided_date or ''}".strip()


__all__ = [
    "ArchivedCopy", "CareFact", "CareTouchSheet", "DataRequestSheet", "ImpactAssessment", "ImportBatch", "ImportRun",
]  # fmt: skip
