"""Whether anything leans on what an import brought: then it is not taken back."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from shouwen.ground.models import Account
from shouwen.kernel.models import Case, Entry, Stream
from shouwen.kernel.refusals import Refusal
from shouwen.rooms.customers.models import ImportRun

SOME = 500


def check(kept: ImportRun) -> None:
    """Raises `Refusal` where a case, an account or a later change leans on what the run made."""
    for some in looks(kept):
        _free(kept, *some)


def looks(kept: ImportRun) -> Iterator[tuple[list[int], list[int]]]:
    """Customers and places of a run, some at a time."""
    for batch in kept.batches.order_by("-number").iterator(chunk_size=20):
        parties, places = batch.made.get("party", []), batch.made.get("place", [])
        for start in range(0, max(len(parties), len(places)), SOME):
            yield parties[start : start + SOME], places[start : start + SOME]


def _free(kept: ImportRun, parties: list[int], places: list[int]) -> None:
    case = Case.objects.filter(party_id__in=parties).first() or Case.objects.filter(place_id__in=places).first()
    if case is not None:
        raise Refusal(_("%(no)s is about what came with this file.") % {"no": case.no})
    if Account.objects.filter(party_id__in=parties).exists():
        raise Refusal(_("Somebody from this file has an account by now."))
    for sort, ids in (("register.party", parties), ("register.place", places)):
        streams = Stream.objects.filter(org_id=kept.org_id, stream_type=sort, key__in=[str(pk) for pk in ids])
        later = Entry.objects.filter(stream_type=sort, stream_id__in=streams.values("pk"), recorded_at__gt=kept.run_at)
        if any(facts.get("run") != kept.pk for facts in later.values_list("facts", flat=True)):
            raise Refusal(_("A card from this file was changed since; take it back by hand."))
