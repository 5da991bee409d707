from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shouwen.ground.models.base import OrgRow


class Staff(OrgRow):
    """Somebody who works here. `left_date` is their last day; what they did stays under their name."""

    name = models.CharField(max_length=60)
    number = models.CharField(max_length=20)
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    left_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "number"], name="staff_number_once")]

    def __str__(self) -> str:
        return self.name


class Department(OrgRow):
    """A part of the organization that answers for its own work: engineering, security, cleaning, service."""

    key = models.CharField(max_length=30)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "key"], name="department_key_once")]

    def __str__(self) -> str:
        return self.name


class Office(OrgRow):
    """A role somewhere (岗位): steward of building 3, supervisor of a community, head of engineering.

    Nothing set = the whole organization. The office answers; people hold it for a while.
    """

    role = models.CharField(max_length=20)
    site = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    building = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dept = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="offices")
    reports_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["org", "role"], name="office_role")]

    def __str__(self) -> str:
        return self.role


class Holding(OrgRow):
    """Who holds an office from when until when; `stand_in` = in somebody's absence (顶岗), with the same powers."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="holdings")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="holdings")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    stand_in = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gt=F("from_at")), name="holding_ends_after_start"
            ),
            models.UniqueConstraint(fields=["office", "staff", "stand_in", "from_at"], name="holding_once"),
            models.CheckConstraint(condition=Q(stand_in=False) | Q(until_at__isnull=False), name="stand_in_has_an_end"),
        ]
        indexes = [models.Index(fields=["staff", "from_at"], name="holding_staff")]
