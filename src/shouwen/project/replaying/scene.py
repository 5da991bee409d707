"""Where a log is replayed: an organization with one community, its places, groups, and somebody in each office."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shouwen.ground.actors import Actor, held_at
from shouwen.ground.models import Department, Holding, Office, Organization, Place, Staff

BEFORE = datetime(1990, 1, 1, tzinfo=UTC)
OFFICES = ("agent", "supervisor", "director")


class Scene:
    """The organization of a replay. Places and groups appear when a row first names them."""

    def __init__(self, name: str) -> None:
        self.org = Organization.objects.create(name=name)
        self.site = Place.objects.create(org=self.org, kind="community", code="site", name=name, path="/site/")
        self.staff = {role: self._employ(role, number) for number, role in enumerate(OFFICES, start=1)}
        self._places: dict[str, Place] = {"": self.site}
        self._groups: dict[str, Department] = {}
        self.actor = self._actor("agent")

    def _employ(self, role: str, number: int) -> Staff:
        staff = Staff.objects.create(org=self.org, name=role, number=f"R{number:03d}")
        office = Office.objects.create(org=self.org, role=role, site=self.site)
        Holding.objects.create(org=self.org, office=office, staff=staff, from_at=BEFORE)
        return staff

    def _actor(self, role: str) -> Actor:
        staff = self.staff[role]
        return Actor(
            org_id=self.org.pk, staff_id=staff.pk, name=staff.name, offices=held_at(staff.pk, BEFORE), source="replay"
        )

    def place(self, name: str) -> Place:
        if name not in self._places:
            code = f"p{len(self._places)}"
            self._places[name] = Place.objects.create(
                org=self.org, kind="building", parent=self.site, site=self.site, code=code, name=name[:80],
                path=f"/site/{code}/",
            )  # fmt: skip
        return self._places[name]

    def group(self, name: str) -> Any:
        """The group of a name; none for an empty one."""
        if not name:
            return None
        if name not in self._groups:
            key = f"g{len(self._groups) + 1}"
            self._groups[name] = Department.objects.create(org=self.org, key=key, name=name[:60])
        return self._groups[name]
