"""What the desk itself remembers: views people keep, columns they chose, who looks at which case."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow, Row


class SavedView(OrgRow):
    """A list under a name: conditions, order and columns. `shared` ones are seen by everybody, with their own rights."""

    account = models.ForeignKey("ground.Account", on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=600, blank=True, default="")
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]
        indexes = [models.Index(fields=["org"], condition=Q(shared=True), name="view_shared")]


class Columns(Row):
    """The columns of the list as somebody chose them."""

    account = models.OneToOneField("ground.Account", on_delete=models.CASCADE, related_name="columns")
    keys = models.CharField(max_length=200)


class Presence(Row):
    """A case open on somebody's screen, and when that was last known."""

    case = models.ForeignKey("kernel.Case", on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey("ground.Staff", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff"], name="presence_once")]
