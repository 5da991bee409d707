"""Whom somebody means: by digits, name, sounds, initials, home, plate, company or document, nearest to the asker first."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from shouwen.ground import codes, identity, search
from shouwen.ground.models import ContactPoint, Identity, Party, Place, Role
from shouwen.ground.prepared import Prepared, padded, several
from shouwen.ground.sealing import fingerprints

CANDIDATES = 60  # looked at before they are ranked


def customers(
    text: str, *, org_id: int, buildings: Collection[int] = (), sites: Collection[int] = (), most: int = 8
) -> list[int]:
    """Ids of customers, best first: of equal finds those of the asker's buildings, then communities, then the others."""
    found = _of_home(text, org_id, sites) or _by_document(text, org_id)
    if not found:
        found = search.find(codes.plate(text) or text, org_id=org_id, kind="party", most=CANDIDATES)
    if len(found) <= 1:
        return found[:most]
    near = _nearness(found, buildings, sites)
    ends = _ending(found, "".join(ch for ch in text if ch.isdigit()))
    place = {pk: number for number, pk in enumerate(found)}
    found.sort(key=lambda pk: (pk not in ends, -near.get(pk, 0), place[pk]))
    return found[:most]


def _of_home(text: str, org_id: int, sites: Collection[int]) -> list[int]:
    """Who is or was somebody at a home, as it is said; those of today first. Of many homes those of the asker's communities."""
    code = codes.spoken(text)
    if not code:
        return []
    homes = Place.objects.filter(org_id=org_id)
    return _at(homes.filter(code=code)) or _at(_first(search.beginning(homes, "code", code), sites))


def _first(homes: QuerySet[Place], sites: Collection[int]) -> list[int]:
    """The first of many homes, those of the asker's communities before the others."""
    near = list(homes.filter(site_id__in=sites).values_list("id", flat=True)[:CANDIDATES]) if sites else []
    return near if len(near) == CANDIDATES else near + list(homes.values_list("id", flat=True)[:CANDIDATES])


def _at(homes: Any) -> list[int]:
    """The customers of some homes."""
    rows = Role.objects.filter(place__in=homes, party__erased_at__isnull=True).order_by("id")
    ordered = sorted(
        rows.values_list("party_id", "until_date", "from_date")[:CANDIDATES],
        key=lambda row: (row[1] is not None, row[2]),
    )
    return _standing(list(dict.fromkeys(row[0] for row in ordered)))


def _standing(ids: list[int]) -> list[int]:
    """Merged cards replaced by those that stand for them, each once, in the same order."""
    if not ids:
        return []
    merged = Party.objects.filter(pk__in=ids, merged_into__isnull=False).select_related("merged_into")
    stands = {party.pk: survivor(party).pk for party in merged}
    return list(dict.fromkeys(stands.get(pk, pk) for pk in ids))


def _by_document(text: str, org_id: int) -> list[int]:
    """Who has a document of this whole number; parts of one find nobody."""
    number = identity.normal(text)
    if not 8 <= len(number) <= 20 or not any(ch.isdigit() for ch in number):
        return []
    rows = Identity.objects.filter(org_id=org_id, fingerprint__in=fingerprints(number))
    return list(
        rows.filter(party__erased_at__isnull=True).order_by("id").values_list("party_id", flat=True)[:CANDIDATES]
    )


def _nearness(ids: list[int], buildings: Collection[int], sites: Collection[int]) -> dict[int, int]:
    """2 for a customer in one of the buildings, 1 in one of the communities."""
    if not buildings and not sites:
        return {}
    near: dict[int, int] = {}
    rows = _roles_near(tuple(sorted(buildings)), tuple(sorted(sites))).rows(**padded("party", ids, CANDIDATES))
    for party_id, building_id in rows:
        near[party_id] = max(near.get(party_id, 0), 2 if building_id in buildings else 1)
    return near


@lru_cache(maxsize=1000)
def _roles_near(buildings: tuple[int, ...], sites: tuple[int, ...]) -> Prepared:
    def make(**parties: int) -> QuerySet[Any, Any]:
        here = Q(place__building_id__in=buildings) | Q(place__site_id__in=sites)
        return Role.objects.filter(here, party_id__in=parties.values()).values_list("party_id", "place__building_id")

    return Prepared(make, **several("party", CANDIDATES))


def _ending(ids: list[int], digits: str) -> set[int]:
    """Those whose number ends with the four digits typed: before those that only hold them."""
    if len(digits) != 4:
        return set()
    return {party_id for (party_id,) in _ENDING.rows(digits=digits, **padded("party", ids, CANDIDATES))}


_ENDING = Prepared(
    lambda digits, **parties: ContactPoint.objects.filter(party_id__in=parties.values(), last4=digits).values_list("party_id"),
    digits=str, **several("party", CANDIDATES),
)  # fmt: skip


def survivor(party: Party) -> Party:
    """The card that a merged one now stands for."""
    for _step in range(20):
        if party.merged_into is None:
            break
        party = party.merged_into
    return party


def family(party: Party) -> list[int]:
    """The card and all that were merged into it: what is about one is about the customer."""
    found, last = [party.pk], [party.pk]
    for _step in range(20):
        last = list(Party.objects.filter(merged_into_id__in=last).exclude(pk__in=found).values_list("pk", flat=True))
        if not last:
            break
        found += last
    return found
