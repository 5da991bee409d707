"""What is kept of a place beside its code and area: other things of a dwelling than of a classroom, a dormitory, a shop."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow


class AreaCard(OrgRow):
    """The side card of a place; which of its fields are kept follows from the type of the area (S5-8)."""

    FIELDS = {
        "dwelling": ("rooms", "people"),
        "teaching": ("unit_name", "seats", "open_from", "open_until"),
        "dormitory": ("unit_name", "beds", "for_whom"),
        "trading": ("sign", "trade", "open_from", "open_until"),
    }
    FOR_WHOM = ("for_men", "for_women", "for_families")

    place = models.OneToOneField("ground.Place", on_delete=models.PROTECT, related_name="area_card")
    rooms = models.CharField(max_length=20, blank=True, default="")  # 3室2厅
    people = models.PositiveSmallIntegerField(null=True, blank=True)
    unit_name = models.CharField(max_length=80, blank=True, default="")  # faculty, department, class
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    beds = models.PositiveSmallIntegerField(null=True, blank=True)
    for_whom = models.CharField(max_length=12, choices=[(one, one) for one in FOR_WHOM], blank=True, default="")
    sign = models.CharField(max_length=80, blank=True, default="")  # the name over the door
    trade = models.CharField(max_length=40, blank=True, default="")
    open_from = models.TimeField(null=True, blank=True)
    open_until = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(open_from__isnull=True, open_until__isnull=True)
                | Q(open_from__isnull=False, open_until__isnull=False),
                name="area_hours_both_or_neither",
            )
        ]

    def __str__(self) -> str:
        return str(self.place)
