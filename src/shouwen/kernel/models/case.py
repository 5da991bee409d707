from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from shouwen.ground.models.base import OrgRow, Row

if TYPE_CHECKING:
    from shouwen.kernel.kinds import Kind


def _fk(to: str, *, null: bool = True) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(to, on_delete=models.PROTECT, null=null, blank=null, related_name="+", db_index=False)


OPEN = Q(closed_at__isnull=True)


class Case(OrgRow):
    """A request on its way (诉求): moved only by `perform`. `due_at` is the least due time of its live clocks (UTC).

    `owner_office` answers for it; `owner` is who held that office when it was last given; `first_contact` is the first
    person asked (首问责任制, S6-2.07) and never changes. `folded_at` is the moment up to which its clock rows are true.
    """

    kind = models.CharField(max_length=30)
    no = models.CharField(max_length=24)
    state = models.CharField(max_length=30)
    cycle = models.PositiveSmallIntegerField(default=1)
    root = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="family", db_index=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    site = _fk("ground.Place")
    building = _fk("ground.Place")
    place = _fk("ground.Place")
    party = _fk("ground.Party")
    dept = _fk("ground.Department")
    owner_office = _fk("ground.Office")
    owner = _fk("ground.Staff")
    assignee = _fk("ground.Staff")
    first_contact = _fk("ground.Staff")
    channel = models.CharField(max_length=20, default="desk")
    title = models.CharField(max_length=120, blank=True, default="")
    grade = models.CharField(max_length=20, blank=True, default="")
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    folded_at = models.DateTimeField()
    rev = models.PositiveIntegerField(default=0)
    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "no"], name="case_no_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="case_closes_after_opening"
            ),
        ]
        indexes = [
            models.Index(fields=["org", "due_at", "id"], condition=OPEN, name="case_open_due"),
            models.Index(fields=["org", "opened_at", "id"], condition=OPEN, name="case_open_opened"),
            models.Index(fields=["owner", "due_at", "id"], condition=OPEN, name="case_open_owner"),
            models.Index(fields=["owner_office", "due_at", "id"], condition=OPEN, name="case_open_office"),
            models.Index(fields=["org", "dept", "due_at", "id"], condition=OPEN, name="case_open_dept"),
            models.Index(fields=["org", "site", "due_at", "id"], condition=OPEN, name="case_open_site"),
            models.Index(fields=["org", "kind", "state", "due_at", "id"], condition=OPEN, name="case_open_state"),
            models.Index(fields=["org", "kind", "due_at", "id"], condition=OPEN, name="case_open_kind"),
            models.Index(
                fields=["org", "due_at", "id"], condition=Q(due_at__isnull=False), name="case_due"
            ),  # whatever owes something, closed or not
            models.Index(fields=["org", "closed_at", "id"], condition=Q(closed_at__isnull=False), name="case_closed"),
            models.Index(fields=["owner", "opened_at", "id"], name="case_owner_opened"),
            models.Index(fields=["first_contact", "opened_at", "id"], name="case_first_opened"),
            models.Index(fields=["building", "opened_at", "id"], name="case_building_opened"),
            models.Index(fields=["dept", "opened_at", "id"], name="case_dept_opened"),
            models.Index(fields=["org", "state", "opened_at", "id"], name="case_state_opened"),
            models.Index(fields=["org", "grade", "opened_at", "id"], name="case_grade_opened"),
            models.Index(fields=["org", "channel", "opened_at", "id"], name="case_channel_opened"),
            models.Index(fields=["party", "opened_at"], name="case_party"),
            models.Index(fields=["place", "opened_at"], name="case_place"),
            models.Index(fields=["root"], name="case_root"),
            # few cases lie under another: over all rows, the index of the key looks useless to SQLite
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="case_parent"),
            models.Index(fields=["org", "opened_at", "id"], name="case_opened"),
            models.Index(fields=["org", "kind", "opened_at", "id"], name="case_kind_opened"),
            models.Index(fields=["org", "site", "opened_at", "id"], name="case_site_opened"),
        ]

    def __str__(self) -> str:
        return self.no

    @property
    def root_key(self) -> int:
        """The id under which the whole family is locked."""
        return self.root_id or self.pk

    @property
    def spec(self) -> type[Kind]:
        """The declaration this case follows."""
        from shouwen.kernel.registry import kinds  # the registry imports this module

        return kinds[self.kind]

    @property
    def sheet(self) -> Any:
        """The kind's own columns, read once."""
        if "_sheet" not in self.__dict__:
            self.__dict__["_sheet"] = self.spec.sheet._default_manager.get(pk=self.pk)
        return self.__dict__["_sheet"]

    @sheet.setter
    def sheet(self, sheet: Any) -> None:
        self.__dict__["_sheet"] = sheet

    def fact(self, word: str) -> Any:
        """The present value of a fact that the kind declares."""
        return getattr(self, word) if word in CASE_FACTS else getattr(self.sheet, word)


CASE_FACTS = ("grade", "dept", "assignee", "channel")  # facts that every kind may declare without a sheet column


class Sheet(models.Model):
    """The columns particular to one kind: what one filters, sums or constrains. One row a case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    PERSONAL: tuple[str, ...] = ()  # columns that an erase run empties

    class Meta:
        abstract = True


class Laddered(models.Model):
    """Columns of a sheet whose kind has a ladder: the level at which it stands (a role), and whether that level took it."""

    level = models.CharField(max_length=20, blank=True, default="")
    level_taken = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Parked(models.Model):
    """Columns of a sheet whose kind can be parked: why, when it is looked at again, how often it was parked."""

    reason = models.CharField(max_length=20, blank=True, default="")
    review_at = models.DateTimeField(null=True, blank=True)
    parkings = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class SheetCycle(Row):
    """The columns of one turn of rework (处理轮次): cause, measure, result. One row a case and cycle."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    PERSONAL: tuple[str, ...] = ()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["case", "cycle"], name="%(class)s_once_a_cycle")]


class CaseActor(Row):
    """Who takes part in a case beside its owner: assistant, department head, the one complained about (`against`)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actors")
    role = models.CharField(max_length=20)
    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    office = models.ForeignKey("ground.Office", on_delete=models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    until_at: models.DateTimeField[Any, datetime | None] = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "role", "staff", "office"],
                condition=Q(until_at__isnull=True),
                name="case_actor_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["staff", "case"], name="case_actor_staff"),
            models.Index(fields=["office", "case"], name="case_actor_office"),
        ]


class CaseLink(OrgRow):
    """Two cases that belong together: `case` is the twin of `other`, has the same cause, came from it, or became it.

    For one cause with many callers, `other` is the case that leads. A link stops no clock and closes nothing.
    """

    RELATIONS = ("twin", "same_cause", "from_call", "drawn", "converted")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="linked_from")
    relation = models.CharField(max_length=12)
    from_at = models.DateTimeField()
    until_at: models.DateTimeField[Any, datetime | None] = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "other", "relation"], condition=Q(until_at__isnull=True), name="case_link_open_once"
            ),
            models.CheckConstraint(condition=~Q(case=F("other")), name="case_link_of_two"),
        ]
