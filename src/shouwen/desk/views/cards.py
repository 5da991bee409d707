"""Cards of a register: the list, one card with its history, and its change; the same few views for every register."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from shouwen.desk import cardforms
from shouwen.desk.dossier import moment
from shouwen.desk.views.gate import signed_in
from shouwen.desk.views.settings import PERMITS, page
from shouwen.ground.ids import typed_id
from shouwen.ground.models import Staff
from shouwen.kernel import words
from shouwen.kernel.reading import is_customer
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal
from shouwen.kernel.registers import Register, registers

SECTION = {
    "staff": "people",
    "department": "offices",
    "office": "offices",
    "holding": "offices",
    "place": "places",
    "organization": "organization",
}
PAGE = 100


def _register(request: HttpRequest, name: str) -> Register:
    """The register, for whoever may edit it; the page stands in the section it belongs to."""
    if name not in SECTION or name not in registers or (is_customer(request.actor) and not request.actor.admin):
        raise Http404
    if not (registers[name].edits(request.actor) or PERMITS[SECTION[name]](request.actor)):
        raise PermissionDenied
    request.section = SECTION[name]
    return registers[name]


def _row(register: Register, request: HttpRequest, pk: str) -> Any:
    row = register.rows(request.actor).filter(pk=typed_id(pk) or 0).first()
    if row is None:
        raise Http404
    return row


@signed_in
def cards(request: HttpRequest, name: str) -> HttpResponse:
    """All cards of a register, with search in its texts."""
    register = _register(request, name)
    q = request.GET.get("q", "").strip().replace("\x00", "")[:60]
    rows = register.rows(request.actor)
    if q:
        texts = [f for f in register.fields if isinstance(register.model._meta.get_field(f), models.CharField)]
        wanted = models.Q()
        for one in texts:
            wanted |= models.Q(**{f"{one}__icontains": q})
        rows = rows.filter(wanted)
    foreign = [f for f in register.fields if isinstance(register.model._meta.get_field(f), models.ForeignKey)]
    start = int(request.GET["from"]) if request.GET.get("from", "").isdigit() and len(request.GET["from"]) < 7 else 0
    found = list(rows.select_related(*foreign).order_by("id")[start : start + PAGE + 1])
    told, lines = told_of(register, found[:PAGE])
    context = {
        "register": register, "heads": [words.label(f, register.name) for f in told], "lines": lines, "q": q,
        "more": start + PAGE if len(found) > PAGE else 0, "may_add": register.edits(request.actor) and name != "organization",
    }  # fmt: skip
    return page(request, "cards", context)


def told_of(register: Register, rows: list[Any]) -> tuple[list[str], list[tuple[Any, str, list[str]]]]:
    """The columns that say more than the row's title does on this page, and each row with its title and their values."""
    titles = [cardforms.title_of(row) for row in rows]
    values = {name: [cardforms.shown(row, name, register) for row in rows] for name in register.fields}
    told = [
        name for name, texts in values.items() if any(text and text not in titles[n] for n, text in enumerate(texts))
    ]
    return told, [(row, titles[n], [values[name][n] for name in told]) for n, row in enumerate(rows)]


@signed_in
def card(request: HttpRequest, name: str, pk: str = "") -> HttpResponse:
    """One card: what stands on it, its change, its history; without a number a new one."""
    register = _register(request, name)
    row = _row(register, request, pk) if pk else None
    context: dict[str, Any] = {"register": register, "row": row, "errors": {}}
    typed, status = None, 200
    if request.method == "POST":
        typed = cardforms.typed_in(register, request.POST)
        try:
            made = _write(register, row, typed, request)
        except NotAllowed:
            raise PermissionDenied from None
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
            context["errors"] = refusal.errors if isinstance(refusal, Invalid) else {}
        else:
            back = request.POST.get("back", "")
            return redirect(back if back.startswith("/settings/") else f"/settings/cards/{name}/{made.pk}")
    if row is not None:
        last = register.history(row).order_by("-seq").values_list("seq", flat=True).first()
        context |= {"history": history(register, row), "heading": cardforms.title_of(row), "seen": last or 0}
    form = cardforms.form_of(
        register,
        actor=request.actor,
        row=row,
        typed=request.POST.dict() if typed is not None else given(request, register),
    )
    fields = [(field, context["errors"].get(field.name, ())) for field in form]
    context |= {
        "fields": fields,
        "may_edit": register.edits(request.actor),
        "may_remove": register.removable and row is not None,
    }
    return page(request, "card", context, status=status)


def given(request: HttpRequest, register: Register) -> dict[str, Any] | None:
    """Values that an address gives for a new card: who, which office, standing in."""
    found = {name: value for name, value in request.GET.items() if name in register.fields}
    return found or None


def _write(register: Register, row: Any, typed: dict[str, Any], request: HttpRequest) -> Any:
    note = request.POST.get("note", "")[:400]
    if row is None:
        return register.add(typed, actor=request.actor, at=request.at, note=note)
    if "_remove" in request.POST:
        register.remove(row, actor=request.actor, at=request.at, note=note)
        return row
    seen = request.POST.get("seen", "")
    seen_seq = int(seen) if seen.isdigit() and len(seen) < 9 else None
    return register.edit(row, typed, actor=request.actor, at=request.at, note=note, seen_seq=seen_seq)


def history(register: Register, row: Any) -> list[dict[str, Any]]:
    """The card's entries about this row, newest first: when, who, which fields from what to what."""
    entries = [
        e for e in register.history(row).select_related("data").order_by("-seq")[:80] if e.facts.get("row") == row.pk
    ]
    people = {one.pk: one.name for one in Staff.objects.filter(pk__in=[e.actor_id for e in entries if e.actor_id])}
    bodies = [entry.data.body or {} for entry in entries]
    said = _Values(register, [part for body in bodies for part in (body.get("before"), body.get("after")) if part])
    found = []
    for entry, body in zip(entries[:40], bodies[:40], strict=True):
        before, after = body.get("before") or {}, body.get("after") or {}
        moved = [
            (words.label(name, register.name), said(name, before), said(name, after)) for name in {**before, **after}
        ]
        found.append({
            "at": entry.recorded_at, "who": people.get(entry.actor_id, words.label("system")), "step": entry.step,
            "seq": entry.seq, "moved": [one for one in moved if one[1] or one[2]], "erased": entry.data.body is None,
            "note": body.get("note", ""),
        })  # fmt: skip
    return found


class _Values:
    """Values of a journaled card as people read them; rows by name, one query a table."""

    def __init__(self, register: Register, parts: list[dict[str, Any]]) -> None:
        self._register, self._names = register, {}
        for name in register.fields:
            field = register.model._meta.get_field(name)
            if isinstance(field, models.ForeignKey):
                ids = {part[name] for part in parts if part.get(name)}
                rows = field.related_model._default_manager.filter(pk__in=ids)
                self._names[name] = {row.pk: cardforms.title_of(row) for row in rows}

    def __call__(self, name: str, values: dict[str, Any]) -> str:
        value = values.get(name)
        if value in (None, "", False):
            return ""
        if name in self._names:
            return self._names[name].get(value, "—")
        if name in self._register.sensitive:
            return self._register.mask(value) or ""
        if name.endswith("_at"):
            return moment(datetime.fromisoformat(str(value)))
        text = words.label(name, self._register.name) if value is True else str(value)
        return words.label(text, name) if text.isascii() and words.known(text) else text


@signed_in
def organization(request: HttpRequest) -> HttpResponse:
    """The organization's own card."""
    return card(request, "organization", str(request.actor.org_id))


@signed_in
def places(request: HttpRequest) -> HttpResponse:
    """The places, as their register lists them."""
    return cards(request, "place")
