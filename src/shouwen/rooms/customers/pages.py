"""The one page of a customer, with the next act always there; adding to the card; a look for a purpose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.desk import callers, cardforms, prints
from shouwen.desk.views.gate import signed_in
from shouwen.desk.views.printing import pdf_response
from shouwen.ground import codes, finding
from shouwen.ground.models import Party, Place
from shouwen.kernel import watching
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Look
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import Invalid, Refusal, Unknown
from shouwen.kernel.registers import register
from shouwen.kernel.zones import local_date
from shouwen.rooms.customers import care, look_log, merging, origins, own_data, reading
from shouwen.rooms.customers.running import importers

PARTS = ("contact", "role", "identity", "vehicle", "pet", "care")  # what lies on a customer's card


def card_of(request: HttpRequest, pk: int) -> Party:
    if not reading.may_open(request.actor) or not 0 < pk < 2**63:
        raise Http404
    rows = register("party").rows(request.actor).select_related("referred_by", "merged_into")
    party = rows.filter(pk=pk, erased_at__isnull=True).first()
    if party is None:
        raise Http404
    return party


@signed_in
def customers(request: HttpRequest) -> HttpResponse:
    """Found by whatever was typed; without words those with open cases in one's reach, the most urgent first."""
    if not reading.may_open(request.actor):
        raise Http404
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    people = callers.find(text, request.actor, at=request.at, most=25) if text else waiting(request)
    return render(
        request,
        "customers/list.html",
        {
            "q": text,
            "people": people,
            "may_add": callers.may_add(request.actor),
            "may_import": importers(request.actor),
            "may_log": look_log.reads(request.actor),
            "may_count": origins.reads(request.actor),
        },
    )


def waiting(request: HttpRequest) -> list[callers.Person]:
    live = visible_to(request.actor).filter(closed_at__isnull=True, party__isnull=False, due_at__isnull=False)
    ids = list(dict.fromkeys(live.order_by("due_at", "id").values_list("party_id", flat=True)[:60]))[:25]
    return callers.persons(ids, request.actor, at=request.at)


@signed_in
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Who it is, where they live, what is open, what happened: one page. A merged card leads to its survivor."""
    party = card_of(request, pk)
    if party.merged_into_id is not None:
        return redirect(f"/customers/{finding.survivor(party).pk}")
    return show(request, party, first=True)


def show(request: HttpRequest, party: Party, *, status: int = 200, first: bool = False, **more: Any) -> HttpResponse:
    context = reading.context_of(party, request.actor, at=request.at)
    if first and context["clear"] and context["contacts"]:
        look_log.opened(party, request.actor, at=request.at, serving=bool(context["open"]))
    opened = more.get("adding") or request.GET.get("add", "")
    if opened in (*PARTS, "party") and register(opened).edits(request.actor) and "form" not in more:
        more |= {"adding": opened, "form": part_form(request, opened, row=party if opened == "party" else None)}
    answer = render(request, "customers/customer.html", {**context, **more}, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def part_form(request: HttpRequest, name: str, *, row: Any = None, typed: Any = None, errors: Any = None) -> forms.Form:
    """The fields of a part of the card; the customer is known, a home is asked by its code."""
    form = cardforms.form_of(register(name), actor=request.actor, row=row, typed=typed)
    for pointer in ("party", "referred_by", "document"):
        form.fields.pop(pointer, None)
    if "place" in form.fields:
        field = form.fields["place"]
        form.fields["place"] = forms.CharField(max_length=40, label=field.label, required=field.required)
        cardforms.dress(form.fields["place"], "card-place")
    form.said = errors or {}  # type: ignore[attr-defined]
    return form


def values_of(request: HttpRequest, name: str) -> dict[str, Any]:
    """What was typed, as the register takes it: empty texts as nothing where the column may be empty."""
    model, found = register(name).model, {}
    for word, value in cardforms.typed_in(register(name), request.POST).items():
        field = model._meta.get_field(word)
        found[word] = None if value == "" and field.null else value
    found.pop("party", None)
    code = found.get("place")
    if code:
        rows = list(Place.objects.filter(org_id=request.actor.org_id, code=codes.spoken(code) or code)[:2])
        if len(rows) != 1:
            text = _("“%(value)s” is not known here.") if not rows else _("“%(value)s” names several; choose one.")
            raise Invalid(_("Some answers are missing or not right."), errors={"place": [text % {"value": code}]})
        found["place"] = rows[0]
    return found


@signed_in
@require_POST
def add(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Puts a number, role, document or vehicle on the card, or changes the card itself."""
    party = card_of(request, pk)
    if name not in (*PARTS, "party"):
        raise Http404
    try:
        values = values_of(request, name)
        if name == "party":
            register("party").edit(party, values, actor=request.actor, at=request.at)
        else:
            register(name).add({**values, "party": party}, actor=request.actor, at=request.at)
    except Unknown:
        raise Http404 from None
    except Refusal as refusal:
        form = part_form(
            request, name, row=party if name == "party" else None, typed=request.POST.dict(), errors=refusal.errors
        )
        return show(request, party, status=refusal.status, adding=name, form=form, refusal=refusal)
    messages.success(request, _("Kept on the card."))
    return redirect(f"/customers/{party.pk}")


@signed_in
@require_POST
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """A yes to one topic, or taken back; then what stood under it is erased."""
    party, topic = card_of(request, pk), request.POST.get("topic", "")[:40]
    try:
        if request.POST.get("_do") == "withdraw":
            care.withdraw(party, topic, actor=request.actor, at=request.at)
        else:
            guardian = request.POST.get("guardian") == "on"
            care.give(
                party, topic, how=request.POST.get("how", ""), actor=request.actor, at=request.at, guardian=guardian
            )
    except Refusal as refusal:
        return show(request, party, status=refusal.status, refusal=refusal)
    messages.success(request, _("Kept on the card."))
    return redirect(f"/customers/{party.pk}")


@signed_in
@require_POST
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Another card is merged into this one, or set free again; both keep their history."""
    party, back = card_of(request, pk), request.POST.get("_do") == "undo"
    rows = register("party").rows(request.actor).filter(erased_at__isnull=True)
    gone = rows.filter(pk=other, merged_into=party).first() if back else rows.filter(pk=other).first()
    if gone is None:
        raise Http404
    try:
        if back:
            merging.undo(gone, actor=request.actor, at=request.at)
        else:
            merging.merge(gone, party, actor=request.actor, at=request.at)
    except Refusal as refusal:
        return show(request, party, status=refusal.status, refusal=refusal)
    messages.success(request, _("The two stand apart again.") if back else _("Merged; both keep their history."))
    return redirect(f"/customers/{party.pk}")


@signed_in
@require_POST
def take_off(request: HttpRequest, pk: int, name: str, row: int) -> HttpResponse:
    """Takes a number or document off the card; a role or vehicle ends today. What stood there stays in the journal."""
    party = card_of(request, pk)
    mine = finding.family(party)
    found = register(name).rows(request.actor).filter(pk=row, party_id__in=mine).first() if name in PARTS else None
    if found is None:
        raise Http404
    try:
        if register(name).removable:
            register(name).remove(found, actor=request.actor, at=request.at)
        else:
            register(name).edit(found, {"until_date": local_date(request.at)}, actor=request.actor, at=request.at)
    except Refusal as refusal:
        return show(request, party, status=refusal.status, refusal=refusal)
    messages.success(request, _("Taken off; the journal keeps what stood there."))
    return redirect(f"/customers/{party.pk}")


@signed_in
@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """A protected value for a purpose chosen from the list: shown once, and who looked is on record."""
    party = card_of(request, pk)
    name, row = request.POST.get("register", ""), request.POST.get("row", "")
    field, purpose = (
        {"identity": "number", "contact": "shown", "care": "value"}.get(name),
        request.POST.get("purpose", ""),
    )
    found = (
        register(name).rows(request.actor).filter(pk=int(row), party_id__in=finding.family(party)).first()
        if field and row.isdigit()
        else None
    )
    if found is None or field is None or not register(name).edits(request.actor):
        raise Http404
    if purpose not in reading.PURPOSES:
        refusal = Refusal(_("Say for what purpose you look."), "S6-1.13")
        return show(request, party, status=409, refusal=refusal)
    value = register(name).look(found, field, actor=request.actor, purpose=purpose, at=request.at)
    return show(request, party, seen={found.pk: value})


@signed_in
@require_POST
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """What is stored about a person as one folder, for that person: with a right and a reason, and on record."""
    party, asked = card_of(request, pk), {"reason": request.POST.get("reason", ""), "request_no": ""}
    if no := request.POST.get("request", "").replace("\x00", ""):
        case = visible_to(request.actor).filter(no=no, kind="data_request", party_id__in=finding.family(party)).first()
        if case is None:
            raise Http404
        asked["request_no"] = case.no
    try:
        data = own_data.give(party, actor=request.actor, at=request.at, **asked)
    except Refusal as refusal:
        return show(request, party, status=refusal.status, refusal=refusal)
    name = f"own-data-{party.pk}-{local_date(request.at)}.zip"
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@signed_in
def card_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer card on A4, on screen or as PDF: what the page shows to its reader, no more."""
    party, as_pdf = card_of(request, pk), request.GET.get("format") == "pdf"
    head = prints.page_context(org_id=party.org_id, actor=request.actor, at=request.at)
    context = {**reading.context_of(party, request.actor, at=request.at), **head, "pdf": as_pdf}
    _taken_out(request, party)
    html = render_to_string("customers/card_paper.html", context)
    answer = pdf_response(request, html, name=f"customer-{party.pk}") if as_pdf else HttpResponse(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _taken_out(request: HttpRequest, party: Party) -> None:
    """A card on paper leaves the house: who took it out stands in the log of looks, and counts as a look."""
    look = Look(
        org_id=party.org_id, staff_id=request.actor.staff_id, party=party, what="party.paper", object_id=party.pk,
        purpose="for_paper", looked_at=request.at,
    )  # fmt: skip
    with transaction.atomic():
        share_rules(party.org_id)
        watching.looked(look, actor=request.actor, at=request.at)
