"""Lays out a building from a few numbers and shows it before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Place
from shouwen.kernel.refusals import Invalid, Refusal
from shouwen.kernel.registers import register
from shouwen.kernel.takeover import take_over

MOST = {"floors": 120, "entrances": 20, "units": 40}


@dataclass(frozen=True)
class Layout:
    """So many storeys, entrances, homes on each storey of an entrance; storeys that are left out in counting."""

    floors: int
    entrances: int
    units: int
    without: tuple[int, ...] = ()

    def check(self) -> None:
        errors = {
            name: [_("Between 1 and %(most)d.") % {"most": most}]
            for name, most in MOST.items()
            if not 1 <= getattr(self, name) <= most
        }
        if any(not 1 <= storey <= MOST["floors"] * 2 for storey in self.without):
            errors["without"] = [_("Name storeys such as 4 13 14.")]
        if errors:
            raise Invalid(_("Some answers are missing or not right."), errors=errors)

    @property
    def storeys(self) -> list[int]:
        """The storeys as they are called, from below: without 4, the fourth is called the fifth."""
        found: list[int] = []
        storey = 0
        while len(found) < self.floors:
            storey += 1
            if storey not in self.without:
                found.append(storey)
        return found


@dataclass
class Plan:
    """What would be written into a building: entrances, and homes by storey; what is there already is named."""

    building: Place
    layout: Layout
    doors: list[Place] = field(default_factory=list)
    homes: list[Place] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[int, list[list[str]]]]:
        """The drawing, top storey first: for each entrance the codes from the left."""
        by_storey: dict[int, dict[str, list[str]]] = {}
        for home in self.homes:
            by_storey.setdefault(home.storey or 0, {}).setdefault(home.door, []).append(home.code)
        return [(storey, list(doors.values())) for storey, doors in sorted(by_storey.items(), reverse=True)]


def plan(building: Place, layout: Layout) -> Plan:
    """Lays out the building; nothing is written."""
    layout.check()
    if building.kind != "building":
        raise Refusal(_("Only a building is laid out."))
    made = Plan(building, layout)
    for number in range(1, layout.entrances + 1):
        code = f"{building.code}-{number}"
        door = Place(org_id=building.org_id, kind="entrance", parent=building, code=code, name=code)
        made.doors.append(door)
        for storey in layout.storeys:
            for position in range(1, layout.units + 1):
                said = f"{code}-{storey}{position:02d}"
                made.homes.append(
                    Place(
                        org_id=building.org_id, kind="unit", parent=door, code=said, name=said, door=str(number),
                        storey=storey, position=position,
                    )
                )  # fmt: skip
    wanted = [place.code for place in (*made.doors, *made.homes)]
    there = Place.objects.filter(org_id=building.org_id, site_id=building.site_id, building=building)
    made.taken = sorted(set(wanted) & set(there.values_list("code", flat=True)))
    return made


def write(made: Plan, *, actor: Actor, at: datetime) -> int:
    """Writes a plan whole, each place journaled on its card; refused where a code is taken, and then nothing is written."""
    if made.taken:
        some = _(", ").join(made.taken[:5])
        raise Refusal(_("These are there already: %(codes)s.") % {"codes": some})
    with transaction.atomic():
        building = Place.objects.select_for_update().get(pk=made.building.pk)
        fresh = plan(building, made.layout)
        if fresh.taken:
            raise Refusal(_("These are there already: %(codes)s.") % {"codes": _(", ").join(fresh.taken[:5])})
        rows = take_over(register("place"), [*fresh.doors, *fresh.homes], actor=actor, at=at)
    return len(rows)
