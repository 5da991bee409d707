"""The estate on pages: communities, the drawing of a building, one home, and laying a building out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shouwen.desk import callers, cardforms
from shouwen.desk.views.gate import signed_in
from shouwen.ground.models import Place
from shouwen.ground.offices import Roster, Where
from shouwen.kernel.access import visible_to
from shouwen.kernel.refusals import Invalid, Refusal
from shouwen.kernel.registers import register
from shouwen.rooms.estate import generator, reading
from shouwen.rooms.estate.models import AreaCard


def _place(request: HttpRequest, pk: int, *kinds: str) -> Place:
    if not callers.may_look(request.actor) or not 0 < pk < 2**63:
        raise Http404
    rows = register("place").rows(request.actor).select_related("site", "building", "parent")
    place = (rows.filter(kind__in=kinds) if kinds else rows).filter(pk=pk).first()
    if place is None:
        raise Http404
    return place


@signed_in
def estate(request: HttpRequest) -> HttpResponse:
    """The communities with their buildings, those of one's own first, and what is open in each."""
    if not callers.may_look(request.actor):
        raise Http404
    rows = (
        register("place").rows(request.actor).filter(kind="building").select_related("site").order_by("site_id", "id")
    )
    buildings = sorted(rows, key=lambda place: (len(place.code), place.code))
    live = visible_to(request.actor).filter(closed_at__isnull=True, building__isnull=False).order_by()
    counted = live.values("building_id").annotate(n=Count("id"), over=Count("id", filter=Q(due_at__lt=request.at)))
    counts = {row["building_id"]: row for row in counted}
    sites: dict[Any, list[Any]] = {}
    for place in buildings:
        row = counts.get(place.pk, {"n": 0, "over": 0})
        sites.setdefault(place.site, []).append((place, row["n"], row["over"]))
    mine = set(request.actor.site_ids)
    ordered = sorted(sites.items(), key=lambda pair: (pair[0].pk not in mine, pair[0].code))
    return render(
        request, "estate/sites.html", {"sites": ordered, "may_lay_out": register("place").edits(request.actor)}
    )


@signed_in
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawing; a chosen home is told beside it. On the phone one entrance at a time."""
    place = _place(request, pk, "building")
    drawn = reading.drawing_of(place, request.actor, at=request.at)
    show = request.GET.get("show", "cases")
    door = request.GET.get("door", drawn.doors[0] if drawn.doors else "")
    chosen = request.GET.get("home", "")
    home = next((cell.place for cell in drawn.cells if cell.place.code == chosen), None)
    around = register("place").rows(request.actor).filter(kind="building", site_id=place.site_id).exclude(pk=pk)
    post = Roster(place.org_id, site_id=place.site_id, at=request.at).find("steward", Where(place.site_id, place.pk))
    context = {
        "building": place, "drawn": drawn, "show": show if show in reading.SHOWN else "cases", "door": door,
        "others": sorted(around, key=lambda one: (len(one.code), one.code))[:8], "steward": post.staff_name if post else "",
        "home": reading.home_of(home, request.actor, at=request.at, most=6) if home is not None else None,
        "may_lay_out": register("place").edits(request.actor),
    }  # fmt: skip
    return render(request, "estate/building.html", context)


@signed_in
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """The archive of one place; those who keep it write down what is kept of the type of its area."""
    found, context, status = _place(request, pk), {}, 200
    if found.sort and register("area_card").edits(request.actor):
        context["keeps"] = True
        row = AreaCard.objects.filter(place=found).first()
        if request.method == "POST":
            try:
                _keep_area(request, found, row)
                messages.success(request, _("Kept on the card."))
                return redirect(f"/estate/places/{pk}")
            except Refusal as refusal:
                context |= {"refusal": refusal, "fields": _area_fields(request, found, row, errors=refusal.errors)}
                status = refusal.status
        elif request.GET.get("edit") == "area":
            context["fields"] = _area_fields(request, found, row)
    elif request.method == "POST":
        raise Http404
    whole = {**reading.home_of(found, request.actor, at=request.at), **context}
    return render(request, "estate/place.html", whole, status=status)


def _area_fields(request: HttpRequest, place: Place, row: AreaCard | None, *, errors: Any = None) -> list[Any]:
    """The fields of the side card that are kept of such a place, each with what is wrong with it."""
    typed = request.POST.dict() if errors is not None else None
    form = cardforms.form_of(register("area_card"), actor=request.actor, row=row, typed=typed)
    return [(form[name], (errors or {}).get(name, ())) for name in AreaCard.FIELDS[place.sort]]


def _keep_area(request: HttpRequest, place: Place, row: AreaCard | None) -> None:
    card, values = register("area_card"), {}
    for name, value in cardforms.typed_in(card, request.POST).items():
        field = AreaCard._meta.get_field(name)
        values[name] = None if value == "" and field.null else value
    values = {name: value for name, value in values.items() if name in AreaCard.FIELDS[place.sort]}
    if row is None:
        card.add({**values, "place": place}, actor=request.actor, at=request.at)
    else:
        card.edit(row, values, actor=request.actor, at=request.at)


def _layout(request: HttpRequest) -> generator.Layout:
    def number(name: str) -> int:
        text = request.POST.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0

    said = request.POST.get("without", "").replace("，", " ").replace(",", " ").split()
    without = tuple(int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0 for text in said)
    return generator.Layout(number("floors"), number("entrances"), number("units"), without)


@signed_in
def lay_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for a few numbers, shows the drawing, and writes only when told so."""
    place = _place(request, pk, "building")
    if not register("place").edits(request.actor):
        raise Http404
    context: dict[str, Any] = {"building": place, "said": request.POST.dict(), "plan": None, "errors": {}}
    if request.method == "POST":
        try:
            plan = generator.plan(place, _layout(request))
            if request.POST.get("_do") == "write":
                count = generator.write(plan, actor=request.actor, at=request.at)
                messages.success(request, _("%(count)d places are laid out.") % {"count": count})
                return redirect(f"/estate/{place.pk}")
            context["plan"] = plan
        except Invalid as refusal:
            context["errors"] = refusal.errors
        except Refusal as refusal:
            context["refusal"] = refusal
    failed = context["errors"] or context.get("refusal")
    return render(request, "estate/lay_out.html", context, status=422 if failed else 200)
