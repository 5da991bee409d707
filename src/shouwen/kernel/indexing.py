"""By what a case is found: number, subject, the customer's words, place, customer's name and sounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import models

from shouwen.ground import search
from shouwen.ground.finding import family
from shouwen.ground.models import ContactPoint, Party
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


def text_of_party(party: Party, contacts: Iterable[ContactPoint], codes: Iterable[str]) -> str:
    """Everything a customer can be found by: name, sounds, numbers (each from its every digit on), units, plates."""
    parts = [party.name, party.tax_title, *sound(party.name, person=party.kind == "person")]
    for contact in contacts:
        if contact.kind == "phone":
            parts += endings(contact.normal)
        else:
            parts.append(contact.normal)
    return " ".join([*parts, *codes])


def endings(number: str) -> list[str]:
    """A number from each of its digits on, so that any four of its digits in a row begin one of them."""
    whole = number.split(",")[0].lstrip("+")
    digits = whole.removeprefix("86") if number.startswith("+86") else whole
    if digits != whole and not (len(digits) == 11 and digits.startswith("1")):
        digits = f"0{digits}"  # an area code as people dial it
    return [whole, *(digits[start:] for start in range(max(1, len(digits) - 3)))]


def index_party(party_id: int, *, at: datetime) -> None:
    """Brings the search row of a customer up to date; a merged one is found no more, its survivor by all it had."""
    party = Party.objects.get(pk=party_id)
    if party.merged_into_id is not None or party.erased_at is not None:
        search.take_out(kind="party", object_id=party.pk)
        return
    everyone = Party.objects.filter(pk__in=family(party)).prefetch_related("contacts", "roles__place", "vehicles")
    text = " ".join(text_of_party(one, one.contacts.all(), _codes(one)) for one in everyone.order_by("id"))
    search.put(org_id=party.org_id, kind="party", object_id=party.pk, text=text, at=at)


def index_parties(ids: Sequence[int], *, at: datetime) -> None:
    """The search rows of many new customers, in few statements."""
    parties = Party.objects.filter(pk__in=ids).prefetch_related("contacts", "roles__place", "vehicles").order_by("id")
    rows = (
        ("party", party.org_id, party.pk, text_of_party(party, party.contacts.all(), _codes(party)))
        for party in parties.iterator(chunk_size=500)
    )
    search.put_new(rows, at=at)


def index_new(
    rows: Iterable[tuple[Party, Iterable[ContactPoint], Iterable[str]]], *, at: datetime
) -> None:  # fmt: skip
    """The search rows of new customers whose numbers, homes and plates are at hand."""
    texts = (
        ("party", party.org_id, party.pk, text_of_party(party, contacts, codes)) for party, contacts, codes in rows
    )
    search.put_new(texts, at=at)


def reindex_parties(ids: Sequence[int], *, at: datetime) -> None:
    """The search rows of many customers brought up to date, in few statements; those with merged cards one by one."""
    if not ids:
        return
    of_merged = Party.objects.filter(pk__in=ids).exclude(merged_into__isnull=True, merged__isnull=True)
    single = set(of_merged.values_list("pk", flat=True)) | set(
        Party.objects.filter(pk__in=ids, erased_at__isnull=False).values_list("pk", flat=True)
    )
    for pk in sorted(single):
        index_party(pk, at=at)
    plain = Party.objects.filter(pk__in=set(ids) - single).prefetch_related("contacts", "roles__place", "vehicles")
    texts = {party.pk: text_of_party(party, party.contacts.all(), _codes(party)) for party in plain}
    search.put_again("party", texts, at=at)


def index_cases(ids: Sequence[int], *, at: datetime) -> None:
    """The search rows of many new cases, in few statements."""
    cases = Case.objects.filter(pk__in=ids).select_related("place", "party").order_by("id")
    search.put_new((("case", case.org_id, case.pk, text_of(case)) for case in cases.iterator(chunk_size=500)), at=at)


def _codes(party: Party) -> list[str]:
    return [role.place.code for role in party.roles.all()] + [vehicle.plate for vehicle in party.vehicles.all()]
