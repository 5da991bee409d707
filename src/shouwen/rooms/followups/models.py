"""A follow-up: which case it asks about, why it was chosen, and how the customer answered."""

from __future__ import annotations

from django.db import models

from shouwen.kernel.models import Sheet


class FollowupSheet(Sheet):
    """`why` is the policy that chose it, `turn` the cycle of the case asked about, `bad` whether an answer was bad."""

    PERSONAL = ("words",)

    about = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, related_name="+")
    turn = models.PositiveSmallIntegerField(default=1)
    why = models.CharField(max_length=10)
    words = models.TextField(blank=True, default="")
    bad = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["about", "turn"], name="followup_once_a_turn")]
