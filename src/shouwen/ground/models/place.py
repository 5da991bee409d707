from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow


class Place(OrgRow):
    """A community, building, entrance, floor, unit, shop, parking space, common area or equipment room.

    `code` is what people say (`1-2-301`), unique in its community; `path` is the chain of ids from the top, so that
    everything below a place is one prefix; `site` is the community it lies in, `building` the building.
    """

    KINDS = ("community", "building", "entrance", "floor", "unit", "shop", "parking", "common", "equipment")

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    site = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    building = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    path = models.CharField(max_length=200, db_index=False)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "site", "code"], name="place_code_once_in_a_site"),
            models.CheckConstraint(
                condition=models.Q(kind="community") | models.Q(parent__isnull=False), name="place_lies_in_a_place"
            ),
        ]
        indexes = [
            models.Index(fields=["org", "path"], name="place_path"),
            models.Index(fields=["org", "code"], name="place_code"),
            models.Index(fields=["parent", "code"], name="place_parent"),
        ]

    def __str__(self) -> str:
        return self.code if self.kind != "community" else self.name
