"""One box: number, name, sounds, last four digits, unit, words. Ranked by what was typed, only what the actor may see."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shouwen.desk import callers
from shouwen.desk.listing import next_clocks
from shouwen.desk.views.gate import signed_in
from shouwen.ground import codes, search
from shouwen.ground.actors import Actor
from shouwen.ground.models import Place
from shouwen.ground.prepared import Prepared, padded, several
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case

MOST = 12
WORDS = 100  # cases with the words, the newest of which are looked at


def asked_text(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:60]


def found_cases(request: HttpRequest, text: str) -> list[Case]:
    """The case of that number alone; else those with these words, newest first."""
    exact: list[Case] = _of_number(request.actor).objects(no=text.upper())
    if exact:
        return exact
    ids = search.find(text, org_id=request.actor.org_id, kind="case", most=WORDS)
    return _among(request.actor).objects(**padded("case", ids, WORDS)) if ids else []


@lru_cache(maxsize=1000)
def _of_number(actor: Actor) -> Prepared:
    def make(no: str) -> QuerySet[Case]:
        return visible_to(actor).filter(no=no).select_related("place", "party")[:1]

    return Prepared(make, no=str)


@lru_cache(maxsize=1000)
def _among(actor: Actor) -> Prepared:
    def make(**cases: int) -> QuerySet[Case]:
        seen = visible_to(actor).filter(pk__in=cases.values()).select_related("place", "party")
        return seen.order_by("-opened_at", "-id")[:MOST]

    return Prepared(make, **several("case", WORDS))


def found_places(request: HttpRequest, text: str, *, most: int = 6) -> list[Place]:
    if not callers.may_look(request.actor) or not text:
        return []
    code = codes.spoken(text) or text
    rows = search.beginning(Place.objects.filter(org_id=request.actor.org_id), "code", code)
    return list(rows.select_related("site")[:most])


@signed_in
def lookup(request: HttpRequest) -> HttpResponse:
    """The results; a whole case number goes straight to its case."""
    text = asked_text(request)
    context: dict[str, Any] = {"q": text, "cases": [], "people": [], "places": [], "none": False}
    if text:
        cases = found_cases(request, text)
        if len(cases) == 1 and cases[0].no == text.upper() and not request.htmx:
            return redirect(f"/cases/{cases[0].no}")
        clocks = next_clocks(cases)
        context["cases"] = [(case, clocks.get(case.pk)) for case in cases]
        context["people"] = callers.find(text, request.actor, at=request.at, most=MOST)
        context["places"] = found_places(request, text)
        context["none"] = not (cases or context["people"] or context["places"])
    return render(request, "desk/parts/lookup.html" if request.htmx else "desk/lookup.html", context)


def _typed(request: HttpRequest) -> str:
    """What stands in the field that asks: it sends itself under its own name."""
    return request.GET.get(request.GET.get("field", "q"), "").replace("\x00", "").strip()[:60]


@signed_in
def places(request: HttpRequest) -> HttpResponse:
    """Suggestions for a field that asks for a place."""
    rows = [
        (place.code, f"{place.site or ''} {place.name}".strip())
        for place in found_places(request, _typed(request), most=12)
    ]
    return render(request, "desk/parts/options.html", {"rows": rows})


@signed_in
def people(request: HttpRequest) -> HttpResponse:
    """Suggestions for a field that asks for a customer."""
    found = callers.find(_typed(request), request.actor, at=request.at, most=12)
    rows = [(person.party.name, _(", ").join(code for code, _role in person.homes)) for person in found]
    return render(request, "desk/parts/options.html", {"rows": rows})
