"""Writing a plan whole, as one run; and taking the whole run back for a day, as long as nothing was built on it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground import search
from shouwen.ground.actors import Actor
from shouwen.ground.models import Account
from shouwen.kernel import journal
from shouwen.kernel.indexing import index_parties, index_party
from shouwen.kernel.models import Case, Entry, Stream
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.registers import held_by, register
from shouwen.kernel.takeover import take_over
from shouwen.rooms.customers.importing import Plan
from shouwen.rooms.customers.models import ImportRun

ORDER = ("place", "party", "contact", "identity", "role", "vehicle")
A_DAY = timedelta(hours=24)
importers = held_by("supervisor", "director", "property_gm", "manager")


def run(made: Plan, *, data: bytes, file_name: str, actor: Actor, at: datetime, leave_bad: bool = False) -> ImportRun:
    """Writes everything new, each row journaled; refused while rows are wrong, unless told to leave those out."""
    if not importers(actor) or actor.org_id != made.org_id:
        raise NotAllowed(_("Taking registers in is for the supervisor and above."))
    if made.bad and not leave_bad:
        raise Refusal(_("%(count)d rows are not right; nothing was written.") % {"count": len(made.bad)})
    with transaction.atomic():
        brought: dict[str, list[int]] = {}
        for name in ORDER:
            rows = made.new.get(name, [])
            if rows:
                take_over(register(name), rows, actor=actor, at=at)
                brought[name] = [row.pk for row in rows]
        fresh = set(brought.get("party", []))
        touched = {row.party_id for name in ("contact", "role", "vehicle") for row in made.new.get(name, [])} - fresh
        index_parties(sorted(fresh), at=at)
        for pk in sorted(touched):
            index_party(pk, at=at)
        kept = ImportRun.objects.create(
            org_id=actor.org_id, staff_id=actor.staff_id, site=made.site, file_name=file_name[-160:],
            sha256=hashlib.sha256(data).hexdigest(), rows=len(made.told), made=brought, run_at=at,
        )  # fmt: skip
        _journal("import", kept, actor=actor, at=at)
    return kept


def undo(kept: ImportRun, *, actor: Actor, at: datetime) -> int:
    """Takes back all that a run made; refused after a day, and where something was built on it since."""
    if not importers(actor) or actor.org_id != kept.org_id:
        raise NotAllowed(_("Taking registers in is for the supervisor and above."))
    with transaction.atomic():
        fresh = ImportRun.objects.select_for_update().get(pk=kept.pk)
        if fresh.undone_at is not None:
            raise Refusal(_("This was taken back already."))
        if at > fresh.run_at + A_DAY:
            raise Refusal(_("After a day an import is not taken back any more."))
        _still_alone(fresh)
        count = 0
        for name in reversed(ORDER):
            for row in _rows(name, fresh.made.get(name, [])):
                _remove(name, row, actor=actor, at=at)
                count += 1
        fresh.undone_at = at
        fresh.save(update_fields=["undone_at"])
        _journal("undo", fresh, actor=actor, at=at)
    return count


def _rows(name: str, ids: list[int]) -> list[Any]:
    """The rows as they now are, last made first, so that what lies in another goes before it."""
    found = register(name).model._default_manager.in_bulk(ids)
    return [found[pk] for pk in reversed(ids) if pk in found]


def _still_alone(kept: ImportRun) -> None:
    """Nothing else leans on what the run brought: no case, no account, no later edit."""
    parties, places = kept.made.get("party", []), kept.made.get("place", [])
    for start in range(0, max(len(parties), len(places)), 500):
        some, here = parties[start : start + 500], places[start : start + 500]
        case = Case.objects.filter(party_id__in=some).first() or Case.objects.filter(place_id__in=here).first()
        if case is not None:
            raise Refusal(_("%(no)s is about what came with this file.") % {"no": case.no})
        if Account.objects.filter(party_id__in=some).exists():
            raise Refusal(_("Somebody from this file has an account by now."))
        _unedited(kept, some, here)


def _unedited(kept: ImportRun, parties: list[int], places: list[int]) -> None:
    keys = [("register.party", pk) for pk in parties] + [("register.place", pk) for pk in places]
    for sort in ("register.party", "register.place"):
        ids = [str(pk) for stream, pk in keys if stream == sort]
        streams = Stream.objects.filter(org_id=kept.org_id, stream_type=sort, key__in=ids)
        later = Entry.objects.filter(stream_type=sort, stream_id__in=streams.values("pk"), recorded_at__gt=kept.run_at)
        if later.exists():
            raise Refusal(_("A card from this file was changed since; take it back by hand."))


def _remove(name: str, row: Any, *, actor: Actor, at: datetime) -> None:
    sort = register(name)
    sort._journal("remove", sort._stream(row), row, sort._values(row), {}, actor=actor, at=at, note="")
    if name == "party":
        search.take_out(kind="party", object_id=row.pk)
    party_id = getattr(row, "party_id", None)
    row.delete()
    if party_id is not None and name != "party":
        index_party(party_id, at=at)


def _journal(step: str, kept: ImportRun, *, actor: Actor, at: datetime) -> None:
    facts = {"rows": kept.rows, "made": {name: len(ids) for name, ids in kept.made.items()}}
    saying = journal.Saying(step=step, happened_at=at, recorded_at=at, facts=facts, body={"file": kept.file_name})
    journal.append(journal.stream(kept.org_id, "import", str(kept.pk)), saying, actor=actor)
