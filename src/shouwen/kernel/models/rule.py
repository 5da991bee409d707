from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow, Row


class Policy(OrgRow):
    """A number or table a manager may change, for everybody or for one community."""

    key = models.CharField(max_length=60)
    site = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "key", "site"], name="policy_once_a_site"),
            models.UniqueConstraint(fields=["org", "key"], condition=Q(site__isnull=True), name="policy_once"),
        ]


class PolicyVersion(Row):
    """A value from a moment on. `to_running` = it also moves clocks that run and are not yet due at that moment."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    effective_at = models.DateTimeField()
    value = models.JSONField()
    to_running = models.BooleanField(default=False)
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "effective_at"], name="policy_version_once")]


class CalendarBook(OrgRow):
    """A named calendar (`site`, `desk`, `always`), for everybody or for one community."""

    key = models.CharField(max_length=30)
    site = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "key", "site"], name="calendar_once_a_site"),
            models.UniqueConstraint(fields=["org", "key"], condition=Q(site__isnull=True), name="calendar_once"),
        ]


class CalendarVersion(Row):
    """A calendar from a moment on, in the form of docs/worktime.md; a change also moves clocks not yet due."""

    book = models.ForeignKey(CalendarBook, on_delete=models.PROTECT, related_name="versions")
    effective_at = models.DateTimeField()
    spec = models.JSONField()
    source = models.CharField(max_length=200, blank=True, default="")
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "effective_at"], name="calendar_version_once")]
