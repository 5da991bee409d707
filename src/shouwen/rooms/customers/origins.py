"""Where customers come from, counted: known from what, of which sort, and which customers brought others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from shouwen.desk.views.gate import signed_in
from shouwen.ground.actors import Actor
from shouwen.ground.models import Party, Role
from shouwen.kernel.registers import held_by
from shouwen.kernel.zones import local_date

MOST = 20
_readers = held_by("supervisor", "director", "property_gm", "company_gm", "manager")


def reads(actor: Actor) -> bool:
    return actor.staff_id is not None and _readers(actor)


def counted(org_id: int, *, at: datetime) -> dict[str, Any]:
    """Customers by where they are known from and by sort; those who brought others, with how many of them still live here."""
    rows = Party.objects.filter(org_id=org_id, erased_at__isnull=True, merged_into__isnull=True).order_by()
    day = local_date(at)
    here = Role.objects.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)
    brought = rows.filter(referred_by__isnull=False, referred_by__erased_at__isnull=True)
    by_whom = brought.annotate(whose=Coalesce("referred_by__merged_into_id", "referred_by_id")).values("whose")
    best = list(by_whom.annotate(n=Count("id")).order_by("-n", "whose")[:MOST])
    names = Party.objects.in_bulk([row["whose"] for row in best])
    return {
        "sources": _shares(rows, "source"), "segments": _shares(rows, "segment"),
        "brought": brought.count(), "still": brought.filter(pk__in=here.values("party_id")).count(),
        "bringers": [(names[row["whose"]], row["n"]) for row in best if row["whose"] in names],
    }  # fmt: skip


def _shares(rows: Any, column: str) -> list[tuple[str, int]]:
    found = rows.values_list(column).annotate(n=Count("id"))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The figures on one page, for those who manage."""
    if not reads(request.actor):
        raise Http404
    return render(request, "customers/origins.html", counted(request.actor.org_id, at=request.at))
