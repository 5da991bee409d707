"""Who is on the line: found by digits, name, sounds, initials or unit; or a new customer with that number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from shouwen.ground import finding, phones
from shouwen.ground.actors import Actor
from shouwen.ground.ids import typed_id
from shouwen.ground.models import ContactPoint, Party, Role
from shouwen.ground.prepared import Prepared, padded, several
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
    return persons(ids, actor, at=at)


def one(pk: str, actor: Actor, *, at: datetime) -> Person | None:
    """The customer of an id, if there is one."""
    wanted = typed_id(pk)
    found = persons([wanted], actor, at=at) if wanted and may_look(actor) else []
    return found[0] if found else None


def persons(ids: Sequence[int], actor: Actor, *, at: datetime) -> list[Person]:
    """Customers of these ids, in the same order, with homes, numbers and cases: four queries for a page of them."""
    found: list[Person] = []
    for start in range(0, len(ids), PAGE):
        found += _page(ids[start : start + PAGE], actor, at=at)
    return found


def _page(ids: Sequence[int], actor: Actor, *, at: datetime) -> list[Person]:
    values, day = padded("party", ids, PAGE), local_date(at)
    parties = {party.pk: party for party in _PARTIES.objects(org_id=actor.org_id, **values)}
    found = {pk: Person(parties[pk]) for pk in dict.fromkeys(ids) if pk in parties}
    if not found:
        return []
    for party_id, code, role, until in _HOMES.rows(**values):
        if party_id in found and (until is None or until >= day):
            found[party_id].homes.append((code, role))
    for party_id, number in _NUMBERS.rows(**values):
        if party_id in found:
            found[party_id].numbers.append(phones.grouped(number))
    for party_id, still, last, due in _cases_of(actor).rows(**values):
        if party_id in found:
            person = found[party_id]
            person.open, person.last_at, person.due_at = still, last, due
    return list(found.values())


PAGE = 12
_PARTIES = Prepared(
    lambda org_id, **parties: Party.objects.filter(pk__in=parties.values(), org_id=org_id, erased_at__isnull=True),
    org_id=int, **several("party", PAGE),
)  # fmt: skip
_HOMES = Prepared(
    lambda **parties: (
        Role.objects.filter(party_id__in=parties.values())
        .order_by("id")
        .values_list("party_id", "place__code", "role", "until_date")
    ),
    **several("party", PAGE),
)
_NUMBERS = Prepared(
    lambda **parties: (
        ContactPoint.objects.filter(party_id__in=parties.values(), kind="phone").order_by("id").values_list("party_id", "normal")
    ),
    **several("party", PAGE),
)  # fmt: skip


@lru_cache(maxsize=1000)
def _cases_of(actor: Actor) -> Prepared:
    """How many cases are open, when the last came and what is due next, of those the actor may see."""
    still = Q(closed_at__isnull=True)

    def make(**parties: int) -> QuerySet[Any, Any]:
        cases = visible_to(actor).filter(party_id__in=parties.values()).order_by().values("party_id")
        counted = cases.annotate(
            still=Count("id", filter=still), last=Max("opened_at"), due=Min("due_at", filter=still)
        )
        return counted.values_list("party_id", "still", "last", "due")

    return Prepared(make, **several("party", PAGE))


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
