"""What is there already of all that a register mentions, read in a few queries before its rows are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shouwen.ground import codes, identity, phones
from shouwen.ground.models import ContactPoint, Identity, Party, Place, Role, Vehicle
from shouwen.ground.sealing import fingerprints
from shouwen.kernel.zones import local_date

if TYPE_CHECKING:
    from shouwen.rooms.customers.importing import Plan


def remember(made: Plan, records: list[dict[str, str]], *, homes: set[str]) -> None:
    """What is there already of all that the file mentions: a few queries, whatever its length."""
    here = Place.objects.filter(org_id=made.org_id, site=made.site) if made.site is not None else Place.objects.none()
    made.places = {place.code: place for place in here.select_related("parent", "building")}
    normal = {phones.normal(values[name]) for values in records for name in ("phone", "phone2") if values.get(name)} - {
        None
    }
    prints = {
        one
        for values in records
        if values.get("id_number")
        for one in fingerprints(identity.normal(values["id_number"]))
    }
    known: dict[int, Party] = {}
    for chunk in _chunks(sorted(normal)):
        for row in ContactPoint.objects.filter(org_id=made.org_id, normal__in=chunk).select_related("party"):
            known[row.party_id] = row.party
            made.people.setdefault(f"phone {row.normal} {row.party.name}", row.party)
    for chunk in _chunks(sorted(prints)):
        for row in Identity.objects.filter(org_id=made.org_id, fingerprint__in=chunk).select_related("party"):
            known[row.party_id] = row.party
            made.people.setdefault(f"document {row.number}", row.party)
    there = [made.places[code].pk for code in sorted(homes) if code in made.places]
    for chunk in _chunks(there):
        for row in Role.objects.filter(place_id__in=chunk).select_related("party", "place"):
            known[row.party_id] = row.party
            made.people.setdefault(f"home {row.place.code} {row.party.name}", row.party)
    _remember_parts(made, sorted(known))
    plates = {codes.plate(values["plate"]) for values in records if values.get("plate")}
    for chunk in _chunks(sorted(plates)):
        rows = Vehicle.objects.filter(org_id=made.org_id, plate__in=chunk)
        for plate, party_id, until in rows.values_list("plate", "party_id", "until_date"):
            made.ended.add((plate, until))
            if until is None or until >= local_date(made.at):
                made.plates[plate] = party_id


def _remember_parts(made: Plan, ids: list[int]) -> None:
    for chunk in _chunks(ids):
        made.numbers |= set(ContactPoint.objects.filter(party_id__in=chunk).values_list("party_id", "normal"))
        held = Role.objects.filter(party_id__in=chunk)
        for party_id, place_id, role, until in held.values_list("party_id", "place_id", "role", "until_date"):
            made.ended.add((party_id, place_id, role, until))
            if until is None or until >= local_date(made.at):
                made.roles.add((party_id, place_id, role))
        for row in Identity.objects.filter(party_id__in=chunk):
            made.documents[(row.party_id, row.kind)] = row.number


def _chunks(rows: list[Any], size: int = 500) -> list[list[Any]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
