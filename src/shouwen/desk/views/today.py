"""Today: what is due next, what I owe, what came back, where things stand."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from shouwen.desk.counts import bounded
from shouwen.desk.views.gate import signed_in
from shouwen.kernel.access import visible_to
from shouwen.kernel.mail import sentence
from shouwen.kernel.models import Clock, Notice
from shouwen.kernel.zones import local_date, midnight

ROWS = 40


@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """My clocks by time left: first those due today, then the rest; the next one stands above all."""
    actor, now = request.actor, request.at
    if actor.staff_id is None:
        return redirect("/cases")
    mine = Q(owed_by_id=actor.staff_id) | Q(owed_by_office_id__in=actor.office_ids)
    clocks = Clock.objects.filter(mine, org_id=actor.org_id, verdict__isnull=True, case__in=visible_to(actor))
    rows = list(clocks.select_related("case", "case__place", "case__party").order_by("due_at", "id")[:ROWS])
    night = midnight(local_date(now) + timedelta(days=1))
    running = [clock for clock in rows if clock.paused_at is None]
    groups = [
        ("today", [c for c in rows if c.due_at <= night]),
        ("later", [c for c in rows if c.due_at > night]),
    ]
    seen = visible_to(actor)
    tally = [
        ("overdue", "/cases?view=over", bounded(seen.filter(closed_at__isnull=True, due_at__lt=now))),
        ("due_today", "/cases?view=today", bounded(seen.filter(closed_at__isnull=True, due_at__lte=night))),
        ("open_all", "/cases", bounded(seen.filter(closed_at__isnull=True))),
        ("closed_today", "/cases?view=closed", bounded(seen.filter(closed_at__gte=midnight(local_date(now))))),
    ]
    return render(
        request, "desk/today.html",
        {"next": running[0] if running else None, "groups": groups, "tally": tally, "any": bool(rows)},
    )  # fmt: skip


@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """What was told to me, newest first."""
    actor = request.actor
    whose = Q(staff_id=actor.staff_id) if actor.staff_id else Q(party_id=actor.party_id or 0)
    rows = list(Notice.objects.filter(whose).select_related("case").order_by("-created_at", "-id")[:60])
    return render(request, "desk/notices.html", {"rows": [(row, sentence(row)) for row in rows]})


@require_POST
@signed_in
def notices_seen(request: HttpRequest) -> HttpResponse:
    """Marks everything told to me as seen."""
    actor = request.actor
    whose = Q(staff_id=actor.staff_id) if actor.staff_id else Q(party_id=actor.party_id or 0)
    Notice.objects.filter(whose, seen_at__isnull=True).update(seen_at=request.at)
    return redirect("/notices")
