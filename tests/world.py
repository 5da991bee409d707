"""The cast of the tests: a small community, fixed people with fixed offices. Everything is invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shouwen.ground.actors import Actor, actor_for, system_actor
from shouwen.ground.models import (
    Account,
    ContactPoint,
    Department,
    Holding,
    Office,
    Organization,
    Party,
    Place,
    Role,
    Staff,
)

ZONE = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment of the site, written `2026-11-24 10:00` (seconds may follow), as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


MONDAY = at("2026-11-23 10:00")


@dataclass
class World:
    """Rows by name: `places["1-1-101"]`, `staff["steward1"]`, `parties["fang"]`; actors at a moment."""

    org: Organization
    places: dict[str, Place] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    depts: dict[str, Department] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def actor(self, name: str, *, at: datetime = MONDAY, source: str = "desk") -> Actor:
        return system_actor(self.org.pk) if name == "system" else actor_for(self.accounts[name], at=at, source=source)

    @property
    def home(self) -> Place:
        return self.places["1-1-101"]


STAFF = {
    "desk": ("desk", "site"), "desk2": ("desk", "site"), "steward1": ("steward", "b1"), "steward2": ("steward", "b2"),
    "supervisor": ("supervisor", "site"), "director": ("director", "site"), "property_gm": ("property_gm", "site"),
    "manager": ("manager", None), "engineering": ("head", "site"), "fitter": ("fitter", "site"),
    "elsewhere": ("desk", "other"), "nobody": (None, None), "dispatcher": ("dispatcher", "site"),
}  # fmt: skip
NAMES = dict(
    zip(
        STAFF,
        "顾南星 陆小满 林知夏 周牧野 沈听澜 陆行舟 程远山 叶清和 石开阳 方可 江别处 闲无事 乔一诺".split(),
        strict=True,
    )
)


def build() -> World:
    """Makes the community and its people."""
    org = Organization.objects.create(name="青禾物业（样例）")
    world = World(org)
    places = world.places
    for key, name in (("site", "青禾苑"), ("other", "云栖里")):
        places[key] = Place.objects.create(org=org, kind="community", code=key, name=name, path=f"/{key}/")
    for b in ("1", "2"):
        building = Place.objects.create(
            org=org,
            kind="building",
            parent=places["site"],
            site=places["site"],
            code=b,
            name=f"{b} 栋",
            path=f"/site/{b}/",
        )
        places[f"b{b}"] = building
        for unit in (f"{b}-1-101", f"{b}-1-102"):
            places[unit] = Place.objects.create(
                org=org, kind="unit", parent=building, site=places["site"], building=building, code=unit, name=unit,
                path=f"/site/{b}/{unit}/",
            )  # fmt: skip
    world.depts["engineering"] = Department.objects.create(org=org, key="engineering", name="工程部")
    for number, (name, (role, where)) in enumerate(STAFF.items(), start=1):
        _employ(world, name, number, role, where)
    for name, shown in (("fang", "方小满"), ("zeng", "曾如初")):
        party = Party.objects.create(org=org, name=shown)
        world.parties[name] = party
        ContactPoint.objects.create(
            org=org, party=party, kind="phone", normal=f"1380000028{len(name)}", shown="-", last4="0284"
        )
        Role.objects.create(org=org, party=party, place=world.home, role="OWNER", from_date=date(2024, 1, 1))
        world.accounts[name] = Account.objects.make(org=org, username=name, password="story-of-a-day", party=party)
    return world


def _employ(world: World, name: str, number: int, role: str | None, where: str | None) -> None:
    org = world.org
    staff = Staff.objects.create(org=org, name=NAMES[name], number=f"S{number:03d}", email=f"{name}@example.invalid")
    world.staff[name] = staff
    world.accounts[name] = Account.objects.make(org=org, username=name, password="story-of-a-day", staff=staff)
    if role is None:
        return
    place = world.places[where] if where else None
    office = next((o for o in world.offices.values() if o.role == role and (o.building or o.site) == place), None)
    if office is None:
        building = place if place is not None and place.kind == "building" else None
        site = place.site if building is not None else place
        dept = world.depts["engineering"] if role == "head" else None
        office = Office.objects.create(org=org, role=role, site=site, building=building, dept=dept)
    world.offices[name] = office
    Holding.objects.create(org=org, office=office, staff=staff, from_at=LONG_AGO)
