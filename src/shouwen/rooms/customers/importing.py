"""Taking a register in: every row is looked at first and told; then the whole file, or nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from shouwen.ground import codes, phones
from shouwen.ground.models import ContactPoint, Identity, Party, Place, Role, Vehicle
from shouwen.ground.sealing import fingerprint
from shouwen.kernel.zones import local_date
from shouwen.rooms.customers.headings import Layout
from shouwen.rooms.customers.remembering import remember
from shouwen.rooms.customers.values import OF_HOUSE_CODES, ROLES, STATES, Wrong, area, day, document, phone


@dataclass
class Told:
    """What would become of one row: new things by name, or sentences by heading; or it is all there already."""

    sheet: str
    number: int
    made: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    rows: list[tuple[str, Any]] = field(default_factory=list)  # what it brings: register and row, in this order

    @property
    def outcome(self) -> str:
        return "refused" if self.errors else "new" if self.made else "known"


@dataclass
class Plan:
    """The whole file as it would be written: new rows by register, and every row told."""

    org_id: int
    site: Place | None
    at: datetime
    may_build: bool = False
    new: dict[str, list[Any]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    people: dict[str, Party] = field(
        default_factory=dict
    )  # by number of the file, document, phone and name, home and name
    numbers: set[tuple[int, str]] = field(default_factory=set)
    roles: set[tuple[int, int, str]] = field(default_factory=set)  # of today and later
    ended: set[tuple[Any, ...]] = field(default_factory=set)  # roles and plates with their last day
    documents: dict[tuple[int, str], str] = field(default_factory=dict)
    plates: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    now: list[tuple[str, Any]] = field(default_factory=list)  # what the present row brings
    back: list[Callable[[], Any]] = field(default_factory=list)  # takes back what the present row did

    @property
    def bad(self) -> list[Told]:
        return [told for told in self.told if told.errors]

    @property
    def fresh(self) -> list[Told]:
        return [told for told in self.told if told.rows]

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.new.items() if rows}

    def add(self, register: str, row: Any) -> Any:
        rows = self.new.setdefault(register, [])
        rows.append(row)
        self.now.append((register, row))
        self.back.append(rows.pop)
        return row

    def put(self, book: dict[Any, Any], key: Any, value: Any) -> Any:
        """Remembers something under a key that was free."""
        if key not in book:
            book[key] = value
            self.back.append(lambda: book.pop(key))
        return book[key]

    def mark(self, book: set[Any], item: Any) -> None:
        book.add(item)
        self.back.append(lambda: book.discard(item))


def plan(
    layouts: list[Layout], *, org_id: int, site: Place | None, at: datetime, may_build: bool = False,
    still: Callable[[], None] | None = None,
) -> Plan:  # fmt: skip
    """Looks at every row of every table that is taken in; nothing is written. `still` is called now and then."""
    made = Plan(org_id, site, at, may_build)
    taken = sorted(
        (one for one in layouts if one.about),
        key=lambda one: ["buildings", "people", "homes", "vehicles"].index(one.about),
    )
    records = [(layout, number, values) for layout in taken for number, values in layout.records()]
    said = [values for _layout, _number, values in records]
    remember(made, said, homes={code for values in said if (code := _said_home(values))})
    for layout, number, values in records:
        told = Told(layout.sheet.name, number)
        made.told.append(told)
        made.back.clear()
        made.now = told.rows
        if still is not None and len(made.told) % 2000 == 0:
            still()
        try:
            _row(made, layout, told, values)
        except Wrong as wrong:
            told.errors.append((heading_of(layout, wrong.field), wrong.sentence))
            told.made = []
            told.rows.clear()
            while made.back:
                made.back.pop()()
    return made


def heading_of(layout: Layout, field: str) -> str:
    heads = layout.sheet.rows[layout.header]
    return next((heads[at] for at, name in (layout.columns or {}).items() if name == field and at < len(heads)), field)


def _row(made: Plan, layout: Layout, told: Told, values: dict[str, str]) -> None:
    """One row: its place, its person, and what that person is there."""
    place = _place(made, layout, told, values)
    party = _person(made, told, values, place)
    if party is not None and place is not None and place.kind != "parking" and _said_home(values):
        _role(made, told, values, party, place)
    if values.get("plate"):
        _vehicle(made, told, values, party, place)


# ---- places


@lru_cache(maxsize=1024)
def _part(text: str, *marks: str) -> str:
    """`3栋`, `3 #`, `3号楼` as the 3 they mean."""
    found = re.sub(r"[^0-9A-Za-z一二三四五六七八九十]", "", text)
    spoken = codes.spoken(f"{found}栋1")
    return spoken.split("-")[0] if spoken else found


def _said_home(values: dict[str, str]) -> str:
    """The code of the home a row speaks of, in its one form."""
    whole = values.get("home", "") or values.get("room", "")
    code = codes.spoken(whole)
    if code.count("-") >= 1 or not values.get("room"):
        return code
    parts = [_part(values[name]) for name in ("building", "entrance") if values.get(name)]
    room = re.sub(r"[^0-9A-Za-z]", "", values["room"])
    return "-".join([*parts, room]) if parts and room else ""


def _place(made: Plan, layout: Layout, told: Told, values: dict[str, str]) -> Place | None:
    if layout.about != "buildings" and not any(values.get(name) for name in ("home", "room", "building", "space")):
        return None
    if made.site is None:
        raise Wrong("building", _("Choose the community first."))
    if values.get("space") and not _said_home(values):
        return _space(made, told, values)
    if layout.about == "buildings":
        return _door(made, told, _part(values.get("building", "")), _part(values.get("entrance", "")), may=True)
    code = _said_home(values)
    if not code:
        raise Wrong("room" if "room" in values else "home", _("This names no home, such as 1-2-301."))
    if len(code) > 40:
        raise Wrong("room", _("This is too long."))
    fresh = code not in made.places
    home = _home(made, told, code) if fresh else made.places[code]
    if home.kind not in ("unit", "shop"):
        raise Wrong("room", _("%(code)s is no home.") % {"code": code})
    _details(home, values, fresh=fresh)
    return home


def _home(made: Plan, told: Told, code: str) -> Place:
    building, *rest = code.split("-")
    door = _door(made, told, building, rest[0] if len(rest) > 1 else "", may=made.may_build)
    home = Place(org_id=made.org_id, kind="unit", parent=door, code=code, name=code, site=made.site)
    made.put(made.places, code, made.add("place", home))
    told.made.append(code)
    return home


def _door(made: Plan, told: Told, building: str, entrance: str, *, may: bool) -> Place:
    """The building or its entrance; made where that is allowed."""
    if not building or len(building) > 20:
        raise Wrong("building", _("Which building?"))
    house = made.places.get(building)
    if house is None:
        if not may:
            raise Wrong("building", _("There is no building %(code)s here.") % {"code": building})
        house = Place(
            org_id=made.org_id,
            kind="building",
            parent=made.site,
            code=building,
            name=_("Building %(code)s") % {"code": building},
        )
        made.put(made.places, building, made.add("place", house))
        told.made.append(building)
    if house.kind != "building":
        raise Wrong("building", _("%(code)s is no building.") % {"code": building})
    if not entrance:
        return house
    code = f"{building}-{entrance}"
    door = made.places.get(code)
    if door is None:
        door = Place(org_id=made.org_id, kind="entrance", parent=house, code=code, name=code)
        made.put(made.places, code, made.add("place", door))
        told.made.append(code)
    return door


def _space(made: Plan, told: Told, values: dict[str, str]) -> Place:
    lot, space = values.get("lot", ""), values["space"]
    code = f"{lot}-{space}" if lot else space
    if len(code) > 40:
        raise Wrong("space", _("This is too long."))
    found = made.places.get(code)
    if found is None:
        found = Place(org_id=made.org_id, kind="parking", parent=made.site, code=code, name=code)
        made.put(made.places, code, made.add("place", found))
        told.made.append(code)
    if found.kind != "parking":
        raise Wrong("space", _("%(code)s is no parking space.") % {"code": code})
    return found


def _details(home: Place, values: dict[str, str], *, fresh: bool) -> None:
    """Area and state, checked in any case, taken over for a new home."""
    gross, inner = area("gross", values.get("gross", "")), area("inner", values.get("inner", ""))
    if gross is not None and inner is not None and inner > gross:
        raise Wrong("inner", _("The area inside cannot exceed the gross area."))
    said = values.get("state", "")
    state = OF_HOUSE_CODES.get(said) or STATES.get(said, "")
    if fresh:
        home.gross_dm2, home.inner_dm2, home.state = gross, inner, state if state in Place.STATES else ""


# ---- people


def _person(made: Plan, told: Told, values: dict[str, str], place: Place | None) -> Party | None:
    name = " ".join(values.get("name", "").split())
    number = values.get("number", "")
    if not name:
        if any(values.get(word) for word in ("phone", "id_number")):
            raise Wrong("name", _("Whose is this? The name is missing."))
        return made.people.get(f"number {number}") if number else None
    if len(name) > 120 or not any(letter.isalnum() for letter in name):
        raise Wrong("name", _("This is no name.") if len(name) <= 120 else _("This is too long."))
    paper = document(values, today=local_date(made.at))
    normal = phone(values, "phone")
    second = phone(values, "phone2")
    keys = [f"document {paper[1]}" if paper else "", f"phone {normal} {name}" if normal else "",
            f"home {place.code} {name}" if place is not None else ""]  # fmt: skip
    party = next((made.people[key] for key in keys if key and key in made.people), None)
    if party is not None and paper and keys[0] in made.people and party.name != name:
        raise Wrong("id_number", _("This document is %(name)s's.") % {"name": party.name})
    if party is None:
        kind = (
            "company" if (paper and paper[0] == "company_code") or re.search(r"公司|商行|中心$|店$", name) else "person"
        )
        party = made.add("party", Party(org_id=made.org_id, kind=kind, name=name, source="from_import"))
        told.made.append(name)
    for key in [*keys, f"number {number}" if number else ""]:
        if key:
            made.put(made.people, key, party)
    _parts(made, told, values, party, paper, [one for one in (normal, second) if one])
    return party


def _parts(
    made: Plan, told: Told, values: dict[str, str], party: Party, document: tuple[str, str] | None, numbers: list[str]
) -> None:
    """Numbers and document that the card does not hold yet."""
    for normal in numbers:
        if (party.pk, normal) not in made.numbers:
            made.mark(made.numbers, (party.pk, normal))
            made.add("contact", ContactPoint(org_id=made.org_id, party=party, kind="phone", shown=normal))
            told.made.append(f"…{phones.last4(normal)}")
    email = values.get("email", "").lower()
    if email and (party.pk, email) not in made.numbers:
        try:
            validate_email(email)
        except ValidationError:
            raise Wrong("email", _("This is no e-mail address.")) from None
        made.mark(made.numbers, (party.pk, email))
        made.add("contact", ContactPoint(org_id=made.org_id, party=party, kind="email", shown=email))
    if document is None:
        return
    there = made.documents.get((party.pk, document[0]))
    if there is None:
        made.put(made.documents, (party.pk, document[0]), document[1])
        row = Identity(
            org_id=made.org_id, party=party, kind=document[0], number=document[1], fingerprint=fingerprint(document[1])
        )
        made.add("identity", row)
        told.made.append(f"…{document[1][-4:]}")
    elif there and there != document[1]:
        raise Wrong("id_number", _("Another number of this kind stands on the card."))


# ---- what they are there


def _role(made: Plan, told: Told, values: dict[str, str], party: Party, place: Place) -> None:
    said = values.get("role", "").lower()
    role = OF_HOUSE_CODES.get(said) or ROLES.get(said) or ("OWNER" if not said else "")
    if role not in Role.ROLES:
        raise Wrong("role", _("Owner, tenant or family? “%(said)s” is not known.") % {"said": said[:20]})
    since = day("since", values.get("since", "")) or local_date(made.at)
    until = day("until", values.get("until", ""))
    if until is not None and until < since:
        raise Wrong("until", _("The last day cannot lie before the first."))
    earlier = made.seen.get(f"{place.code} {role}")
    if earlier is not None and role == "OWNER":
        raise Wrong("room", _("This home stands in row %(row)d already.") % {"row": earlier})
    made.put(made.seen, f"{place.code} {role}", told.number)
    key = (party.pk, place.pk, role)
    if key in made.roles or (*key, until) in made.ended:
        return
    made.mark(made.roles, key)
    made.add("role", Role(org_id=made.org_id, party=party, place=place, role=role, from_date=since, until_date=until))
    told.made.append(f"{place.code} {role}")


def _vehicle(made: Plan, told: Told, values: dict[str, str], party: Party | None, place: Place | None) -> None:
    plate = codes.plate(values["plate"])
    if not plate:
        raise Wrong("plate", _("This is no number plate."))
    since = day("since", values.get("since", "")) or local_date(made.at)
    until = day("until", values.get("until", ""))
    if until is not None and until < since:
        raise Wrong("until", _("The last day cannot lie before the first."))
    owner = made.plates.get(plate)
    if owner is not None:
        if party is not None and owner != party.pk:
            raise Wrong("plate", _("This plate stands on another card."))
        return
    if (plate, until) in made.ended:
        return
    if party is None:
        raise Wrong("number" if "number" in values else "plate", _("Whose vehicle? Its owner is not in this file."))
    made.put(made.plates, plate, party.pk)
    looks = " ".join(one for one in (values.get("car", ""), values.get("colour", "")) if one)[:60]
    stands = place if place is not None and place.kind == "parking" else None
    row = Vehicle(
        org_id=made.org_id, party=party, plate=plate, looks=looks, from_date=since, until_date=until, place=stands
    )
    made.add("vehicle", row)
    told.made.append(plate)
