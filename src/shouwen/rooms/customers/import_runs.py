"""Imports as acts: which file, by whom, how far it is, and what it brought, so that the whole of it can be taken back."""

from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow, Row


class ImportRun(OrgRow):
    """One file taken in, in batches. `waiting` and `running` go on to `done`, or by `undoing` back to nothing.

    `undone` = taken back by somebody, `failed` = taken back because a batch could not be written; `stuck` = what was
    written before the failure stays, because somebody built on it meanwhile.
    """

    STATES = ("waiting", "running", "done", "undoing", "undone", "failed", "stuck")
    UNDER_WAY = ("waiting", "running", "undoing")

    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey("ground.File", on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    choices = models.JSONField(default=dict)  # how the file was understood and who asked
    state = models.CharField(max_length=8, choices=[(state, state) for state in STATES], default="done")
    rows = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)  # rows that bring something
    written = models.PositiveIntegerField(default=0)  # of these
    made = models.JSONField(default=dict)  # register → how many rows
    error = models.CharField(max_length=300, blank=True, default="")
    run_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=60, blank=True, default="")
    claimed_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "customers"
        indexes = [models.Index(fields=["org", "run_at"], name="import_run_at")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def percent(self) -> int:
        return min(99, 100 * self.written // max(1, self.fresh))


class ImportBatch(Row):
    """What one batch of a run made: register → ids of rows, in the order in which they were made."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    made = models.JSONField(default=dict)

    class Meta:
        app_label = "customers"
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_batch_once")]
