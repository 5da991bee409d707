from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow


class Place(OrgRow):
    """A community, building, entrance, floor, unit, shop, parking space, common area or equipment room.

    `code` is what people say (`1-2-301`), unique in its community; `path` is the chain of ids from the top, so that
    everything below a place is one prefix; `site` is the community it lies in, `building` the building. `door`,
    `storey` and `position` say where a unit stands in the drawing of its building; they follow from its code.
    """

    STATES = ("unsold", "handed_over", "occupied", "vacant", "renovating")
    SORTS = ("dwelling", "teaching", "dormitory", "trading")
    KINDS = ("community", "building", "entrance", "floor", "unit", "shop", "parking", "common", "equipment")

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    site = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    building = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    path = models.CharField(max_length=200, db_index=False)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=[(state, state) for state in STATES], blank=True, default="")
    sort = models.CharField(max_length=10, choices=[(sort, sort) for sort in SORTS], blank=True, default="")
    gross_dm2 = models.PositiveIntegerField(null=True, blank=True)  # hundredths of a square metre
    inner_dm2 = models.PositiveIntegerField(null=True, blank=True)
    door = models.CharField(max_length=8, blank=True, default="")  # which entrance of the building
    storey = models.SmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(null=True, blank=True)  # from the left, on its storey and entrance

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "site", "code"], name="place_code_once_in_a_site"),
            models.CheckConstraint(
                condition=models.Q(kind="community") | models.Q(parent__isnull=False), name="place_lies_in_a_place"
            ),
            models.CheckConstraint(
                condition=models.Q(inner_dm2__isnull=True)
                | models.Q(gross_dm2__isnull=True)
                | models.Q(inner_dm2__lte=models.F("gross_dm2")),
                name="place_inner_area_within_gross",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "path"], name="place_path"),
            models.Index(fields=["org", "code"], name="place_code"),
            models.Index(fields=["org", "kind", "site", "code"], name="place_kind"),
            models.Index(fields=["parent", "code"], name="place_parent"),
            models.Index(fields=["building", "door", "storey", "position"], name="place_drawing"),
        ]

    def __str__(self) -> str:
        return self.said(self.kind, self.code, self.name)

    @staticmethod
    def said(kind: str, code: str, name: str) -> str:
        """How people call a place: a community by its name, everything else by its code."""
        return name if kind == "community" else code
