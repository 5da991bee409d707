"""Which office answers for a place, and who holds it at a moment: the nearest one, upward (building, community, all)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shouwen.ground.actors import Actor
from shouwen.ground.models import Holding, Office
from shouwen.ground.prepared import Prepared

RANKS = {"head": 1, "supervisor": 1, "engineer": 1, "director": 2, "manager": 3, "property_gm": 3, "company_gm": 4}


def outranks(actor: Actor, office: Office, *, equal: bool = False) -> bool:
    """Whether the actor holds a higher office (or, for `equal`, this very one) whose reach covers the office.

    Whoever appoints must stand above what is given: nobody makes themselves director.
    """
    for held in actor.offices:
        inside = held.site_id is None or held.site_id == office.site_id
        narrow = held.building_id is not None or (held.dept_id is not None and held.dept_id != office.dept_id)
        if inside and not narrow and RANKS.get(held.role, 0) > RANKS.get(office.role, 0):
            return True
        if equal and held.office_id == office.pk and not held.stand_in:
            return True
    return actor.system or actor.admin


@dataclass(frozen=True)
class Post:
    """An office with whoever answers in it at a moment; `staff_id` is None where it is vacant."""

    office_id: int
    role: str
    site_id: int | None
    building_id: int | None
    dept_id: int | None
    reports_to: int | None
    staff_id: int | None
    staff_name: str = ""
    absent_id: int | None = None  # the holder a stand-in represents


@dataclass(frozen=True)
class Where:
    """The reach asked about: a building of a community, a department."""

    site_id: int | None = None
    building_id: int | None = None
    dept_id: int | None = None


NOWHERE = -1  # no community has this id
OFFICES = Prepared(
    lambda org_id, site_id: Office.objects.filter(Q(site__isnull=True) | Q(site_id=site_id), org_id=org_id)
    .order_by("id")
    .values_list("id", "role", "site_id", "building_id", "dept_id", "reports_to_id"),
    org_id=int, site_id=int,
)  # fmt: skip
HOLDINGS = Prepared(
    lambda org_id, site_id, from_at, until_at: Holding.objects.filter(
        Q(office__site__isnull=True) | Q(office__site_id=site_id), office__org_id=org_id, from_at__lte=from_at
    )
    .filter(Q(until_at__isnull=True) | Q(until_at__gt=until_at))
    .order_by("stand_in", "from_at", "id")
    .values_list("office_id", "staff_id", "staff__name", "stand_in"),
    org_id=int, site_id=int, from_at=datetime, until_at=datetime,
)  # fmt: skip


class Roster:
    """All offices that can answer for one community at a moment, read in two queries and asked many times."""

    def __init__(self, org_id: int, *, site_id: int | None, at: datetime) -> None:
        self.at = at
        here = {"org_id": org_id, "site_id": site_id or NOWHERE}
        self._holders: dict[int, list[tuple[int, str, bool]]] = {}
        for office_id, staff_id, name, stand_in in HOLDINGS.rows(**here, from_at=at, until_at=at):
            self._holders.setdefault(office_id, []).append((staff_id, name, stand_in))
        self.posts = [self._post(*office) for office in OFFICES.rows(**here)]
        self._by_id = {post.office_id: post for post in self.posts}

    def _post(
        self, office_id: int, role: str, site_id: int | None, building_id: int | None, dept_id: int | None,
        reports_to: int | None,
    ) -> Post:  # fmt: skip
        holders = self._holders.get(office_id, [])
        regular = next((held for held in holders if not held[2]), None)
        standing = [held for held in holders if held[2]]
        now = standing[-1] if standing else regular
        return Post(
            office_id, role, site_id, building_id, dept_id, reports_to,
            now[0] if now else None, now[1] if now else "", regular[0] if standing and regular else None,
        )  # fmt: skip

    def post(self, office_id: int) -> Post | None:
        return self._by_id.get(office_id)

    def find(self, role: str, where: Where) -> Post | None:
        """The nearest office of a role; a held one before a vacant one. None where the organization has none."""
        fitting = [
            post
            for post in self.posts
            if post.role == role
            and (where.dept_id is None or post.dept_id == where.dept_id)
            and (post.site_id is None or post.site_id == where.site_id)
            and (post.building_id is None or post.building_id == where.building_id)
        ]
        fitting.sort(key=lambda p: (p.staff_id is None, p.building_id is None, p.site_id is None, p.office_id))
        return fitting[0] if fitting else None
