"""Operations: reading cases and clocks, and one literal operation for each kind and step."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError as Invalid_
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File as Uploaded
from ninja import Query, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from shouwen.api.app import api
from shouwen.api.bodies import body_of, clean, key_sent, moment, one_value, stored
from shouwen.api.fields import NOBODY, request_body
from shouwen.api.keys import key_of
from shouwen.api.paging import MOST, page
from shouwen.api.shapes import (
    CasePage,
    CaseWhole,
    ClockOut,
    ClockPage,
    CommitmentOut,
    FileOut,
    LineOut,
    Me,
    Person,
    Revised,
    Taken,
)
from shouwen.ground import files as filing
from shouwen.ground import search
from shouwen.ground.bycode import by_codes
from shouwen.ground.models import Department, File, Party, Place, Staff
from shouwen.ground.prepared import Prepared
from shouwen.kernel import asks, words
from shouwen.kernel.access import in_sight, visible_to
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.kinds import Kind, Step
from shouwen.kernel.manyfields import ManyField
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.offers import openers, steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import Line, lines_of
from shouwen.kernel.refusals import Invalid, Unknown
from shouwen.kernel.registry import kinds


def person(staff: Staff | None) -> Person | None:
    return Person(number=staff.number, name=staff.name) if staff else None


def case_out(case: Case) -> dict[str, Any]:
    return {
        "no": case.no, "kind": case.kind, "state": case.state, "cycle": case.cycle, "title": case.title,
        "grade": case.grade, "channel": case.channel, "place": case.place.code if case.place else None,
        "site": case.site.code if case.site else None, "owner": person(case.owner), "opened_at": case.opened_at,
        "resolved_at": case.resolved_at, "closed_at": case.closed_at, "due_at": case.due_at, "rev": case.rev,
    }  # fmt: skip


def commitment(clock: Clock, at: datetime) -> dict[str, Any]:
    return {
        "id": f"{clock.key}.{clock.cycle}.{clock.seq}", "key": clock.key, "label": words.label(clock.key, clock.kind),
        "clause": clock.clause, "cycle": clock.cycle, "starts_at": clock.starts_at, "opens_at": clock.opens_at,
        "due_at": clock.due_at, "stopped_at": clock.stopped_at, "verdict": clock.verdict, "original": clock.original,
        "overdue": clock.overdue(at), "paused": clock.paused_at is not None, "provisional": clock.provisional,
        "postponed": clock.postponed,
    }  # fmt: skip


POINTERS: dict[str, tuple[type[models.Model], str]] = {
    "place": (Place, "code"), "customer": (Party, ""), "staff": (Staff, "number"), "assignee": (Staff, "number"),
    "dept": (Department, "key"),
}  # fmt: skip


def codes_of(lines: list[Line]) -> dict[tuple[str, int], str]:
    """What the rows that a journal mentions are called outside: one query for each table at most."""
    wanted: dict[str, set[int]] = {}
    for line in lines:
        for word, value in {**line.facts, **(line.words or {})}.items():
            if word in POINTERS and isinstance(value, int):
                wanted.setdefault(word, set()).add(value)
    found = {}
    for word, ids in wanted.items():
        model, code = POINTERS[word]
        named = dict(model._default_manager.filter(pk__in=ids).values_list("pk", code)) if code else {}
        found.update({(word, pk): named.get(pk) or key_of(f"row.{model._meta.label_lower}", pk) for pk in ids})
    return found


def said(values: dict[str, Any] | None, codes: dict[tuple[str, int], str]) -> dict[str, Any] | None:
    """Answers with codes in place of internal ids."""
    if values is None:
        return None
    return {word: codes.get((word, value), value) if word in POINTERS else value for word, value in values.items()}


def line_out(line: Line, codes: dict[tuple[str, int], str]) -> LineOut:
    return LineOut(
        seq=line.seq, step=line.step, label=line.label, happened_at=line.happened_at, recorded_at=line.recorded_at,
        actor=line.actor, from_state=line.from_state, to_state=line.to_state, cycle=line.cycle, clause=line.clause,
        facts=said(line.facts, codes) or {}, words=said(line.words, codes), files=[file_key(one.file) for one in line.files],
        revised=[Revised(commitment=name, was=was, now=now) for name, was, now in line.revised],
    )  # fmt: skip


def file_key(file: File) -> str:
    return key_of("file", file.pk)


def related(cases: Any) -> Any:
    return cases.select_related("place", "site", "owner", "first_contact", "party")


@api.get("/me", response=Me, operation_id="me", tags=["people"], summary="Who the token stands for")
def me(request: HttpRequest) -> Any:
    actor = request.actor
    staff = Staff.objects.filter(pk=actor.staff_id).first() if actor.staff_id else None
    return {
        "name": actor.name, "number": staff.number if staff else None,
        "offices": sorted({held.role for held in actor.offices}),
        "opens": sorted({step.kind.key for step in openers(actor, at=request.at)}),
    }  # fmt: skip


@api.get("/cases", response=CasePage, operation_id="cases", tags=["cases"], summary="Cases you may see")
def cases(
    request: HttpRequest, kind: str = "", state: str = "", site: str = "", place: str = "", owner: str = "",
    open: bool | None = None, overdue: bool = False, q: str = "", order: str = "opened", cursor: str = "",
    limit: int = Query(25, ge=1, le=MOST),
) -> Any:  # fmt: skip
    """Newest first (`order=opened`), or by next due time (`order=due`: cases that still owe something)."""
    if order not in ("opened", "due"):
        raise HttpError(400, _("order is opened or due."))
    rows = related(visible_to(request.actor))
    equal = {"kind": kind, "state": state, "site__code": site, "place__code": place, "owner__number": owner}
    rows = rows.filter(by_codes({name: clean(value) for name, value in equal.items() if value}, request.actor.org_id))
    if open is not None:
        rows = rows.filter(closed_at__isnull=open)
    if overdue:
        rows = rows.filter(due_at__lt=request.at, closed_at__isnull=True)
    if q:
        rows = rows.filter(pk__in=search.find(clean(q), org_id=request.actor.org_id, kind="case"))
    if order == "due":
        rows = rows.filter(due_at__isnull=False)
    found, more = page(rows, f"{order}_at", after=cursor, most=limit, down=order == "opened")
    return {"items": [case_out(case) for case in found], "next": more}


def one(request: HttpRequest, no: str, kind: str = "", *, sent_before: bool = False) -> Case:
    """A case by its number. A step sent again is answered also where it took the case out of the sender's sight:

    then `perform` looks for the stored answer first, and asks about visibility itself.
    """
    rows = Case.objects.filter(org_id=request.actor.org_id) if sent_before else visible_to(request.actor)
    rows = related(rows).filter(no=no.replace("\x00", ""))
    case = (rows.filter(kind=kind) if kind else rows).first()
    if case is None:
        raise Unknown(_("There is no such case."))
    return case


def case(request: HttpRequest, no: str) -> Any:
    found = one(request, no)
    clocks = list(Clock.objects.filter(case=found).order_by("due_at", "id"))
    lines = lines_of(found, actor=request.actor)
    codes = codes_of(lines)
    return {
        **case_out(found), "first_contact": person(found.first_contact),
        "customer": found.party.name if found.party else None,
        "steps": [offer.step.name for offer in steps_for(request.actor, found, at=request.at, clocks=clocks) if offer.open],
        "commitments": [CommitmentOut(**commitment(clock, request.at)) for clock in clocks],
        "journal": [line_out(line, codes) for line in lines],
    }  # fmt: skip


@api.get("/clocks", response=ClockPage, operation_id="clocks", tags=["cases"], summary="Running promises by due time")
def clocks(
    request: HttpRequest,
    overdue: bool = False,
    mine: bool = False,
    cursor: str = "",
    limit: int = Query(25, ge=1, le=MOST),
) -> Any:
    rows = Clock.objects.filter(org_id=request.actor.org_id, verdict__isnull=True, paused_at__isnull=True)
    rows = rows.filter(in_sight(request.actor)).select_related("case")
    if overdue:
        rows = rows.filter(due_at__lt=request.at)
    if mine:
        rows = rows.filter(Q(owed_by_id=request.actor.staff_id) | Q(owed_by_office_id__in=request.actor.office_ids))
    found, more = page(rows, "due_at", after=cursor, most=limit, down=False)
    return {"items": [ClockOut(case=row.case.no, **commitment(row, request.at)) for row in found], "next": more}


@api.post("/files", response={201: FileOut}, operation_id="add_file", tags=["files"], summary="Send a file for a step")
def add_file(request: HttpRequest, file: UploadedFile = Uploaded(...)) -> Any:
    """The answered `id` goes where a step asks for a photo, letter, slip or signature."""
    try:
        kept = filing.keep(file, org_id=request.actor.org_id, purpose="api", at=request.at)
    except Invalid_ as error:
        raise Invalid(error.messages[0], errors={"file": error.messages}) from None
    return Status(201, {"id": file_key(kept), "name": kept.name, "mime": kept.mime, "size": kept.size})


def taken(step: Step, request: HttpRequest, no: str = "") -> Status:
    """Reads the body, takes the step, answers how the case stands."""
    data, key = body_of(request), key_sent(request)
    case = None if step.opens else one(request, no, step.kind.key, sent_before=bool(key))
    happened_at, seen = data.pop("happened_at", None), data.pop("seen_rev", None)
    parent = data.pop("parent", None) if step.opens else None
    try:
        if seen is not None and (not isinstance(seen, int) or isinstance(seen, bool)):
            raise Invalid(_("seen_rev is the number the case had when you read it."), errors={"seen_rev": ["?"]})
        answers, files = plain_answers(step, request, data)
        entry: Entry = perform(
            step.name, actor=request.actor, at=request.at, case=case, kind=step.kind.key if step.opens else "",
            data=answers, files=files, happened_at=moment(happened_at), seen_rev=seen, key=key,
            parent=one(request, str(parent)) if parent else None,
        )  # fmt: skip
    except Invalid:
        if case is not None:
            one(request, no, step.kind.key)  # what is not theirs to see is 404, however it was asked
        raise
    (now,) = _STANDS.objects(case_id=entry.stream_id)
    shown = {
        "no": now.no, "seq": entry.seq, "step": entry.step, "state": now.state, "rev": now.rev, "due_at": now.due_at,
        "once": dict(entry.once),
    }  # fmt: skip
    return Status(201 if step.opens else 200, shown)


_STANDS = Prepared(lambda case_id: Case.objects.filter(pk=case_id), case_id=int)


@cache
def _words(step: Step, sort: type[forms.Field]) -> frozenset[str]:
    """The words of a step whose answers are of one sort, whoever is asked."""
    form = asks.form_for(step, actor=NOBODY, case=None)
    return frozenset(word for word, field in form.fields.items() if isinstance(field, sort))


def plain_answers(step: Step, request: HttpRequest, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, File]]:
    """Answers and files as the form takes them: nothing but text, numbers and yes or no comes in, files by their ids."""
    found: dict[str, Any] = {}
    files: dict[str, File] = {}
    for word, value in data.items():
        if word in _words(step, ManyField):
            found[word] = "" if value is None else value
            continue
        value = one_value(word, value)
        if word in _words(step, UploadField):
            if value:
                files[word] = stored(request, word, str(value))
        else:
            found[word] = "" if value is None else value if isinstance(value, bool) else str(value)
    return found, files


def add_opener(kind: type[Kind], step: Step) -> None:
    path = f"/cases/{kind.key}" if step.name == "open" else f"/cases/{kind.key}/{step.name}"

    def operation(request: HttpRequest) -> Any:
        return taken(step, request)

    api.post(
        path, response={201: Taken}, operation_id=f"{kind.key}_{step.name}", tags=[kind.key],
        summary=f"{kind.key}: {words.label_in('en', step.name, kind.key)}", description=step.clause,
        openapi_extra=request_body(step),
    )(operation)  # fmt: skip


def add_step(kind: type[Kind], step: Step) -> None:
    def operation(request: HttpRequest, no: str) -> Any:
        return taken(step, request, no)

    api.post(
        f"/cases/{kind.key}/{{no}}/{step.name}", response={200: Taken}, operation_id=f"{kind.key}_{step.name}",
        tags=[kind.key], summary=f"{kind.key}: {words.label_in('en', step.name, kind.key)}", description=step.clause,
        openapi_extra=request_body(step),
    )(operation)  # fmt: skip


for _kind in kinds.values():
    for _step in _kind.steps.values():
        if _step.opens:
            add_opener(_kind, _step)
        else:
            add_step(_kind, _step)
# last, so that a kind's own address is found before a case number
api.get("/cases/{no}", response=CaseWhole, operation_id="case", tags=["cases"], summary="One case with its journal")(
    case
)

__all__ = ["api"]
