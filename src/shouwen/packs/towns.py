"""Communities as copies of cases need them: who stands where for whom, and homes to choose from."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from shouwen.ground import search
from shouwen.ground.models import Office, Place, Role, Staff
from shouwen.packs.prototypes import Home, Pattern

Dwelling = tuple[int, int, list[str]]  # place, party, and what a case there is found by
Key = tuple[str, str, int]


@dataclass
class Town:
    """One community read into memory: offices by role and reach, staff in order, places by code, homes by building."""

    site_id: int
    offices: dict[Key, int]
    staff: list[int]
    buildings: dict[str, int]
    shared: dict[str, tuple[int, int | None, list[str]]]
    homes: dict[str, list[Dwelling]]
    ids: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, site_id: int) -> Town:
        places = Place.objects.filter(site_id=site_id).exclude(kind__in=("unit", "entrance", "floor"))
        buildings, shared = {}, {}
        for pk, kind, code, name, building in places.values_list("id", "kind", "code", "name", "building_id"):
            if kind == "building":
                buildings[code] = pk
            else:
                shared[code] = (pk, building, search.tokens(f"{code} {name}"))
        codes = {pk: code for code, pk in buildings.items()}
        offices = {
            (role, codes.get(building or 0, ""), dept or 0): pk
            for pk, role, building, dept in Office.objects.filter(site_id=site_id)
            .order_by("id")
            .values_list("id", "role", "building_id", "dept_id")
        }
        held = Staff.objects.filter(holdings__office__site_id=site_id).distinct().order_by("number")
        return cls(site_id, offices, list(held.values_list("id", flat=True)), buildings, shared, _homes(site_id, codes))

    def standing_for(self, first: Town) -> None:
        """Which id here stands for which of the first community's."""
        self.ids = {first.site_id: self.site_id}
        self.ids.update((pk, self.offices[key]) for key, pk in first.offices.items() if key in self.offices)
        self.ids.update((pk, self.buildings[code]) for code, pk in first.buildings.items())
        self.ids.update((row[0], self.shared[code][0]) for code, row in first.shared.items())
        self.ids.update(zip(first.staff, self.staff, strict=False))

    def home(self, pattern: Pattern, rng: random.Random) -> Home:
        """Somewhere in the building that stands for the pattern's."""
        place = pattern.case.place
        code = place.code if place is not None else ""
        building = code.split("-")[0]
        pk, party, tokens = rng.choice(self.homes.get(building) or self.homes["1"])
        building_id = self.buildings.get(building)
        if code in self.shared:
            pk, building_id, own = self.shared[code]
            tokens = [*own, *tokens]
        return Home(self.site_id, building_id, pk, party if pattern.case.party_id else None, tokens, self.ids)


def _homes(site_id: int, codes: dict[int, str]) -> dict[str, list[Dwelling]]:
    found: dict[str, list[Dwelling]] = {code: [] for code in codes.values()}
    roles = Role.objects.filter(place__site_id=site_id, place__kind="unit", role="OWNER").order_by("id")
    for place, building, code, party, name, sounds, initials in roles.values_list(
        "place_id", "place__building_id", "place__code", "party_id", "party__name", "party__pinyin", "party__initials"
    ):
        found[codes[building]].append((place, party, search.tokens(f"{code} {name} {sounds} {initials}")))
    return found
