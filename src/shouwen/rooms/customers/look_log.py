"""Who looked at what of whom, and why; with what was unusual on top. For those who answer for personal data."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from shouwen.desk.views.gate import signed_in
from shouwen.ground.actors import Actor
from shouwen.ground.models import Party, Staff
from shouwen.kernel import watching
from shouwen.kernel.models import Look
from shouwen.kernel.perform import share_rules
from shouwen.kernel.registers import held_by
from shouwen.kernel.zones import local_date, midnight

PAGE, DAYS = 100, 30
PAGE_OF = "party.page"
_readers = held_by("privacy", "director", "property_gm", "company_gm", "manager")


def reads(actor: Actor) -> bool:
    return actor.staff_id is not None and _readers(actor)


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The log of the last days, by member of staff where one is named."""
    if not reads(request.actor):
        raise Http404
    since = _day(request.GET.get("since", ""), local_date(request.at) - timedelta(days=DAYS))
    rows = Look.objects.filter(org_id=request.actor.org_id, looked_at__gte=midnight(since))
    number = request.GET.get("staff", "").replace("\x00", "")[:20]
    rows = rows.filter(staff__number=number) if number else rows
    found = list(rows.select_related("staff", "party").order_by("-looked_at", "-id")[: PAGE + 1])
    context: dict[str, Any] = {
        "looks": found[:PAGE], "more": len(found) > PAGE, "since": since, "staff": number, "alerts": unusual(request.actor.org_id),
        "people": Staff.objects.filter(org_id=request.actor.org_id).order_by("number"),
    }  # fmt: skip
    answer = render(request, "customers/looks.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def opened(party: Party, actor: Actor, *, at: datetime, serving: bool) -> None:
    """A page that shows numbers in clear was opened: written down once a day, with whether anything was open then."""
    if actor.staff_id is None:
        return
    mine = Look.objects.filter(
        party=party, staff_id=actor.staff_id, what=PAGE_OF, looked_at__gte=midnight(local_date(at))
    )
    purpose = watching.SERVING if serving else "for_no_case"
    if mine.filter(purpose__in=(purpose, watching.SERVING)).exists():
        return
    look = Look(
        org_id=party.org_id, staff_id=actor.staff_id, party=party, what=PAGE_OF, object_id=party.pk, purpose=purpose,
        looked_at=at,
    )  # fmt: skip
    with transaction.atomic():
        share_rules(party.org_id)
        watching.looked(look, actor=actor, at=at)


def _day(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if 2000 <= found.year <= 2200 else otherwise


def unusual(org_id: int) -> list[dict[str, Any]]:
    """The alerts, newest first, each with whom it is about."""
    entries = watching.alerts(org_id)
    people = Staff.objects.in_bulk([entry.facts["staff"] for entry in entries])
    return [
        {
            "at": one.recorded_at,
            "who": people.get(one.facts["staff"]),
            "why": one.facts["why"],
            "count": one.facts["count"],
        }
        for one in entries
    ]
