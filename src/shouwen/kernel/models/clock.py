from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from shouwen.ground.models.base import OrgRow, Row

ENDED = Q(verdict__isnull=False)


class Clock(OrgRow):
    """One promise running or ended: the stored result of `fold`. All times UTC.

    `verdict` is null while the clock runs; `original` keeps the verdict an excuse replaced. `alarm_at` is the next time
    the sweep must look at it. `answerable` is who answered at the due time (or at the stop, if earlier).
    """

    VERDICTS = ("kept", "late", "broken", "void", "excused", "agreed_later", "postponed")

    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    cycle = models.PositiveSmallIntegerField()
    seq = models.PositiveSmallIntegerField()
    clause = models.CharField(max_length=60)
    owed_by_office = models.ForeignKey("ground.Office", on_delete=models.PROTECT, null=True, related_name="+")
    owed_by = models.ForeignKey(
        "ground.Staff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # fmt: skip
    answerable = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    started_by = models.PositiveIntegerField()
    stopped_by: models.PositiveIntegerField[Any, int | None] = models.PositiveIntegerField(null=True)
    opens_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    goal = models.CharField(max_length=80, blank=True, default="")
    policy_version: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    calendar_version: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    provisional = models.BooleanField(default=False)
    late_start = models.BooleanField(default=False)
    replaces: models.PositiveSmallIntegerField[Any, int | None] = models.PositiveSmallIntegerField(null=True)
    postponed = models.PositiveSmallIntegerField(default=0)
    override_entry: models.PositiveIntegerField[Any, int | None] = models.PositiveIntegerField(null=True)
    verdict = models.CharField(max_length=12, null=True)
    original = models.CharField(max_length=12, null=True)
    alarm_at = models.DateTimeField(null=True)
    rungs_due = models.DateTimeField(null=True)  # the due time for which `rungs_fired` counts
    rungs_fired = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "key", "cycle", "seq"], name="clock_once"),
            models.CheckConstraint(
                condition=Q(postponed__lte=1) | Q(override_entry__isnull=False), name="clock_postponed_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict__isnull=True, ended_at__isnull=True)
                | Q(verdict__isnull=False, ended_at__isnull=False),
                name="clock_verdict_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("starts_at")), name="clock_stops_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="clock_alarm"),
            models.Index(fields=["owed_by", "due_at"], condition=Q(verdict__isnull=True), name="clock_owed_by"),
            models.Index(fields=["org", "due_at"], condition=Q(verdict__isnull=True), name="clock_live_due"),
            models.Index(fields=["org", "clause", "due_at"], name="clock_clause"),
            models.Index(fields=["org", "due_at"], name="clock_due"),
            models.Index(fields=["org", "verdict", "clause", "case"], condition=ENDED, name="clock_verdict"),
        ]

    def overdue(self, at: Any) -> bool:
        """Still running after its due time. Provisional: an event recorded later may still show that it was kept."""
        return self.verdict is None and self.paused_at is None and self.due_at < at


class ClockPause(Row):
    """An interval in which a clock stood still, with its reason and the entry that began it."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40)
    entry_seq = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(until_at__isnull=True), name="clock_pause_one_open"),
        ]


class Alarm(Row):
    """A rung that fired, written with its outbox message in one transaction. A moved due time may alarm anew."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="alarms")
    rung = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    fired_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "rung", "due_at"], name="alarm_once")]
