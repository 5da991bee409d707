"""The page of one case: who is answerable, the clocks, the next steps, what has happened."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST

from shouwen.desk import clockwords
from shouwen.desk.views.gate import signed_in
from shouwen.ground import files
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.asks import form_for
from shouwen.kernel.models import Attachment, Case, Clock
from shouwen.kernel.offers import Offer, steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import is_customer, lines_of
from shouwen.kernel.refusals import Invalid, Refusal, Unknown


def find(request: HttpRequest, no: str) -> Case:
    """The case of a number, if the actor may know of it; else there is no such page."""
    rows = visible_to(request.actor).select_related(
        "place", "site", "party", "owner", "owner_office", "first_contact", "dept"
    )
    case = rows.filter(no=no.replace("\x00", "")).first()
    if case is None:
        raise Http404
    return case


def spoken(case: Case) -> list[tuple[str, Any]]:
    """The sheet's columns with their words, for the facts beside the case; empty ones are left out."""
    found = []
    for field in case.spec.sheet._meta.concrete_fields:
        value = getattr(case.sheet, field.name) if field.name != "case" else None
        if value in (None, "", False):
            continue
        if field.name in case.spec.choices:
            value = words.label(str(value), case.kind)
        found.append((words.label(field.name, case.kind), value))
    return found


def step_form(offer: Offer, request: HttpRequest, case: Case, *, bound: Any = None) -> dict[str, Any]:
    """One step with its questions; values of the cycle before are not carried, what was typed is."""
    form = bound if bound is not None else form_for(offer.step, actor=request.actor, case=case)
    for name, field in form.fields.items():
        field.widget.attrs.setdefault("id", f"{offer.step.name}-{name}")
        if field.widget.__class__.__name__ != "CheckboxInput":
            css = "form-select" if getattr(field.widget, "input_type", "") == "select" else "form-control"
            field.widget.attrs.setdefault("class", css)
        else:
            field.widget.attrs.setdefault("class", "form-check-input")
    return {"offer": offer, "form": form, "key": get_random_string(20), "required": offer.step.asks}


def context_of(
    request: HttpRequest, case: Case, *, tried: str = "", bound: Any = None, refusal: Any = None
) -> dict[str, Any]:
    """Everything the page shows; the number of queries does not depend on how much there is."""
    now = request.at
    clocks = list(Clock.objects.filter(case=case).prefetch_related("pauses").order_by("due_at", "id"))
    for clock in clocks:
        clock.case = case
    offers = steps_for(request.actor, case, at=now, clocks=clocks)
    steps = []
    for offer in offers:
        _widgets = bound if offer.step.name == tried else None
        steps.append(step_form(offer, request, case, bound=_widgets) if offer.open else {"offer": offer})
    steps.sort(key=lambda s: (not s["offer"].open, min((c.due_at for c in s["offer"].stops), default=_never(now)), 0))
    first = tried or next((s["offer"].step.name for s in steps if s["offer"].open), "")
    live = [clock for clock in clocks if clock.verdict is None]
    public = request.GET.get("public") == "1"
    lines = lines_of(case, actor=request.actor, public_only=public)
    others = visible_to(request.actor).exclude(pk=case.pk).order_by("-opened_at", "-id")
    return {
        "case": case, "live": [(c, clockwords.count(c, case)) for c in live], "ended": [c for c in clocks if c.verdict],
        "steps": steps, "first": first, "refusal": refusal, "lines": list(reversed(lines)), "public": public,
        "facts": [] if is_customer(request.actor) else spoken(case), "customer_reads": is_customer(request.actor),
        "same_place": list(others.filter(place_id=case.place_id)[:5]) if case.place_id else [],
        "same_party": list(others.filter(party_id=case.party_id)[:5]) if case.party_id else [],
        "contacts": list(case.party.contacts.all()) if case.party and not is_customer(request.actor) else [],
        "files": [one for line in lines for one in line.files],
        "prints": [form for form in case.spec.prints if not taken_any(lines, form.unless)],
        "children": list(visible_to(request.actor).filter(parent=case).order_by("id")[:20]),
    }  # fmt: skip


def taken_any(lines: list[Any], steps: tuple[str, ...]) -> bool:
    return any(line.step in steps for line in lines)


def _never(now: Any) -> Any:
    return now.replace(year=now.year + 100)


@signed_in
def case_page(request: HttpRequest, no: str) -> HttpResponse:
    return render(request, "desk/case.html", context_of(request, find(request, no)))


@require_POST
@signed_in
def take_step(request: HttpRequest, no: str, step: str) -> HttpResponse:
    """Takes a step; a refusal shows the page again with its sentence and everything that was typed."""
    case = find(request, no)
    data = {
        name: value
        for name, value in request.POST.items()
        if not name.startswith("_") and name != "csrfmiddlewaretoken"
    }
    seen = request.POST.get("_rev", "")
    try:
        perform(
            step, actor=request.actor, at=request.at, case=case, data={k: v for k, v in data.items() if v != ""},
            files=request.FILES, key=request.POST.get("_key", "")[:60], seen_rev=int(seen) if seen.isdigit() else None,
        )  # fmt: skip
    except Unknown:
        raise Http404 from None
    except Refusal as refusal:
        bound = None
        if step in case.spec.steps:
            bound = form_for(case.spec.steps[step], actor=request.actor, case=case, data=data, files=request.FILES)
            for name, texts in refusal.errors.items() if isinstance(refusal, Invalid) else ():
                for text in texts:
                    if bound.is_valid() and name in bound.fields:
                        bound.add_error(name, text)
        case.refresh_from_db()
        context = context_of(request, find(request, no), tried=step, bound=bound, refusal=refusal)
        return render(request, "desk/case.html", context, status=refusal.status)
    return redirect(f"/cases/{no}")


@signed_in
def file(request: HttpRequest, no: str, pk: int) -> HttpResponse:
    """A file of a case: whoever may see the case may see it; customers only what was given to them."""
    case = find(request, no)
    rows = Attachment.objects.filter(case=case, pk=pk).select_related("file")
    found = (rows.filter(public=True) if is_customer(request.actor) else rows).first()
    if found is None:
        raise Http404
    try:
        content = files.open_file(found.file)
    except FileNotFoundError:
        raise Http404 from None
    shown = found.file.mime.startswith("image/") or found.file.mime == "application/pdf"
    response = FileResponse(content, as_attachment=not shown, filename=found.file.name, content_type=found.file.mime)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
