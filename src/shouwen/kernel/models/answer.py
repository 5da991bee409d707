from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow, Row


class SheetLine(Row):
    """A line of a case (quoted work, goods): the rows of one answer stand under one `turn`; the last turn counts."""

    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    PERSONAL: tuple[str, ...] = ()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["case", "cycle", "turn", "position"], name="%(class)s_once_a_place")
        ]


class AnswerSet(OrgRow):
    """One list of points answered with one entry; `version` is the policy version of the list (null = as declared)."""

    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, related_name="answer_sets")
    entry = models.OneToOneField("kernel.Entry", on_delete=models.PROTECT, related_name="+")
    points = models.CharField(max_length=60)
    version: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["org", "points", "answered_at"], name="answer_set_points")]


class Answer(Row):
    """The answer to one point; `score` where the point is a scale. Free words stay in the entry alone, to be erased."""

    answer_set = models.ForeignKey(AnswerSet, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=40)
    value = models.CharField(max_length=40)
    score: models.PositiveSmallIntegerField[int | None, int | None] = models.PositiveSmallIntegerField(null=True)
    bad = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer_set", "item"], name="answer_once")]
