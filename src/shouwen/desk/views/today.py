"""Today: what is due next, what I owe, what came back, where things stand. And what was told to me."""

from __future__ import annotations

import hashlib

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from shouwen.desk import counts, duties
from shouwen.desk.views.gate import signed_in
from shouwen.kernel.mail import sentence
from shouwen.kernel.models import Notice
from shouwen.kernel.wordings import said_of

TOLD = 60


@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """My clocks by time left; the next one stands above all."""
    actor, now = request.actor, request.at
    if actor.staff_id is None:
        return redirect("/cases")
    rows = duties.my_clocks(actor, now=now)
    groups = duties.groups(rows, now=now)
    running = [row for row in rows if row["clock"].paused_at is None]
    tally = [
        (label, address, counts.cases(name, actor=actor, now=now))
        for label, name, address in (
            ("overdue", "over", "/cases?view=over"), ("due_today", "today", "/cases?view=today"),
            ("open_all", "open", "/cases"), ("closed_today", "closed_today", "/cases?view=closed"),
        )
    ]  # fmt: skip
    context = {
        "next": running[0] if running else None, "groups": groups, "tally": tally, "more": len(rows) == duties.ROWS,
        "owed": duties.owed_today(actor, now=now), "news": duties.news(actor), "people": duties.at_work(actor, now=now),
        "team": duties.team(actor, now=now), "theirs": duties.theirs(actor, now=now),
    }  # fmt: skip
    context["over"] = tally[0][2]  # as the frame shows it
    return render(request, "desk/today.html", context)


def told_to(request: HttpRequest) -> QuerySet[Notice]:
    actor = request.actor
    whose = Q(staff_id=actor.staff_id) if actor.staff_id else Q(party_id=actor.party_id or 0)
    return Notice.objects.filter(whose, org_id=actor.org_id)


@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """What was told to me, newest first."""
    rows = list(told_to(request).select_related("case").order_by("-created_at", "-id")[:TOLD])
    fresh, said = any(row.seen_at is None for row in rows), said_of(request.actor.org_id)
    return render(request, "desk/notices.html", {"rows": [(row, sentence(row, said)) for row in rows], "fresh": fresh})


@require_POST
@signed_in
def notices_seen(request: HttpRequest) -> HttpResponse:
    """Marks everything told to me as seen."""
    told_to(request).filter(seen_at__isnull=True).update(seen_at=request.at)
    return redirect("/notices")


@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, asked for by the page each twenty seconds; unchanged, it costs no body."""
    count = counts.unseen(request.actor)
    tag = f'"{hashlib.sha256(f"{request.actor.account_id}:{request.LANGUAGE_CODE}:{count}".encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, "desk/parts/bell.html", {"notices": count})
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response
