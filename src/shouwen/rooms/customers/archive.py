"""Copies of papers kept on a customer's card. A copy of an identity document is marked with its purpose before it is stored.

Such a copy stays sensitive: it is opened for a purpose, each look is written down, and it goes when its term is over.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from shouwen.ground import files
from shouwen.ground.actors import Actor
from shouwen.ground.models import File, Organization, Party
from shouwen.kernel import journal, keeping, watching, words
from shouwen.kernel.models import Look
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Unknown
from shouwen.kernel.registers import register
from shouwen.kernel.zones import local_date
from shouwen.rooms.customers.models import ArchivedCopy
from shouwen.worktime.calendar import add_months

CLAUSE = "S6-2.02"
USES = ("move_in", "contract_work", "permit_work", "check_identity", "own_request")


def mark_of(org: Organization, purpose: str, at: datetime) -> str:
    """The words burnt into a copy, in Chinese whoever stores it: `仅用于办理入住 · 青禾物业 · 2026-11-25`."""
    with translation.override("zh-hans"):
        return _("Only for: %(purpose)s · %(house)s · %(day)s") % {
            "purpose": words.label(purpose), "house": org.name, "day": local_date(at),
        }  # fmt: skip


def keep(party: Party, upload: Any, *, kind: str, purpose: str, actor: Actor, at: datetime) -> ArchivedCopy:
    """Stores a copy; of an identity document only the marked picture, until its term is over."""
    _may(party, actor)
    errors = {} if kind in ArchivedCopy.KINDS else {"kind": [_("Choose what it is.")]}
    errors |= {} if purpose in USES else {"purpose": [_("Say what the copy is for.")]}
    errors |= {} if upload is not None else {"file": [_("Choose a file.")]}
    if errors:
        raise Invalid(_("Some answers are missing or not right."), CLAUSE, errors=errors)
    org = Organization.objects.get(pk=party.org_id)
    of_person = kind == "id_copy"
    mark = mark_of(org, purpose, at) if of_person else ""
    with transaction.atomic():
        share_rules(party.org_id)
        head = journal.stream(party.org_id, "register.party", str(party.pk))
        try:
            stored = files.keep(upload, org_id=party.org_id, purpose=kind, at=at, mark=mark)
        except ValidationError as error:
            raise Invalid(error.messages[0], CLAUSE, errors={"file": error.messages}) from None
        if of_person:
            until = add_months(local_date(at), keeping.months(party.org_id, stored.retention, at))
            File.objects.filter(pk=stored.pk).update(expires_date=until)
        row = ArchivedCopy.objects.create(
            org_id=party.org_id, party=party, file=stored, kind=kind, purpose=purpose, kept_at=at
        )
        _journal(head, "add", row, {}, {"kind": kind, "purpose": purpose}, actor=actor, at=at)
    return row


def take_off(row: ArchivedCopy, *, actor: Actor, at: datetime) -> None:
    """Removes a copy and its file; that it was there stays in the journal."""
    _may(row.party, actor)
    with transaction.atomic():
        share_rules(row.org_id)
        head = journal.stream(row.org_id, "register.party", str(row.party_id))
        _journal(head, "remove", row, {"kind": row.kind, "purpose": row.purpose}, {}, actor=actor, at=at)
        file = row.file
        row.delete()
        files.remove(file, at=at)


def look(row: ArchivedCopy, *, actor: Actor, purpose: str, at: datetime) -> File:
    """The stored file, for a purpose; who looked is written down."""
    _may(row.party, actor)
    if actor.staff_id is None or not purpose.strip():
        raise Refusal(_("Say for what purpose you look."), "S6-1.13")
    seen = Look(
        org_id=row.org_id, staff_id=actor.staff_id, party_id=row.party_id, what="archive.file", object_id=row.pk,
        purpose=purpose, looked_at=at,
    )  # fmt: skip
    with transaction.atomic():
        share_rules(row.org_id)
        watching.looked(seen, actor=actor, at=at)
    return row.file


def _may(party: Party, actor: Actor) -> None:
    if actor.org_id != party.org_id or party.erased_at is not None or not register("identity").sees(actor):
        raise Unknown(_("There is no such card."))
    if not register("identity").edits(actor):
        raise NotAllowed(_("“%(register)s” is kept by others.") % {"register": words.label("archive")}, CLAUSE)


def _journal(
    head: Any, step: str, row: ArchivedCopy, before: dict[str, Any], after: dict[str, Any], *, actor: Actor, at: datetime
) -> None:  # fmt: skip
    saying = journal.Saying(
        step=step, happened_at=at, recorded_at=at, body={"before": before, "after": after},
        facts={"register": "archive", "row": row.pk, "fields": sorted(before | after), "sha256": row.file.sha256},
    )  # fmt: skip
    journal.append(head, saying, actor=actor)
