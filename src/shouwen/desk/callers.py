"""Who is on the line: found by digits, name, sounds, initials or unit; or a new customer with that number."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from shouwen.ground import finding, phones
from shouwen.ground.actors import Actor
from shouwen.ground.models import Party
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case
from shouwen.kernel.refusals import Invalid
from shouwen.kernel.registers import registers
from shouwen.kernel.zones import local_date

MOST = 8


@dataclass
class Person:
    """A customer with the little that a call needs: where they live, how many cases are open, when they last came."""

    party: Party
    homes: list[tuple[str, str]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    open: int = 0
    last_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def home(self) -> str:
        """The one place that is theirs; nothing where there are several."""
        codes = {code for code, _role in self.homes}
        return codes.pop() if len(codes) == 1 else ""


def may_look(actor: Actor) -> bool:
    return actor.staff_id is not None and bool(actor.offices)


def find(text: str, actor: Actor, *, at: datetime, most: int = MOST) -> list[Person]:
    """Customers by what was typed, also by the unit they live in; nobody for those without an office."""
    text = text.replace("\x00", "").strip()[:60]
    if not text or not may_look(actor):
        return []
    buildings = [held.building_id for held in actor.offices if held.building_id]
    ids = finding.customers(text, org_id=actor.org_id, buildings=buildings, sites=actor.site_ids, most=most)
    if not ids:
        return []
    found = persons(Party.objects.filter(pk__in=ids), actor, at=at)
    return sorted(found, key=lambda person: ids.index(person.party.pk))


def one(pk: str, actor: Actor, *, at: datetime) -> Person | None:
    """The customer of an id, if there is one."""
    if not (pk.isdigit() and len(pk) < 20 and may_look(actor)):
        return None
    found = persons(Party.objects.filter(pk=int(pk)), actor, at=at)
    return found[0] if found else None


def persons(rows: Any, actor: Actor, *, at: datetime) -> list[Person]:
    """Customers with homes, numbers and cases: four queries however many there are."""
    rows = rows.filter(org_id=actor.org_id, erased_at__isnull=True)
    parties = list(rows.prefetch_related("contacts", "roles__place").order_by("name", "id"))
    cases = visible_to(actor).filter(party__in=parties).order_by()
    counts = {
        row["party_id"]: row
        for row in cases.values("party_id").annotate(
            open=Count("id", filter=Q(closed_at__isnull=True)), last=Max("opened_at"),
            due=Min("due_at", filter=Q(closed_at__isnull=True)),
        )
    } if parties else {}  # fmt: skip
    day = local_date(at)
    found = []
    for party in parties:
        homes = [(r.place.code, r.role) for r in party.roles.all() if r.until_date is None or r.until_date >= day]
        numbers = [phones.grouped(c.normal) for c in party.contacts.all() if c.kind == "phone"]
        row = counts.get(party.pk, {})
        found.append(Person(party, homes, numbers, row.get("open", 0), row.get("last"), row.get("due")))
    return found


def may_add(actor: Actor) -> bool:
    return "party" in registers and "contact" in registers and registers["party"].edits(actor)


def add(name: str, phone: str, *, actor: Actor, at: datetime) -> Party:
    """A new customer's card, with a number where one was given. Raises `Invalid` with a sentence for each field."""
    if not name.strip():
        sentence = _("Give the name of the new customer.")
        raise Invalid(sentence, errors={"new_name": [sentence]})
    party = registers["party"].add({"kind": "person", "name": name.strip()[:120]}, actor=actor, at=at)
    if phone.strip():
        try:
            registers["contact"].add({"party": party, "kind": "phone", "shown": phone.strip()}, actor=actor, at=at)
        except Invalid as refusal:
            texts = [text for found in refusal.errors.values() for text in found] or [refusal.sentence]
            raise Invalid(refusal.sentence, errors={"new_phone": texts}) from None
    return party


def as_number(text: str) -> str:
    """What was typed, if it is a telephone number; else nothing."""
    return text.strip() if phones.normal(text) else ""


def twins(actor: Actor, *, party: Party | None, place: str, most: int = 5) -> list[Case]:
    """Open cases of that person or that place: perhaps it is the same matter."""
    same = Q(pk__in=[])
    same |= Q(party=party) if party is not None else Q(pk__in=[])
    same |= Q(place__code=place) if place else Q(pk__in=[])
    if party is None and not place:
        return []
    rows = visible_to(actor).filter(same, closed_at__isnull=True).select_related("owner", "place")
    return list(rows.order_by("-opened_at", "-id")[:most])
