"""Intake: what is it, where, in whose words; the promises stand there before anything is saved."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST

from shouwen.desk import clockwords
from shouwen.desk.templatetags.desk import chip_of
from shouwen.desk.views.gate import signed_in
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.asks import form_for
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.offers import openers, preview
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Invalid, Refusal


def chosen(request: HttpRequest, kind: str, step: str) -> Step:
    for one in openers(request.actor):
        if one.kind.key == kind and one.name == step:
            return one
    raise Http404


def dressed(form: Any) -> Any:
    """Form fields in the classes of the design; the first question takes the focus."""
    for name, field in form.fields.items():
        kind = getattr(field.widget, "input_type", "")
        field.widget.attrs["class"] = {"checkbox": "form-check-input", "select": "form-select"}.get(
            kind, "form-control"
        )
        field.widget.attrs["id"] = f"q-{name}"
    return form


@signed_in
def intake(request: HttpRequest) -> HttpResponse:
    """The kinds as big choices, each with the ways in which it may be opened."""
    groups: dict[str, list[Step]] = {}
    for step in openers(request.actor):
        groups.setdefault(step.kind.key, []).append(step)
    if len(groups) == 1 and len(next(iter(groups.values()))) == 1:
        only = next(iter(groups.values()))[0]
        return redirect(f"/intake/{only.kind.key}/{only.name}")
    recent = (
        visible_to(request.actor).filter(first_contact_id=request.actor.staff_id)
        if request.actor.staff_id
        else visible_to(request.actor)
    )
    last = recent.order_by("-opened_at", "-id").first()
    return render(request, "desk/intake.html", {"groups": groups.items(), "last": last})


@signed_in
def opening(request: HttpRequest, kind: str, step: str) -> HttpResponse:
    """One opening: its questions, and what we promise with these answers."""
    found = chosen(request, kind, step)
    if request.method == "GET":
        initial = {"place": request.GET.get("place", ""), "customer": request.GET.get("customer", "")}
        form = dressed(form_for(found, actor=request.actor, case=None, initial=initial))
        return render(request, "desk/opening.html", _context(request, found, form))
    data = {k: v for k, v in request.POST.items() if not k.startswith("_") and k != "csrfmiddlewaretoken" and v != ""}
    try:
        entry = perform(
            step,
            actor=request.actor,
            at=request.at,
            kind=kind,
            data=data,
            files=request.FILES,
            key=request.POST.get("_key", "")[:60],
        )
    except Refusal as refusal:
        form = dressed(form_for(found, actor=request.actor, case=None, data=data, files=request.FILES))
        form.is_valid()
        for name, texts in refusal.errors.items() if isinstance(refusal, Invalid) else ():
            if name in form.fields and name not in form.errors:
                form.add_error(name, texts)
        return render(request, "desk/opening.html", _context(request, found, form, refusal), status=refusal.status)
    return redirect(f"/cases/{Case.objects.get(pk=entry.stream_id).no}")


def _context(request: HttpRequest, step: Step, form: Any, refusal: Refusal | None = None) -> dict[str, Any]:
    return {
        "step": step, "form": form, "refusal": refusal, "key": get_random_string(20), "required": step.asks,
        "kind": step.kind.key, "others": [one for one in openers(request.actor) if one.kind is step.kind],
        "promises": promises(request, step, form),
    }  # fmt: skip


def promises(request: HttpRequest, step: Step, form: Any) -> list[dict[str, Any]]:
    """The clocks these answers would start, with their count; unfinished answers count as they are."""
    if form.is_bound:
        form.is_valid()
    data = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value not in (None, "", False)}
    place = data.get("place")
    site_id = place.site_id if place is not None else next(iter(request.actor.site_ids), None)
    rows = []
    for fact in preview(step, actor=request.actor, at=request.at, data=data, site_id=site_id):
        if fact.verdict is not None:
            continue
        case = Case(org_id=request.actor.org_id, kind=step.kind.key, site_id=site_id)
        clock = Clock(
            org_id=request.actor.org_id, case=case, kind=step.kind.key, key=fact.key, starts_at=fact.starts_at, due_at=fact.due_at,
            opens_at=fact.opens_at, goal=fact.goal, provisional=fact.provisional, pk=None,
        )  # fmt: skip
        chip = clockwords.chip(clock, now=request.at, site_id=site_id)
        promise = step.kind.commitments[fact.key]
        rows.append(
            {
                "label": words.label(fact.key, step.kind.key),
                "chip": chip_of(chip),
                "clause": promise.clause,
                "due": fact.due_at,
            }
        )
    return sorted(rows, key=lambda row: row["due"])


@require_POST
@signed_in
def preview_promises(request: HttpRequest, kind: str, step: str) -> HttpResponse:
    """The promises alone, as the answers change (htmx)."""
    found = chosen(request, kind, step)
    form = form_for(found, actor=request.actor, case=None, data=request.POST)
    return render(request, "desk/parts/promises.html", {"promises": promises(request, found, form)})
