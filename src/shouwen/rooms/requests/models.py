"""What requests have beside what every case has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.kernel.models import Sheet, SheetLine


class EnquirySheet(Sheet):
    """A question as asked, and the answer given. `caller` is whoever called where that is not the customer."""

    PERSONAL = ("words", "answer", "caller")

    words = models.TextField(blank=True, default="")
    caller = models.CharField(max_length=120, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    promised_at = models.DateTimeField(null=True, blank=True)


class VisitSheet(Sheet):
    """A request that brings somebody to the spot: the words, the times agreed and promised, how it came out."""

    PERSONAL = ("words", "result", "caller")

    words = models.TextField(blank=True, default="")
    caller = models.CharField(max_length=120, blank=True, default="")
    agreed_at = models.DateTimeField(null=True, blank=True)
    promised_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True, default="")
    score = models.CharField(max_length=1, blank=True, default="")

    class Meta:
        abstract = True


class RepairSheet(VisitSheet):
    """A repair: its trade, whether it is in warranty, what was quoted and whether the customer agreed to pay it."""

    trade = models.CharField(max_length=12, blank=True, default="")
    in_warranty = models.BooleanField(default=False)
    paid = models.BooleanField(default=False)
    agreed = models.BooleanField(default=False)
    price_fen: models.PositiveBigIntegerField[int | None, int | None] = models.PositiveBigIntegerField(
        null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paid=False) | Q(price_fen__isnull=False), name="repair_paid_has_a_price"
            ),
            models.CheckConstraint(condition=Q(paid=False) | Q(in_warranty=False), name="repair_warranty_is_free"),
        ]


class QuoteLine(SheetLine):
    """A line of a quote: work or material, how much of it, and the price of one in fen."""

    item = models.CharField(max_length=80)
    quantity = models.PositiveIntegerField()
    unit_fen = models.PositiveIntegerField()


class AssistanceSheet(VisitSheet):
    """Help at home or on the spot; what goes beyond help is offered with its price before it begins."""


class SuggestionSheet(Sheet):
    """A suggestion, and the answer with its reason."""

    PERSONAL = ("words", "answer", "caller")

    words = models.TextField(blank=True, default="")
    caller = models.CharField(max_length=120, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    adopted = models.CharField(max_length=12, blank=True, default="")
    promised_at = models.DateTimeField(null=True, blank=True)


class CommendationSheet(Sheet):
    """Praise in the customer's words, and the colleague it is for."""

    PERSONAL = ("words",)

    words = models.TextField(blank=True, default="")
    praised = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
