"""Following one case by a code: for whoever gave no name. The code is typed or sent in a form, never in an address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouwen.kernel import credentials
from shouwen.kernel.asks import form_for
from shouwen.kernel.models import Case
from shouwen.kernel.offers import steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import lines_of
from shouwen.kernel.refusals import Refusal


def follow(request: HttpRequest) -> HttpResponse:
    """Asks for the code; with it, shows what the customer may read, and the steps that are the customer's to take."""
    code = request.POST.get("code", "") if request.method == "POST" else ""
    if not code:
        return render(request, "desk/follow.html", {})
    refusal: Refusal | None = None
    try:
        credential = credentials.find(code, purpose=credentials.FOLLOW, at=request.at)
        actor = credentials.holder(credential)
        if request.POST.get("step"):
            _take(request, actor, credential.case)
    except Refusal as refused:
        refusal = refused
    if refusal is not None and refusal.status == 404:
        return render(request, "desk/follow.html", {"refusal": refusal}, status=404)
    case = Case.objects.select_related("place").get(pk=credential.case_id)
    steps = [
        (offer.step, form_for(offer.step, actor=actor, case=case, at=request.at))
        for offer in steps_for(actor, case, at=request.at)
        if offer.open
    ]
    shown = {"case": case, "lines": lines_of(case, actor=actor), "steps": steps, "code": code, "refusal": refusal}
    return render(request, "desk/follow.html", shown, status=refusal.status if refusal else 200)


def _take(request: HttpRequest, actor: Any, case: Any) -> None:
    asked = {name: value for name, value in request.POST.items() if value and name not in ("code", "step", "key")}
    asked.pop("csrfmiddlewaretoken", None)
    perform(
        request.POST["step"], actor=actor, at=request.at, case=case, data=asked, files=request.FILES,
        key=request.POST.get("key", "")[:60],
    )  # fmt: skip
