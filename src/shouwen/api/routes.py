"""Operations: reading cases and clocks, and one literal operation for each kind and step."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError as Invalid_
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File as Uploaded
from ninja import Query, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from shouwen.api.app import api
from shouwen.api.fields import request_body
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
    Taken,
)
from shouwen.ground import files as filing
from shouwen.ground import search
from shouwen.ground.models import File, Staff
from shouwen.kernel import asks, words
from shouwen.kernel.access import visible_to
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.kinds import Kind, Step
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.offers import openers, steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import Line, lines_of
from shouwen.kernel.refusals import Invalid, Unknown
from shouwen.kernel.registry import kinds

MOST = 100


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


def line_out(line: Line) -> LineOut:
    return LineOut(
        seq=line.seq, step=line.step, label=line.label, happened_at=line.happened_at, recorded_at=line.recorded_at,
        actor=line.actor, from_state=line.from_state, to_state=line.to_state, cycle=line.cycle, clause=line.clause,
        facts=line.facts, words=line.words, files=[file_key(one.file) for one in line.files],
    )  # fmt: skip


def file_key(file: File) -> str:
    return signing.dumps(file.pk, salt="file", compress=False)


def related(cases: Any) -> Any:
    return cases.select_related("place", "site", "owner", "first_contact", "party")


def cursor(text: str) -> tuple[datetime, int]:
    try:
        at, pk = base64.urlsafe_b64decode(text.encode()).decode().rsplit("|", 1)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not -(2**63) < int(pk) < 2**63:
            raise ValueError
        return moment, int(pk)
    except (ValueError, binascii.Error, UnicodeError):
        raise HttpError(400, _("This cursor was not given by a list; start again without it.")) from None


def page(rows: Any, column: str, *, after: str, most: int, down: bool) -> tuple[list[Any], str | None]:
    """A page by key: rows after a cursor, and the cursor of the next page; no offset, no count."""
    if after:
        at, pk = cursor(after)
        way = "lt" if down else "gt"
        rows = rows.filter(Q(**{f"{column}__{way}": at}) | Q(**{column: at, f"id__{way}": pk}))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}id")[: most + 1])
    if len(found) <= most:
        return found, None
    last = found[most - 1]
    key = f"{getattr(last, column).isoformat()}|{last.pk}"
    return found[:most], base64.urlsafe_b64encode(key.encode()).decode()


@api.get("/me", response=Me, operation_id="me", tags=["people"], summary="Who the token stands for")
def me(request: HttpRequest) -> Any:
    actor = request.actor
    staff = Staff.objects.filter(pk=actor.staff_id).first() if actor.staff_id else None
    return {
        "name": actor.name, "number": staff.number if staff else None,
        "offices": sorted({held.role for held in actor.offices}),
        "opens": sorted({step.kind.key for step in openers(actor)}),
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
    rows = rows.filter(**{name: clean(value) for name, value in equal.items() if value})
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


def clean(text: str) -> str:
    """Text that a database can hold: no zero characters."""
    if "\x00" in text:
        raise HttpError(400, _("Zero characters cannot be searched for."))
    return text


def one(request: HttpRequest, no: str, kind: str = "") -> Case:
    rows = related(visible_to(request.actor)).filter(no=no.replace("\x00", ""))
    case = (rows.filter(kind=kind) if kind else rows).first()
    if case is None:
        raise Unknown(_("There is no such case."))
    return case


def case(request: HttpRequest, no: str) -> Any:
    found = one(request, no)
    clocks = list(Clock.objects.filter(case=found).order_by("due_at", "id"))
    return {
        **case_out(found), "first_contact": person(found.first_contact),
        "customer": found.party.name if found.party else None,
        "steps": [offer.step.name for offer in steps_for(request.actor, found, at=request.at, clocks=clocks) if offer.open],
        "commitments": [CommitmentOut(**commitment(clock, request.at)) for clock in clocks],
        "journal": [line_out(line) for line in lines_of(found, actor=request.actor)],
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
    rows = rows.filter(case__in=visible_to(request.actor)).select_related("case")
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


def body_of(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise HttpError(400, _("The body is not JSON.")) from None
    if not isinstance(data, dict):
        raise HttpError(400, _("The body is an object of answers."))
    if "\\u0000" in request.body.decode("utf-8", "replace"):
        raise HttpError(400, _("Zero characters cannot be kept."))
    return data


def taken(step: Step, request: HttpRequest, case: Case | None) -> Status:
    """Reads the body, takes the step, answers how the case stands."""
    data = body_of(request)
    happened_at, seen = data.pop("happened_at", None), data.pop("seen_rev", None)
    parent = data.pop("parent", None) if step.opens else None
    if seen is not None and (not isinstance(seen, int) or isinstance(seen, bool)):
        raise Invalid(_("seen_rev is the number the case had when you read it."), errors={"seen_rev": ["?"]})
    entry: Entry = perform(
        step.name, actor=request.actor, at=request.at, case=case, kind=step.kind.key if step.opens else "",
        data=plain_answers(step, request, data), happened_at=moment(happened_at), seen_rev=seen,
        key=request.headers.get("Idempotency-Key", "")[:120].replace("\x00", ""),
        parent=one(request, str(parent)) if parent else None,
    )  # fmt: skip
    now = Case.objects.get(pk=entry.stream_id)
    shown = {
        "no": now.no, "seq": entry.seq, "step": entry.step, "state": now.state, "rev": now.rev, "due_at": now.due_at,
    }  # fmt: skip
    return Status(201 if step.opens else 200, shown)


def moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            raise ValueError
        at.timestamp()
    except (ValueError, OverflowError):
        sentence = _("happened_at is a moment with its offset, such as 2026-11-24T10:00:00+08:00.")
        raise Invalid(sentence, errors={"happened_at": [sentence]}) from None
    return at


def plain_answers(step: Step, request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """Answers as the form takes them: file ids become files, and nothing but text, numbers and yes or no comes in."""
    form = asks.form_for(step, actor=request.actor, case=None)
    found: dict[str, Any] = {}
    for word, value in data.items():
        if isinstance(value, (dict, list)):
            raise Invalid(
                _("Some answers are missing or not right."), errors={word: [_("This is one value, not several.")]}
            )
        if isinstance(form.fields.get(word), UploadField) and value:
            value = stored(request, word, str(value))
        found[word] = "" if value is None else value if isinstance(value, (bool, File)) else str(value)
    return found


def stored(request: HttpRequest, word: str, key: str) -> File:
    try:
        pk = signing.loads(key, salt="file")
    except signing.BadSignature:
        pk = None
    file = File.objects.filter(pk=pk, org_id=request.actor.org_id).first() if pk else None
    if file is None:
        raise Invalid(
            _("Some answers are missing or not right."), errors={word: [_("Send the file first, then its id.")]}
        )
    return file


def add_opener(kind: type[Kind], step: Step) -> None:
    path = f"/cases/{kind.key}" if step.name == "open" else f"/cases/{kind.key}/{step.name}"

    def operation(request: HttpRequest) -> Any:
        return taken(step, request, None)

    api.post(
        path, response={201: Taken}, operation_id=f"{kind.key}_{step.name}", tags=[kind.key],
        summary=f"{kind.key}: {words.label_in('en', step.name, kind.key)}", description=step.clause,
        openapi_extra=request_body(step),
    )(operation)  # fmt: skip


def add_step(kind: type[Kind], step: Step) -> None:
    def operation(request: HttpRequest, no: str) -> Any:
        return taken(step, request, one(request, no, kind.key))

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
