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
from shouwen.kernel.takeover import Save, create, take_over, take_over_all
from shouwen.kernel.zones import local_date
from shouwen.packs.property import cast

FIRST_NUMBER = 13_800_000_000  # telephone numbers of the demo, plainly invented
TENANTS, COUPLES = 0.15, 0.25  # of the homes
FAMILIES = 1 / 3  # of the homes of a large community


@dataclass
class Community:
    """What a story is played with. The first one is the demo's own; others are alike, larger, and nobody signs in there."""

    org: Organization
    site: Place
    departments: dict[str, Department]
    number: int = 1
    flats: int = 2  # homes a floor and entrance
    save: Save = create
    homes: list[Place] = field(default_factory=list)
    common: list[Place] = field(default_factory=list)
    lifts: list[Place] = field(default_factory=list)
    living: dict[int, list[Party]] = field(default_factory=dict)  # home → who lives there
    staff: dict[str, Account] = field(default_factory=dict)  # by sign-in name
    online: dict[int, Account] = field(default_factory=dict)  # party → account

    @property
    def first(self) -> bool:
        return self.number == 1

    @property
    def first_phone(self) -> int:
        """Numbers of different communities do not meet."""
        return FIRST_NUMBER + 280 if self.first else FIRST_NUMBER + 100_000 + self.number * 20_000


def build(
    org: Organization, *, at: datetime, rng: random.Random, number: int = 1, flats: int = 2, save: Save = create
) -> Community:  # fmt: skip
    """Makes everything that is there before the first case."""
    actor = system_actor(org.pk)
    name = cast.COMMUNITY if number == 1 else f"{cast.COMMUNITY} {number} 期"
    site = Place(org=org, kind="community", code=name, name=name)
    departments = {row.key: row for row in Department.objects.filter(org=org)}
    made = Community(org, site, departments, number=number, flats=flats, save=save)
    buildings = _places(made)
    take_over(register("place"), _all_places(made, buildings), actor=actor, at=at, save=save)
    _employ(made, buildings, at, rng)
    _settle(made, at, rng)
    return made


def _places(made: Community) -> list[Place]:
    org, site = made.org, made.site
    buildings = []
    for number, floors in enumerate(cast.FLOORS if made.first else cast.TALL, start=1):
        building = Place(org=org, kind="building", parent=site, code=str(number), name=f"{number} 栋")
        buildings.append(building)
        for entrance in (1, 2):
            code = f"{number}-{entrance}"
            door = Place(org=org, kind="entrance", parent=building, code=code, name=f"{number} 栋 {entrance} 单元")
            made.lifts.append(Place(org=org, kind="equipment", parent=door, code=f"{code}-DT", name=f"{code} 电梯"))
            made.homes += [
                Place(org=org, kind="unit", parent=door, code=f"{code}-{floor}{flat:02d}", name=f"{floor}{flat:02d} 室")
                for floor in range(1, floors + 1)
                for flat in range(1, made.flats + 1)
            ]
    made.common = [Place(org=org, kind="common", parent=site, code=c, name=n) for c, n in cast.COMMON.items()]
    return buildings


def _all_places(made: Community, buildings: list[Place]) -> list[Place]:
    """Each place after the one it lies in."""
    doors = list({id(home.parent): home.parent for home in made.homes}.values())
    return [made.site, *buildings, *[door for door in doors if door], *made.lifts, *made.homes, *made.common]


def _employ(made: Community, buildings: list[Place], at: datetime, rng: random.Random) -> None:
    org, actor = made.org, system_actor(made.org.pk)
    offices: dict[str, Office] = {}
    staff, prefix, others = [], "QH" if made.first else f"Q{made.number:03d}-", names(rng)
    for number, person in enumerate(cast.STAFF, start=1):
        name = person.name if made.first else next(others)
        mail = f"{person.username}@example.invalid" if made.first else ""
        phone = str(FIRST_NUMBER + 9000 + number) if made.first else ""
        staff.append(Staff(org=org, name=name, number=f"{prefix}{number:03d}", email=mail, phone=phone))
    holdings = []
    for person, row in zip(cast.STAFF, staff, strict=True):
        for text in person.offices.split():
            if text in cast.EVERYWHERE and not made.first:
                continue
            if text not in offices:
                offices[text] = _office(made, buildings, text)
            holdings.append(Holding(org=org, office=offices[text], staff=row, from_at=at))
    for office in offices.values():
        above = cast.REPORTS_TO.get(office.role)
        office.reports_to = next((o for o in offices.values() if o.role == above), None)
    take_over(register("staff"), staff, actor=actor, at=at)
    take_over(register("office"), sorted(offices.values(), key=_height), actor=actor, at=at)
    take_over(register("holding"), holdings, actor=actor, at=at)
    if made.first:
        _accounts(made, staff)


def _accounts(made: Community, staff: list[Staff]) -> None:
    for person, row in zip(cast.STAFF, staff, strict=True):
        made.staff[person.username] = Account.objects.make(
            org=made.org, username=person.username, password=cast.PASSWORD, staff=row, is_demo=True,
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


def headquarters(org: Organization, *, at: datetime) -> None:
    """Offices over all communities, held by the company's general manager: desk, supervisor, manager."""
    actor = system_actor(org.pk)
    staff = Staff.objects.get(
        org=org, account__username=next(p.username for p in cast.STAFF if "company_gm" in p.offices)
    )
    for role in cast.HEADQUARTERS:
        office = register("office").add({"role": role}, actor=actor, at=at)
        register("holding").add({"office": office, "staff": staff, "from_at": at}, actor=actor, at=at)


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
        told = made.first and home.code == cast.FIRST_CUSTOMER[1]
        first = cast.FIRST_CUSTOMER[0] if told else next(name)
        owner = Party(org=org, name=first)
        made.living[home.pk] = [owner]
        roles.append(Role(org=org, party=owner, place=home, role="OWNER", from_date=since))
        lot = rng.random()
        if lot < (TENANTS + COUPLES if made.first else FAMILIES):
            second = Party(org=org, name=next(name))
            role = "TENANT" if made.first and lot < TENANTS else "FAMILY"
            made.living[home.pk] = [second] if role == "TENANT" else [owner, second]
            roles.append(Role(org=org, party=second, place=home, role=role, from_date=since))
    if not made.first:
        roles += _former(made, roles)
    parties = list({role.party.pk: role.party for role in roles}.values())
    cards = [
        (register("party"), parties), (register("contact"), _numbers(made, parties, rng)), (register("role"), roles),
    ]  # fmt: skip
    take_over_all(cards, actor=actor, at=at, save=made.save)
    index_parties([party.pk for party in parties], at=at)
    if made.first:
        _online(made, {role.place.code: role.party for role in roles if role.role == "OWNER"})


def _former(made: Community, roles: list[Role]) -> list[Role]:
    """Where everybody of a large community lived before: as tenants of another home there."""
    return [
        Role(
            org=made.org, party=role.party, place=made.homes[(place * 7 + 3) % len(made.homes)], role="TENANT",
            from_date=role.from_date - timedelta(days=900), until_date=role.from_date - timedelta(days=1),
        )
        for place, role in enumerate(roles)
    ]  # fmt: skip


def _online(made: Community, owners: dict[str, Party]) -> None:
    for code in cast.ONLINE:
        made.online[owners[code].pk] = Account.objects.make(
            org=made.org, username=f"yezhu-{code}", password=cast.PASSWORD, party=owners[code], is_demo=True
        )


def _numbers(made: Community, parties: list[Party], rng: random.Random) -> list[ContactPoint]:
    """Each party's number, written as people write them."""
    found = []
    for place, party in enumerate(parties):
        digits = str(made.first_phone + place * 7)
        shown = digits if rng.random() < 0.7 else f"{digits[:3]} {digits[3:7]} {digits[7:]}"
        found.append(ContactPoint(org=made.org, party=party, kind="phone", shown=shown))
    return found
