"""Erasing a person's values while the journal still proves: words go, digests stay (PIPL arts 19, 47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shouwen.ground import files, search
from shouwen.ground.actors import Actor
from shouwen.ground.models import Account, Party
from shouwen.kernel import journal
from shouwen.kernel.models import Attachment, Case, Entry, EntryData, Stream
from shouwen.kernel.refusals import NotAllowed, Refusal


@dataclass(frozen=True)
class Erased:
    """What an erase run emptied, by number."""

    cases: int
    entries: int
    files: int


def erase_party(party: Party, *, actor: Actor, at: datetime, reason: str) -> Erased:
    """Empties everything personal about a customer. Open cases keep the person until they are closed."""
    if not (actor.system or actor.admin or actor.holds("manager", "director")):
        raise NotAllowed(_("Erasing is for the manager or the director."))
    if Case.objects.filter(party=party, closed_at__isnull=True).exists():
        raise Refusal(_("This customer has open cases; they are needed until the cases are closed."))
    with transaction.atomic():
        head = journal.stream(party.org_id, "erase", str(party.pk))
        entry = journal.append(
            head, journal.Saying(step="erase", happened_at=at, recorded_at=at, facts={"reason": reason}), actor=actor
        )
        cases = list(Case.objects.filter(party=party))
        emptied = _entries(party, cases, entry)
        gone = sum(_case(case, at=at) for case in cases)
        _person(party, at)
    _tidy()
    return Erased(len(cases), emptied, gone)


def _entries(party: Party, cases: list[Case], entry: Entry) -> int:
    cards = Stream.objects.filter(org_id=party.org_id, stream_type="register.party", key=str(party.pk)).values("pk")
    about = Q(entry__stream_type="case", entry__stream_id__in=[case.pk for case in cases]) | Q(
        entry__stream_type="register.party", entry__stream_id__in=cards
    )
    return EntryData.objects.filter(about, erased_by__isnull=True).update(body=None, salt=None, erased_by=entry.pk)


def _case(case: Case, *, at: datetime) -> int:
    for model in (case.spec.sheet, case.spec.cycle_sheet):
        if model is not None and model.PERSONAL:
            model.objects.filter(case=case).update(**dict.fromkeys(model.PERSONAL, ""))
    Case.objects.filter(pk=case.pk).update(title="")
    gone = 0
    for attachment in Attachment.objects.filter(case=case, file__erased_at__isnull=True).select_related("file"):
        files.remove(attachment.file, at=at)
        gone += 1
    search.take_out(kind="case", object_id=case.pk)
    return gone


def _person(party: Party, at: datetime) -> None:
    party.contacts.all().delete()
    search.take_out(kind="party", object_id=party.pk)
    Party.objects.filter(pk=party.pk).update(name="—", pinyin="", initials="", erased_at=at)
    for account in Account.objects.filter(party=party):
        Account.objects.filter(pk=account.pk).update(username=f"erased-{account.pk}", is_active=False)


def _tidy() -> None:
    """Nothing is left in the write-ahead log or in the index's old pages (SQLite; PostgreSQL vacuums by itself)."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ground_search_fts(ground_search_fts) VALUES ('optimize')")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
