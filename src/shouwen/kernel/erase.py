"""Erasing a person's values while the journal still proves: words go, digests stay (PIPL arts 19, 47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shouwen.ground import files, search
from shouwen.ground.actors import Actor
from shouwen.ground.finding import family
from shouwen.ground.models import Account, File, Party, Role
from shouwen.kernel import backup_marks, journal, keeping
from shouwen.kernel.models import Attachment, Case, Entry, EntryData, Outbox, Run, Stream, Token
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import NotAllowed, Refusal


@dataclass(frozen=True)
class Erased:
    """What an erase run emptied, by number."""

    cases: int
    entries: int
    files: int
    kept: int = 0  # files that accounting still needs


def erase_party(party: Party, *, actor: Actor, at: datetime, reason: str) -> Erased:
    """Empties everything personal about a customer. Open cases keep the person until they are closed."""
    if not (actor.system or actor.admin or actor.holds("manager", "director")) or actor.org_id != party.org_id:
        raise NotAllowed(_("Erasing is for the manager or the director."))
    if not reason.strip():
        raise Refusal(_("Say why: the reason stays in the journal."))
    with transaction.atomic():
        share_rules(party.org_id)
        held = Party.objects.select_for_update().get(pk=party.pk)
        if held.erased_at is not None:
            raise Refusal(_("This customer was erased before."))
        merged = Party.objects.filter(pk__in=family(held), erased_at__isnull=True).exclude(pk=held.pk)
        cards = [held, *merged.select_for_update().order_by("id")]  # what was merged into it is the same person's
        cases = list(Case.objects.select_for_update(of=("self",)).filter(party__in=cards).order_by("id"))
        if any(case.closed_at is None for case in cases):
            raise Refusal(_("This customer has open cases; they are needed until the cases are closed."))
        head = journal.stream(held.org_id, "erase", str(held.pk))
        saying = journal.Saying(step="erase", happened_at=at, recorded_at=at, body={"reason": reason})
        entry = journal.append(head, saying, actor=actor)
        emptied = sum(_entries(one, cases, entry) for one in cards)
        told = [_case(case, at=at) for case in cases]
        gone = sum(files_gone for files_gone, _kept in told) + _papers(cases, at=at)
        for one in cards:
            gone += _person(one, at)
            transaction.on_commit(partial(backup_marks.note, one.pk, at=at))
    tidy()
    return Erased(len(cases), emptied, gone, sum(kept for _gone, kept in told))


def entries_of(party: Party, cases: list[Case]) -> Q:
    """The words of the person's cases, card and accounts, back to the first."""
    streams = Stream.objects.filter(org_id=party.org_id)
    cards = streams.filter(stream_type="register.party", key=str(party.pk)).values("pk")
    keys = [str(pk) for pk in Account.objects.filter(party=party).values_list("pk", flat=True)]
    accounts = streams.filter(stream_type="account", key__in=keys).values("pk")
    return (
        Q(entry__stream_type="case", entry__stream_id__in=[case.pk for case in cases])
        | Q(entry__stream_type="register.party", entry__stream_id__in=cards)
        | Q(entry__stream_type="account", entry__stream_id__in=accounts)
    )


def _entries(party: Party, cases: list[Case], entry: Entry) -> int:
    about = EntryData.objects.filter(entries_of(party, cases), erased_by__isnull=True)
    return about.update(body=None, salt=None, erased_by=entry.pk)


def _case(case: Case, *, at: datetime) -> tuple[int, int]:
    """The words and files of a case; returns how many files went, and how many accounting still needs."""
    for model in (case.spec.sheet, case.spec.cycle_sheet, case.spec.lines):
        if model is not None and model.PERSONAL:
            model._default_manager.filter(case=case).update(**dict.fromkeys(model.PERSONAL, ""))
    Case.objects.filter(pk=case.pk).update(title="")
    Outbox.objects.filter(case=case).exclude(error="").update(error="")
    gone = kept = 0
    for attachment in Attachment.objects.filter(case=case, file__erased_at__isnull=True).select_related("file"):
        if keeping.must_stay(attachment.file, at):
            kept += 1
            continue
        files.remove(attachment.file, at=at)
        gone += 1
    search.take_out(kind="case", object_id=case.pk)
    return gone, kept


def _papers(cases: list[Case], *, at: datetime) -> int:
    """Files in which forms of these cases were put together: they hold the same words. An archive is set anew without."""
    runs = list(Run.objects.filter(key="papers", items__subject__in=[case.pk for case in cases]).distinct())
    found = list(File.objects.filter(pk__in=[run.data.get("file") or 0 for run in runs], erased_at__isnull=True))
    for file in found:
        files.remove(file, at=at)
    for run in runs:
        if "entry" in run.data:
            Run.objects.filter(pk=run.pk).update(done_at=None)
            Outbox.objects.create(org_id=run.org_id, topic="papers", ref=run.pk, created_at=at, not_before=at)
    return len(found)


def _person(party: Party, at: datetime) -> int:
    """Name, numbers and sign-in go; the row stays, so that old cases still know there was somebody. Returns the files gone."""
    party.contacts.all().delete()
    held = list(File.objects.filter(pk__in=files_of(party), erased_at__isnull=True))
    Role.objects.filter(party=party).update(scope="", document=None)
    for model in apps.get_models():
        if getattr(model, "DIES_WITH_PARTY", False):
            model._default_manager.filter(party=party).delete()
    for file in held:
        files.remove(file, at=at)
    search.take_out(kind="party", object_id=party.pk)
    Party.objects.filter(pk=party.pk).update(
        name="—", pinyin="", initials="", language="", tags="", tax_title="", segment="", source="", wish="",
        quiet_from=None, quiet_until=None, referred_by=None, erased_at=at,
    )  # fmt: skip
    for account in Account.objects.filter(party=party):
        _forget_sign_ins(account.username)
        Token.objects.filter(account=account).delete()
        account.username, account.is_active = f"erased-{account.pk}", False
        account.set_unusable_password()
        account.save(update_fields=["username", "is_active", "password"])
    return len(held)


def files_of(party: Party) -> set[int]:
    """Files that lie on the card itself: papers of roles, and of what goes with the person."""
    found = set(Role.objects.filter(party=party, document__isnull=False).values_list("document_id", flat=True))
    for model in apps.get_models():
        if getattr(model, "DIES_WITH_PARTY", False) and any(field.name == "file" for field in model._meta.fields):
            found |= set(model._default_manager.filter(party=party).values_list("file_id", flat=True))
    return {pk for pk in found if pk is not None}


def _forget_sign_ins(username: str) -> None:
    """What the guard against password guessing has noted under this name."""
    if apps.is_installed("axes"):
        for name in ("AccessAttempt", "AccessFailureLog", "AccessLog"):
            apps.get_model("axes", name)._default_manager.filter(username__iexact=username).delete()


def tidy() -> None:
    """Nothing is left in the write-ahead log or in the index's old pages (SQLite; PostgreSQL vacuums by itself)."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    search.tidy()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
