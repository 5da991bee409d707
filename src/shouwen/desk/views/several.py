"""One act on several cases: each by its own `perform`, each with its outcome; one that is refused stops no other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.desk.dressing import dress, layout
from shouwen.desk.views.gate import signed_in
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.asks import form_for
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Case
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal

MOST = 50
RELATED = ("place", "party", "owner", "first_contact", "dept")


@require_POST
@signed_in
def several(request: HttpRequest) -> HttpResponse:
    """Which act, then its questions once for all, then what became of each."""
    numbers = list(dict.fromkeys(request.POST.getlist("no")))[:MOST]
    cases = list(visible_to(request.actor).filter(no__in=numbers).select_related(*RELATED).order_by("due_at", "id"))
    if not cases:
        return redirect("/cases")
    offered = offers(request, cases)
    name = request.POST.get("_step", "")
    context: dict[str, Any] = {
        "cases": cases,
        "offered": offered,
        "papers": papers_of(cases),
        "key": request.POST.get("_key") or get_random_string(20),
    }
    if name in offered:
        step = offered[name]["step"]
        context.update(chosen=name, label=step.label)
        data = {
            key: value for key, value in request.POST.items()
            if not key.startswith("_") and key not in ("csrfmiddlewaretoken", "no") and value != ""
        }  # fmt: skip
        take = "_take" in request.POST
        form = form_for(
            step, actor=request.actor, case=None, data=data if take else None, files=request.FILES if take else None
        )
        if take and form.is_valid():
            context["outcomes"] = [outcome(request, case, name, data, context["key"]) for case in cases]
            return render(request, "desk/several.html", context)
        dress(form, before="all")
        context.update(fields=layout(form), status=422 if take else 200)
    return render(request, "desk/several.html", context, status=context.get("status", 200))


def offers(request: HttpRequest, cases: list[Case]) -> dict[str, dict[str, Any]]:
    """The steps that the state of at least one case allows somebody like the actor, with how many; asked of no table."""
    found: dict[str, dict[str, Any]] = {}
    for case in cases:
        for step in case.spec.steps.values():
            if case.state in step.frm and not step.by.hopeless(request.actor) and not _needs_a_file(step):
                row = found.setdefault(step.name, {"step": step, "label": step.label, "cases": 0})
                row["cases"] += 1
    return dict(sorted(found.items(), key=lambda item: -item[1]["cases"]))


def papers_of(cases: list[Case]) -> list[tuple[str, str, int]]:
    """The forms that some of these cases may have, with how many of them."""
    counts: dict[str, int] = {}
    for case in cases:
        for form in case.spec.prints:
            counts[form.key] = counts.get(form.key, 0) + 1
    return [(key, words.label(key), count) for key, count in counts.items()]


def _needs_a_file(step: Step) -> bool:
    return bool({"photo", "letter", "slip", "sign_off"} & set(step.asks))


def outcome(request: HttpRequest, case: Case, name: str, data: dict[str, str], key: str) -> dict[str, Any]:
    """Takes the step on one case."""
    if name not in case.spec.steps:
        return {"case": case, "sentence": _("This kind has no such step."), "done": False}
    try:
        perform(
            name, actor=request.actor, at=request.at, case=case, data=data, key=f"{key[:40]}.{case.pk}", seen_rev=None
        )
    except Refusal as refusal:
        errors = "; ".join(text for texts in refusal.errors.values() for text in texts)
        return {
            "case": case,
            "sentence": f"{refusal.sentence} {errors}".strip(),
            "clause": refusal.clause,
            "done": False,
        }
    case.refresh_from_db()
    return {"case": case, "sentence": words.label(case.state, case.kind), "done": True}
