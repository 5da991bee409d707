"""One box: number, name, sounds, last four digits, unit, words. Ranked by what was typed, only what the actor may see."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouwen.desk.views.cases import next_clocks
from shouwen.desk.views.gate import signed_in
from shouwen.ground import search
from shouwen.ground.models import Party, Place
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case

MOST = 12


def found_cases(request: HttpRequest, text: str) -> list[Case]:
    seen = visible_to(request.actor).select_related("place", "party", "owner")
    exact = list(seen.filter(no__iexact=text)[:1])
    ids = search.find(text, org_id=request.actor.org_id, kind="case", most=100)
    return exact or list(seen.filter(pk__in=ids).order_by("-opened_at", "-id")[:MOST])


def found_people(request: HttpRequest, text: str) -> list[Party]:
    if request.actor.staff_id is None or not request.actor.offices:
        return []
    ids = search.find(text, org_id=request.actor.org_id, kind="party", most=MOST)
    rows = Party.objects.filter(pk__in=ids, erased_at__isnull=True)
    return list(rows.prefetch_related("contacts", "roles__place").order_by("name", "id"))


def found_places(request: HttpRequest, text: str) -> list[Place]:
    if request.actor.staff_id is None or not request.actor.offices:
        return []
    rows = Place.objects.filter(org_id=request.actor.org_id, code__startswith=text).select_related("site")
    return list(rows.order_by("code", "id")[:6])


@signed_in
def lookup(request: HttpRequest) -> HttpResponse:
    """The results; a whole case number goes straight to its case."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context: dict[str, Any] = {"q": text, "cases": [], "people": [], "places": []}
    if text:
        cases = found_cases(request, text)
        if len(cases) == 1 and cases[0].no.lower() == text.lower() and not request.htmx:
            return redirect(f"/cases/{cases[0].no}")
        clocks = next_clocks(cases)
        context["cases"] = [(case, clocks.get(case.pk)) for case in cases]
        context["people"], context["places"] = found_people(request, text), found_places(request, text)
        context["none"] = not (cases or context["people"] or context["places"])
    return render(request, "desk/parts/lookup.html" if request.htmx else "desk/lookup.html", context)
