"""An empty installation's first day: the organization, its community with buildings and units, offices, and who begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground import phones
from shouwen.ground.actors import Actor, system_actor
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
from shouwen.kernel import accounts
from shouwen.kernel.indexing import index_parties
from shouwen.kernel.perform import own_rules
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registers import register
from shouwen.kernel.takeover import take_over
from shouwen.kernel.zones import local_date
from shouwen.packs.choice import Pack, found

MOST = 20_000  # units of a first list
HELD = ("manager", "supervisor", "desk")  # what the first person holds, until others do
UNIT = re.compile(r"[\w.]{1,12}(?:-[\w.]{1,12}){1,3}")


@dataclass(frozen=True)
class Home:
    """A unit of the first list, with its owner and their numbers where the list names them."""

    code: str
    owner: str = ""
    numbers: tuple[str, ...] = ()


@dataclass
class Listed:
    """A first list as it was read: its homes, and a sentence for each line that cannot be taken."""

    homes: list[Home] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def read(text: str) -> Listed:
    """The units of a list, one a line: `3-1-1502, name, number …`. Parts stand between commas, tabs or semicolons."""
    listed, seen = Listed(), set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        code, owner, *rest = [*(part.strip() for part in re.split(r"[,，;；\t]", line)), "", ""][:8]
        wanted = [one for one in rest if one]
        if not UNIT.fullmatch(code):
            listed.wrong.append(
                _("Line %(n)d: “%(code)s” is no unit such as 3-1-1502.") % {"n": number, "code": code[:40]}
            )
        elif code in seen:
            listed.wrong.append(_("Line %(n)d: %(code)s stands there twice.") % {"n": number, "code": code})
        elif bad := next((one for one in wanted if phones.normal(one) is None), ""):
            listed.wrong.append(
                _("Line %(n)d: “%(number)s” is no telephone number.") % {"n": number, "number": bad[:40]}
            )
        elif owner and not any(letter.isalnum() for letter in owner):
            listed.wrong.append(_("Line %(n)d: this is no name.") % {"n": number})
        else:
            listed.homes.append(Home(code, owner[:120], tuple(dict.fromkeys(wanted))))
        seen.add(code)
    if len(listed.homes) > MOST:
        listed.wrong.append(_("At most %(most)d units at once.") % {"most": MOST})
    return listed


def planned(buildings: int, entrances: int, floors: int, flats: int) -> list[Home]:
    """Units of like buildings: building, entrance, floor and flat make the code."""
    return [
        Home(f"{building}-{entrance}-{floor}{flat:02d}")
        for building in range(1, buildings + 1)
        for entrance in range(1, entrances + 1)
        for floor in range(1, floors + 1)
        for flat in range(1, flats + 1)
    ]


@dataclass(frozen=True)
class First:
    """Who begins: the first administrator."""

    name: str
    username: str
    password: str


def begin(pack: Pack, *, name: str, community: str, first: First, homes: list[Home], at: datetime) -> Account:
    """Makes everything the first case needs, as one act; refused where somebody began already."""
    with transaction.atomic():
        own_rules(0)
        if Organization.objects.exists():
            raise Refusal(_("Somebody began here already: sign in."))
        org = found(pack, name=name, at=at)
        actor = system_actor(org.pk)
        site = Place(org=org, kind="community", code=community, name=community)
        places, units = _places(org, site, homes)
        take_over(register("place"), [site, *places], actor=actor, at=at)
        offices = _offices(pack, org, site, [place for place in places if place.kind == "building"])
        take_over(register("office"), offices, actor=actor, at=at)
        account = _first(org, first, offices, actor=actor, at=at)
        _owners(org, homes, units, actor=actor, at=at)
    return account


def _places(org: Organization, site: Place, homes: list[Home]) -> tuple[list[Place], dict[str, Place]]:
    """Buildings, entrances and units, each after the one it lies in; the units by code."""
    made: dict[str, Place] = {}
    units: dict[str, Place] = {}
    for home in homes:
        building, *doors = home.code.split("-")
        above, path = site, ""
        for depth, part in enumerate([building, *doors[:-1][:1]]):
            path = f"{path}-{part}" if path else part
            if path not in made:
                kind = "building" if depth == 0 else "entrance"
                shown = _("Building %(n)s") % {"n": part} if depth == 0 else _("Entrance %(n)s") % {"n": part}
                made[path] = Place(org=org, kind=kind, parent=above, code=path, name=shown)
            above = made[path]
        units[home.code] = Place(org=org, kind="unit", parent=above, code=home.code, name=home.code)
    return [*made.values(), *units.values()], units


def _offices(pack: Pack, org: Organization, site: Place, buildings: list[Place]) -> list[Office]:
    """The offices a trade starts with, the higher ones first, each under the one it reports to."""
    made = [Office(org=org, role=role) for role in pack.offices.get("organization", "").split()]
    made += [Office(org=org, role=role, site=site) for role in pack.offices.get("community", "").split()]
    departments = list(Department.objects.filter(org=org).order_by("id"))
    made += [
        Office(org=org, role=role, site=site, dept=dept)
        for role in pack.offices.get("department", "").split()
        for dept in departments
    ]
    made += [
        Office(org=org, role=role, site=site, building=building)
        for role in pack.offices.get("building", "").split()
        for building in buildings
    ]
    for office in made:
        above = pack.reports_to.get(office.role)
        office.reports_to = next((one for one in made if one.role == above), None)
    return sorted(made, key=lambda office: len(list(_above(office))))


def _above(office: Office) -> Iterator[Office]:
    while office.reports_to is not None:
        office = office.reports_to
        yield office


def _first(org: Organization, first: First, offices: list[Office], *, actor: Actor, at: datetime) -> Account:
    (staff,) = take_over(register("staff"), [Staff(org=org, name=first.name, number="001")], actor=actor, at=at)
    held = [
        Holding(org=org, office=next(one for one in offices if one.role == role), staff=staff, from_at=at)
        for role in HELD
        if any(one.role == role for one in offices)
    ]
    take_over(register("holding"), held, actor=actor, at=at)
    account, _text = accounts.make(first.username, actor=actor, at=at, staff=staff, admin=True, password=first.password)
    return account


def _owners(org: Organization, homes: list[Home], units: dict[str, Place], *, actor: Actor, at: datetime) -> None:
    """Owners of the list as customers, each with numbers and unit; one who owns several under the same number is one."""
    parties: dict[tuple[str, str], Party] = {}
    numbers: list[ContactPoint] = []
    roles: list[Role] = []
    for home in homes:
        if not home.owner:
            continue
        key = (home.owner, phones.normal(home.numbers[0]) or "" if home.numbers else home.code)
        if key not in parties:
            parties[key] = Party(org=org, name=home.owner)
            numbers += [ContactPoint(org=org, party=parties[key], kind="phone", shown=one) for one in home.numbers]
        roles.append(Role(org=org, party=parties[key], place=units[home.code], role="OWNER", from_date=local_date(at)))
    for card, rows in (("party", [*parties.values()]), ("contact", numbers), ("role", roles)):
        take_over(register(card), rows, actor=actor, at=at)
    index_parties([party.pk for party in parties.values()], at=at)
