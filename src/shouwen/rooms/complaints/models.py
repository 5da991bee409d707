"""What a complaint has beside what every case has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.kernel.models import Laddered, Parked, Sheet, SheetCycle


class ComplaintSheet(Laddered, Parked, Sheet):
    """The complaint as taken: the customer's words and wish, what makes it grave, and how it has been judged.

    `wish_later` = the customer chose a time after the limit. `caller` is whoever called where that is not the customer.
    """

    PERSONAL = ("words", "caller")

    words = models.TextField(blank=True, default="")
    caller = models.CharField(max_length=120, blank=True, default="")
    anonymous = models.BooleanField(default=False)
    in_writing = models.BooleanField(default=False)
    reply_by = models.DateTimeField(null=True, blank=True)  # the date a letter of the government sets
    elsewhere = models.BooleanField(default=False)
    wish_at = models.DateTimeField(null=True, blank=True)
    wish_later = models.BooleanField(default=False)
    harm = models.BooleanField(default=False)
    refuses_fee = models.BooleanField(default=False)
    confirmed = models.BooleanField(default=False)  # the supervisor has said the grade
    replied = models.BooleanField(default=True)  # whoever settled it on the spot also told the customer
    unfounded = models.BooleanField(default=False)
    promised_at = models.DateTimeField(null=True, blank=True)
    judgement = models.CharField(max_length=10, blank=True, default="")  # of the manager's last check

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wish_later=False) | Q(wish_at__isnull=False), name="complaint_later_has_a_time"
            )
        ]


class ComplaintCycle(SheetCycle):
    """One turn of rework: why it happened, what was done, how it stands, what the customer was told."""

    PERSONAL = ("cause", "measure", "result", "told")

    cause = models.TextField(blank=True, default="")
    measure = models.TextField(blank=True, default="")
    result = models.TextField(blank=True, default="")
    told = models.TextField(blank=True, default="")


def _count() -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(null=True, blank=True)


class MonthSheet(Sheet):
    """A month (its first day) of one community; the counts are those of the moment of signing."""

    month = models.DateField()
    taken, ended, unchecked = _count(), _count(), _count()


class SampleSheet(Sheet):
    """A week (its Monday) from which complaints were drawn, and the seed of the draw."""

    week = models.DateField()
    seed = models.CharField(max_length=40)
