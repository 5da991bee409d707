"""The demo community: places, offices and people, as cards with their first entry."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shouwen.ground.actors import system_actor
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
from shouwen.kernel.indexing import index_parties
from shouwen.kernel.registers import register
from shouwen.kernel.takeover import take_over
from shouwen.kernel.zones import local_date
from shouwen.packs.property import cast

FIRST_NUMBER = 13_800_000_000  # telephone numbers of the demo, plainly invented
TENANTS, COUPLES = 0.15, 0.25  # of the homes


@dataclass
class Community:
    """What the demo's story is played with."""

    org: Organization
    site: Place
    departments: dict[str, Department]
    homes: list[Place] = field(default_factory=list)
    common: list[Place] = field(default_factory=list)
    lifts: list[Place] = field(default_factory=list)
    living: dict[int, list[Party]] = field(default_factory=dict)  # home → who lives there
    staff: dict[str, Account] = field(default_factory=dict)  # by sign-in name
    online: dict[int, Account] = field(default_factory=dict)  # party → account


def build(org: Organization, *, at: datetime, rng: random.Random) -> Community:
    """Makes everything that is there before the first case."""
    actor = system_actor(org.pk)
    site = Place(org=org, kind="community", code=cast.COMMUNITY, name=cast.COMMUNITY)
    made = Community(org, site, {row.key: row for row in Department.objects.filter(org=org)})
    buildings = _places(made)
    take_over(register("place"), _all_places(made, buildings), actor=actor, at=at)
    _employ(made, buildings, at)
    _settle(made, at, rng)
    return made


def _places(made: Community) -> list[Place]:
    org, site = made.org, made.site
    buildings = []
    for number, floors in enumerate(cast.FLOORS, start=1):
        building = Place(org=org, kind="building", parent=site, code=str(number), name=f"{number} 栋")
        buildings.append(building)
        for entrance in (1, 2):
            code = f"{number}-{entrance}"
            door = Place(org=org, kind="entrance", parent=building, code=code, name=f"{number} 栋 {entrance} 单元")
            made.lifts.append(Place(org=org, kind="equipment", parent=door, code=f"梯{code}", name=f"{code} 电梯"))
            made.homes += [
                Place(org=org, kind="unit", parent=door, code=f"{code}-{floor}{flat:02d}", name=f"{floor}{flat:02d} 室")
                for floor in range(1, floors + 1)
                for flat in (1, 2)
            ]
    made.common = [Place(org=org, kind="common", parent=site, code=c, name=n) for c, n in cast.COMMON.items()]
    return buildings


def _all_places(made: Community, buildings: list[Place]) -> list[Place]:
    """Each place after the one it lies in."""
    doors = list({id(home.parent): home.parent for home in made.homes}.values())
    return [made.site, *buildings, *[door for door in doors if door], *made.lifts, *made.homes, *made.common]


def _employ(made: Community, buildings: list[Place], at: datetime) -> None:
    org, actor, offices = made.org, system_actor(made.org.pk), {}
    staff = [
        Staff(
            org=org, name=person.name, number=f"QH{number:03d}", email=f"{person.username}@example.invalid",
            phone=str(FIRST_NUMBER + 9000 + number),
        )
        for number, person in enumerate(cast.STAFF, start=1)
    ]  # fmt: skip
    holdings = []
    for person, row in zip(cast.STAFF, staff, strict=True):
        for text in person.offices.split():
            if text not in offices:
                offices[text] = _office(made, buildings, text)
            holdings.append(Holding(org=org, office=offices[text], staff=row, from_at=at))
    for office in offices.values():
        above = cast.REPORTS_TO.get(office.role)
        office.reports_to = next((o for o in offices.values() if o.role == above), None)
    ordered = sorted(offices.values(), key=_height)
    take_over(register("staff"), staff, actor=actor, at=at)
    take_over(register("office"), ordered, actor=actor, at=at)
    take_over(register("holding"), holdings, actor=actor, at=at)
    for person, row in zip(cast.STAFF, staff, strict=True):
        made.staff[person.username] = Account.objects.make(
            org=org, username=person.username, password=cast.PASSWORD, staff=row, is_demo=True,
            is_admin=person.offices == "manager",
        )  # fmt: skip


def _office(made: Community, buildings: list[Place], text: str) -> Office:
    role, _at, building = text.partition("@")
    role, _slash, dept = role.partition("/")
    return Office(
        org=made.org, role=role, site=None if role in cast.EVERYWHERE else made.site,
        building=buildings[int(building) - 1] if building else None, dept=made.departments[dept] if dept else None,
    )  # fmt: skip


def _height(office: Office) -> int:
    """How many offices stand above: the highest are saved first."""
    return 0 if office.reports_to is None else 1 + _height(office.reports_to)


def names(rng: random.Random) -> Iterator[str]:
    """Invented names, each once."""
    seen = {person.name for person in cast.STAFF}
    while True:
        name = rng.choice(cast.SURNAMES) + "".join(rng.choice(cast.GIVEN) for _ in range(rng.choice((1, 2, 2, 2))))
        if name not in seen:
            seen.add(name)
            yield name


def _settle(made: Community, at: datetime, rng: random.Random) -> None:
    """Who owns and lives in each home; every party with a telephone number, some owners with an account."""
    org, actor, day = made.org, system_actor(made.org.pk), local_date(at)
    roles: list[Role] = []
    name = names(rng)
    for home in made.homes:
        since = day - timedelta(days=rng.randrange(60, 3000))
        first = cast.FIRST_CUSTOMER[0] if home.code == cast.FIRST_CUSTOMER[1] else next(name)
        owner = Party(org=org, name=first)
        made.living[home.pk] = [owner]
        roles.append(Role(org=org, party=owner, place=home, role="OWNER", from_date=since))
        lot = rng.random()
        if lot < TENANTS + COUPLES:
            second = Party(org=org, name=next(name))
            role = "TENANT" if lot < TENANTS else "FAMILY"
            made.living[home.pk] = [second] if role == "TENANT" else [owner, second]
            roles.append(Role(org=org, party=second, place=home, role=role, from_date=since))
    parties = list({role.party.pk: role.party for role in roles}.values())
    take_over(register("party"), parties, actor=actor, at=at)
    take_over(register("contact"), _numbers(org, parties, rng), actor=actor, at=at)
    take_over(register("role"), roles, actor=actor, at=at)
    index_parties([party.pk for party in parties], at=at)
    owners = {role.place.code: role.party for role in roles if role.role == "OWNER"}
    for code in cast.ONLINE:
        party = owners[code]
        made.online[party.pk] = Account.objects.make(
            org=org, username=f"yezhu-{code}", password=cast.PASSWORD, party=party, is_demo=True
        )


def _numbers(org: Organization, parties: list[Party], rng: random.Random) -> list[ContactPoint]:
    """Each party's number, written as people write them."""
    found = []
    for place, party in enumerate(parties):
        digits = str(FIRST_NUMBER + 280 + place * 7)
        shown = digits if rng.random() < 0.7 else f"{digits[:3]} {digits[3:7]} {digits[7:]}"
        found.append(ContactPoint(org=org, party=party, kind="phone", shown=shown))
    return found
