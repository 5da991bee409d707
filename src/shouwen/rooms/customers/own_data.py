"""What is stored about a person, put together for that person: one folder with a paper to read and the data as JSON.

It holds nothing of others: numbers that belong to somebody else, colleagues' notes and names of staff stay out.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from shouwen.desk import dossier, prints
from shouwen.ground import files, finding
from shouwen.ground.actors import Actor
from shouwen.ground.models import Account, ContactPoint, Identity, Party, Pet, Role, Vehicle
from shouwen.kernel import journal, watching, words
from shouwen.kernel.canonical import plain
from shouwen.kernel.models import AnswerSet, Attachment, Case, Clock, Consent, Entry, Look, Notice, Stream
from shouwen.kernel.perform import share_rules
from shouwen.kernel.reading import lines_of
from shouwen.kernel.refusals import NotAllowed, Refusal, Unknown
from shouwen.kernel.registers import held_by
from shouwen.rooms.customers.models import ArchivedCopy, CareFact

CLAUSE = "S6-6.06"
givers = held_by("privacy", "supervisor", "director", "property_gm", "company_gm", "manager")


def gather(party: Party, *, at: datetime) -> dict[str, Any]:
    """Everything stored about a person and the cards merged into theirs, in plain values."""
    mine = finding.family(party)
    cards = list(Party.objects.filter(pk__in=mine).order_by("id"))
    cases = list(Case.objects.filter(party_id__in=mine).select_related("place").order_by("opened_at", "id"))
    numbers = ContactPoint.objects.filter(party_id__in=mine).order_by("kind", "id")
    return {
        "made_at": at, "cards": [_card(card) for card in cards],
        "contacts": [_contact(row) for row in numbers.filter(whose="")], "contacts_of_others": numbers.exclude(whose="").count(),
        "roles": [_role(row) for row in Role.objects.filter(party_id__in=mine).select_related("place").order_by("from_date", "id")],
        "documents": [_document(row) for row in Identity.objects.filter(party_id__in=mine).order_by("kind", "id")],
        "vehicles": [_vehicle(row) for row in Vehicle.objects.filter(party_id__in=mine).select_related("place").order_by("plate")],
        "pets": [_pet(row) for row in Pet.objects.filter(party_id__in=mine).select_related("place").order_by("from_date", "id")],
        "care": [_fact(row) for row in CareFact.objects.filter(party_id__in=mine).order_by("topic", "id")],
        "copies": [_copy(row) for row in _copies(mine)],
        "consents": [_consent(row) for row in Consent.objects.filter(party_id__in=mine).order_by("given_at", "id")],
        "cases": [_case(case) for case in cases], "promises": _promises(cases),
        "looks": [_look(row) for row in Look.objects.filter(party_id__in=mine).order_by("looked_at", "id")],
        "told": [_notice(row) for row in Notice.objects.filter(party_id__in=mine).select_related("case").order_by("created_at", "id")],
        "accounts": [_account(row) for row in Account.objects.filter(party_id__in=mine).order_by("id")],
    }  # fmt: skip


def _card(party: Party) -> dict[str, Any]:
    return {
        "kind": party.kind, "name": party.name, "language": party.language, "segment": party.segment, "known_from": party.source,
        "brought_by_a_customer": party.referred_by_id is not None, "tax_title": party.tax_title, "tags": party.tags,
        "wish": party.wish, "quiet_from": party.quiet_from, "quiet_until": party.quiet_until,
    }  # fmt: skip


def _contact(row: ContactPoint) -> dict[str, Any]:
    return {"kind": row.kind, "number": row.shown if row.shown != "-" else row.normal, "may_call": row.may_call}


def _role(row: Role) -> dict[str, Any]:
    return {
        "place": row.place.code, "role": row.role, "from": row.from_date, "until": row.until_date, "share": row.share,
        "pays": row.pays, "liable": row.liable, "scope": row.scope,
    }  # fmt: skip


def _document(row: Identity) -> dict[str, Any]:
    return {"kind": row.kind, "number": row.number, "valid_until": row.valid_until_date, "refused": row.refused}


def _vehicle(row: Vehicle) -> dict[str, Any]:
    place = row.place.code if row.place else None
    return {"plate": row.plate, "looks": row.looks, "place": place, "from": row.from_date, "until": row.until_date}


def _pet(row: Pet) -> dict[str, Any]:
    return {
        "kind": row.kind, "name": row.name, "tag": row.tag, "place": row.place.code, "from": row.from_date,
        "until": row.until_date,
    }  # fmt: skip


def _fact(row: CareFact) -> dict[str, Any]:
    return {"topic": row.topic, "value": row.value, "source": row.source, "noted_at": row.noted_at}


def _copies(mine: list[int]) -> list[ArchivedCopy]:
    rows = ArchivedCopy.objects.filter(party_id__in=mine, file__erased_at__isnull=True)
    return list(rows.select_related("file").order_by("kept_at", "id"))


def _copy(row: ArchivedCopy) -> dict[str, Any]:
    return {
        "kind": row.kind, "purpose": row.purpose, "kept_at": row.kept_at, "until": row.file.expires_date,
        "file": f"{row.pk}-{row.file.name}",
    }  # fmt: skip


def _consent(row: Consent) -> dict[str, Any]:
    return {
        "purpose": row.purpose, "words_shown": row.words_shown, "how": row.how, "given_at": row.given_at,
        "withdrawn_at": row.withdrawn_at,
    }  # fmt: skip


def _case(case: Case) -> dict[str, Any]:
    """A case as its customer may read it: no notes of colleagues, nobody's name."""
    lines = lines_of(case, actor=Actor(org_id=case.org_id), public_only=True)
    answered = AnswerSet.objects.filter(case=case, entry__step__in=[line.step for line in lines]).order_by("id")
    given = Attachment.objects.filter(case=case, public=True, file__erased_at__isnull=True).select_related("file")
    return {
        "no": case.no, "kind": case.kind, "title": case.title, "state": case.state, "place": case.place.code if case.place else None,
        "opened_at": case.opened_at, "closed_at": case.closed_at,
        "journal": [{"step": line.label, "happened_at": line.happened_at, "words": _told(case, line.words)} for line in lines],
        "answers": [{one.item: one.value for one in answers.answers.order_by("id")} for answers in answered],
        "files": [_name_of(one) for one in given.order_by("id")],
    }  # fmt: skip


def _told(case: Case, said: dict[str, Any] | None) -> dict[str, str] | None:
    """The words of an entry as people read them; None where they were erased."""
    if said is None:
        return None
    texts = {words.label(word, case.kind): dossier.spelled(case.spec, word, value) for word, value in said.items()}
    return {label: text for label, text in texts.items() if text}


def _name_of(one: Attachment) -> str:
    return f"{one.pk}-{one.file.name}"


def _promises(cases: list[Case]) -> list[dict[str, Any]]:
    rows = Clock.objects.filter(case__in=cases).select_related("case").order_by("starts_at", "id")
    return [
        {
            "case": row.case.no if row.case else None, "promise": words.label(row.key, row.kind), "due_at": row.due_at,
            "stopped_at": row.stopped_at, "verdict": row.verdict,
        }
        for row in rows
    ]  # fmt: skip


def _look(row: Look) -> dict[str, Any]:
    sort, _dot, field = row.what.partition(".")
    return {
        "what": f"{words.label(sort)} {words.label(field, sort)}",
        "purpose": words.label(row.purpose),
        "at": row.looked_at,
    }


def _notice(row: Notice) -> dict[str, Any]:
    return {"case": row.case.no if row.case else None, "channel": row.channel, "at": row.created_at}


def _account(row: Account) -> dict[str, Any]:
    return {
        "sign_in_name": row.username,
        "language": row.language,
        "active": row.is_active,
        "last_login": row.last_login,
    }


def give(party: Party, *, actor: Actor, at: datetime, reason: str, request_no: str = "") -> bytes:
    """The folder with everything stored about a person. Who made it, when and why stands on the card and in the look log."""
    if actor.org_id != party.org_id or party.erased_at is not None:
        raise Unknown(_("There is no such card."))
    if not givers(actor):
        raise NotAllowed(_("A person's own data is given out by the supervisor, the director or the manager."), CLAUSE)
    if not reason.strip():
        raise Refusal(_("Say why: the reason stays in the journal."), CLAUSE)
    with transaction.atomic():
        share_rules(party.org_id)
        saying = journal.Saying(
            step="own_data", happened_at=at, recorded_at=at, body={"before": {}, "after": {}, "reason": reason.strip()[:400]},
            facts={"register": "party", "row": party.pk, "fields": [], "request": request_no},
        )  # fmt: skip
        journal.append(journal.stream(party.org_id, "register.party", str(party.pk)), saying, actor=actor)
        if actor.staff_id is not None:
            look = Look(
                org_id=party.org_id, staff_id=actor.staff_id, party=party, what="party.own_data", object_id=party.pk,
                purpose="own_request", looked_at=at,
            )  # fmt: skip
            watching.looked(look, actor=actor, at=at)
    return folder(party, at=at)


def folder(party: Party, *, at: datetime) -> bytes:
    """The data as JSON, the same as a paper, and the files the person gave or was given."""
    found, nobody = gather(party, at=at), Actor(org_id=party.org_id)  # no member of staff stands in it
    page = render_to_string(
        "customers/own_data.html",
        {"data": found, "party": party, "pdf": True, **prints.page_context(org_id=party.org_id, actor=nobody, at=at)},
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data.json", json.dumps(plain(found), ensure_ascii=False, indent=1))
        try:
            packed.writestr("data.pdf", prints.pdf_of(page))
        except prints.PdfMissing:  # a machine without Pango: the same paper, set by whatever opens it
            packed.writestr("data.html", page)
        kept = [(f"{row.pk}-{row.file.name}", row.file) for row in _copies(finding.family(party))]
        for name, file in [*((_name_of(one), one.file) for one in _files(party)), *kept]:
            with files.open_file(file) as content:
                packed.writestr(f"files/{name}", content.read())
    return out.getvalue()


def _files(party: Party) -> list[Attachment]:
    rows = Attachment.objects.filter(
        case__party_id__in=finding.family(party), public=True, file__erased_at__isnull=True
    )
    return list(rows.select_related("file").order_by("id"))


def folders_made(case: Case) -> int:
    """How often a folder was made for this request."""
    if case.party is None:
        return 0
    keys = [str(pk) for pk in finding.family(case.party)]
    cards = Stream.objects.filter(org_id=case.org_id, stream_type="register.party", key__in=keys).values("pk")
    rows = Entry.objects.filter(stream_type="register.party", stream_id__in=cards, step="own_data")
    return rows.filter(facts__request=case.no).count()
