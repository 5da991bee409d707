"""Two cards of one customer: proposed with the reason, made one by pointing, never by itself, and undone at any time.

Nothing is moved or rewritten: each card keeps its history, the survivor's page and look-up read both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.finding import family
from shouwen.ground.models import ContactPoint, Identity, Party, Role
from shouwen.kernel import journal
from shouwen.kernel.indexing import index_party
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import NotAllowed, Refusal, Unknown
from shouwen.kernel.registers import register

MOST = 6
CANDIDATES = 60  # cards looked at for each reason


@dataclass(frozen=True)
class Likely:
    """A card that may be the same customer's, and why."""

    party: Party
    reason: str


def duplicates(party: Party) -> list[Likely]:
    """Other cards with the same document, the same number, or the same name at the same home; the surest first."""
    mine = family(party)
    others = Party.objects.filter(org_id=party.org_id, erased_at__isnull=True, merged_into__isnull=True).exclude(
        pk__in=mine
    )
    prints = list(
        Identity.objects.filter(party_id__in=mine).exclude(fingerprint="").values_list("fingerprint", flat=True)
    )
    numbers = list(ContactPoint.objects.filter(party_id__in=mine).values_list("normal", flat=True))
    homes = list(Role.objects.filter(party_id__in=mine).values_list("place_id", flat=True))
    found: dict[int, Likely] = {}
    papers = Identity.objects.filter(org_id=party.org_id, fingerprint__in=prints)
    calls = ContactPoint.objects.filter(
        org_id=party.org_id, normal__in=numbers
    )  # the index begins with the organization
    at_home = Role.objects.filter(place_id__in=homes, party__name=party.name)
    for rows, reason in (
        (papers, _("the same document")), (calls, _("the same number")), (at_home, _("the same name at the same home")),
    ):  # fmt: skip
        ids = list(rows.exclude(party_id__in=mine).values_list("party_id", flat=True)[:CANDIDATES])
        for one in others.filter(pk__in=ids).order_by("id")[:MOST]:
            found.setdefault(one.pk, Likely(one, reason))
    return list(found.values())[:MOST]


def merge(gone: Party, into: Party, *, actor: Actor, at: datetime, note: str = "") -> Party:
    """Makes `gone` stand for `into` from now on. Both cards say so in their journals."""
    keep, other = _both(into, gone, actor)
    if keep.pk == other.pk:
        raise Refusal(_("A card cannot be merged with itself."))
    with transaction.atomic():
        share_rules(actor.org_id)
        keep, other = _locked(keep, other)
        if other.merged_into_id is not None or keep.merged_into_id is not None:
            raise Refusal(_("One of these cards was merged before; look at it first."))
        if keep.kind != other.kind:
            raise Refusal(_("A person and a company are not the same customer."))
        Party.objects.filter(pk=other.pk).update(merged_into=keep)
        _journal("merge", keep, other, actor=actor, at=at, note=note)
        _index(keep, other, at)
    keep.refresh_from_db()
    return keep


def undo(gone: Party, *, actor: Actor, at: datetime, note: str = "") -> None:
    """Lets the two stand apart again, each as it was."""
    survivor = gone.merged_into
    if survivor is None:
        raise Refusal(_("This card was not merged."))
    keep, other = _both(survivor, gone, actor)
    with transaction.atomic():
        share_rules(actor.org_id)
        keep, other = _locked(keep, other)
        if not Party.objects.filter(pk=other.pk, merged_into=keep).update(merged_into=None):
            raise Refusal(_("This card was not merged."))
        _journal("unmerge", keep, other, actor=actor, at=at, note=note)
        _index(keep, other, at)


def _both(keep: Party, other: Party, actor: Actor) -> tuple[Party, Party]:
    if keep.org_id != actor.org_id or other.org_id != actor.org_id or keep.erased_at or other.erased_at:
        raise Unknown(_("There is no such card."))
    if not register("party").edits(actor):
        raise NotAllowed(_("“%(register)s” is kept by others.") % {"register": register("party").label})
    return keep, other


def _locked(keep: Party, other: Party) -> tuple[Party, Party]:
    """Both rows held, always in the order of their ids, so that two merges crosswise never wait for each other."""
    rows = {row.pk: row for row in Party.objects.select_for_update().filter(pk__in=[keep.pk, other.pk]).order_by("pk")}
    return rows[keep.pk], rows[other.pk]


def _journal(step: str, keep: Party, other: Party, *, actor: Actor, at: datetime, note: str) -> None:
    for card, with_ in sorted(((keep, other), (other, keep)), key=lambda pair: pair[0].pk):
        saying = journal.Saying(
            step=step, happened_at=at, recorded_at=at,
            facts={"register": "party", "row": card.pk, "with": with_.pk, "survivor": keep.pk, "fields": []},
            body={"before": {}, "after": {}, **({"note": note} if note else {})},
        )  # fmt: skip
        journal.append(journal.stream(card.org_id, "register.party", str(card.pk)), saying, actor=actor)


def _index(keep: Party, other: Party, at: datetime) -> None:
    index_party(keep.pk, at=at)
    index_party(other.pk, at=at)
