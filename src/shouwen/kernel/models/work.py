from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow, Row


class Series(OrgRow):
    """A run of numbers: one row a key and period, taken last in a transaction, so that none is burnt."""

    key = models.CharField(max_length=40)
    period = models.CharField(max_length=12, blank=True, default="")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "key", "period"], name="series_once")]


class Attachment(OrgRow):
    """A file on a case, given with an entry for one asked word (photo, letter, sign_off)."""

    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, related_name="attachments")
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey("ground.File", on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=40)
    public = models.BooleanField(default=False)


class FigureDelta(OrgRow):
    """A verdict that came or went: +1 or -1, never changed. The worker folds them into figures."""

    day = models.DateField()  # of the due time, in the site's zone
    clause = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    site_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    building_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    dept_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    staff_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=12)
    amount = models.SmallIntegerField()
    took: models.IntegerField[Any, int | None] = models.IntegerField(null=True)  # minutes, see `tallies.in_steps`
    clock_id = models.BigIntegerField()  # no foreign key: a row outlives a clock that a late record unmade
    folded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(folded_at__isnull=True), name="figure_delta_waiting"),
            models.Index(fields=["clock_id"], name="figure_delta_clock"),
        ]


class Figure(OrgRow):
    """Verdicts of a day by clause, kind, community, building, department and person."""

    day = models.DateField()
    clause = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    site_id = models.BigIntegerField(default=0)
    building_id = models.BigIntegerField(default=0)
    dept_id = models.BigIntegerField(default=0)
    staff_id = models.BigIntegerField(default=0)
    verdict = models.CharField(max_length=12)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "org",
                    "day",
                    "clause",
                    "kind",
                    "key",
                    "site_id",
                    "building_id",
                    "dept_id",
                    "staff_id",
                    "verdict",
                ],
                name="figure_once",
            )
        ]


class Tally(OrgRow):
    """Verdicts of a day or a week of one community, or of all together, with how many took how many minutes.

    `span` is 1 or 7 days from `day` on, weeks from Monday; a `site_id` of -1 stands for all communities.
    """

    span = models.PositiveSmallIntegerField()
    site_id = models.BigIntegerField()
    day = models.DateField()
    clause = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    verdict = models.CharField(max_length=12)
    count = models.IntegerField(default=0)
    took = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "span", "site_id", "day", "clause", "kind", "key", "verdict"], name="tally_once"
            )
        ]


class Run(OrgRow):
    """Many acts as one: each item its own transaction, resumable (a hand-over, a policy over running clocks)."""

    key = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)


class RunItem(Row):
    """One item of a run with its outcome."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items")
    subject = models.BigIntegerField()
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "subject"], name="run_item_once")]
        indexes = [models.Index(fields=["run"], condition=Q(done_at__isnull=True), name="run_item_waiting")]


class Beat(Row):
    """A worker's sign of life, renewed each second; one that stops beating loses its claims."""

    worker = models.CharField(max_length=60, unique=True)
    host = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)


class Schedule(OrgRow):
    """A timed task: `next_at` moves on in the transaction that does the task, so that each slot is taken once."""

    key = models.CharField(max_length=60)
    cron = models.CharField(max_length=60)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "key"], name="schedule_once")]


class Token(OrgRow):
    """A key to the API, of an account. Only its hash is stored; shown once when made."""

    account = models.ForeignKey("ground.Account", on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)


class Credential(OrgRow):
    """A code or one-use link that opens one case to whoever holds it. Only its hash is stored; shown once when made.

    `uses_left` empty = as often as one likes until `valid_until`.
    """

    purpose = models.CharField(max_length=20)
    hash = models.CharField(max_length=64, unique=True)
    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, null=True, related_name="credentials")
    party = models.ForeignKey("ground.Party", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    uses_left = models.PositiveSmallIntegerField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
