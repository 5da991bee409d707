"""By what a case is found: number, subject, the customer's words, place, customer's name and sounds."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from shouwen.ground import search
from shouwen.ground.pinyin import sound
from shouwen.kernel.models import Case


def text_of(case: Case) -> str:
    """Everything a case can be found by, as one text."""
    parts = [case.no, case.no.replace("-", ""), case.title]
    for field in case.spec.sheet._meta.concrete_fields:
        if isinstance(field, models.TextField):
            parts.append(str(getattr(case.sheet, field.name) or ""))
    if case.place is not None:
        parts += [case.place.code, case.place.name]
    if case.party is not None:
        parts += [case.party.name, *sound(case.party.name, person=case.party.kind == "person")]
    return " ".join(parts)


def index_case(case: Case, *, at: datetime) -> None:
    """Brings the search row of a case up to date."""
    fresh = Case.objects.select_related("place", "party").filter(pk=case.pk).first()
    if fresh is not None:
        search.put(org_id=fresh.org_id, kind="case", object_id=fresh.pk, text=text_of(fresh), at=at)


def index_party(party_id: int, *, at: datetime) -> None:
    """Brings the search row of a customer up to date: name, sounds, numbers, units."""
    from shouwen.ground.models import Party

    party = Party.objects.get(pk=party_id)
    parts = [party.name, *sound(party.name, person=party.kind == "person")]
    for contact in party.contacts.all():
        parts += [contact.normal.lstrip("+"), contact.normal.removeprefix("+86"), contact.last4]
    parts += [role.place.code for role in party.roles.select_related("place")]
    search.put(org_id=party.org_id, kind="party", object_id=party.pk, text=" ".join(parts), at=at)
