"""Settings: policies with their versions, a preview before a change, and calendars at a look."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouwen.desk.views.gate import signed_in
from shouwen.kernel import policies as changing
from shouwen.kernel.calendars import books
from shouwen.kernel.goals import policies as declared
from shouwen.kernel.models import Beat, Outbox, PolicyVersion
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.rulebook import rulebook


def only_makers(request: HttpRequest) -> None:
    if not changing.may_change(request.actor):
        raise PermissionDenied


@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """Every policy with its value in force, calendars, and how the worker does."""
    only_makers(request)
    org_id = request.actor.org_id
    book = rulebook(org_id, None)
    rows = [
        {
            "key": key,
            "clause": ref.clause,
            "value": book.policy(key, ref.default, request.at)[0],
            "default": ref.default,
        }
        for key, ref in sorted(declared.items())
    ]
    waiting = Outbox.objects.filter(org_id=org_id, done_at__isnull=True)
    context = {
        "policies": rows, "calendars": [_calendar(org_id, key, site, request) for key, site in books(org_id)],
        "waiting": waiting.filter(dead_at__isnull=True)[:1001].count(),
        "dead": list(waiting.filter(dead_at__isnull=False).order_by("-id")[:10]),
        "beats": list(Beat.objects.filter(stopped_at__isnull=True).order_by("-beat_at")[:5]),
    }  # fmt: skip
    return render(request, "desk/settings/settings.html", context)


def _calendar(org_id: int, key: str, site: int | None, request: HttpRequest) -> dict[str, Any]:
    found, version = rulebook(org_id, site).calendar(key, request.at)
    years = sorted(found.hours.official.years)[-1] if found.hours.official else None
    return {
        "key": key,
        "zone": str(found.zone),
        "week": found.to_json().get("week", {}),
        "years": years,
        "version": version,
    }


@signed_in
def policy(request: HttpRequest, key: str) -> HttpResponse:
    """One policy: its versions, and a change that is shown before it is made."""
    only_makers(request)
    if key not in declared:
        raise Http404
    typed, running = request.POST.get("value", ""), request.POST.get("to_running") == "on"
    context: dict[str, Any] = {
        "ref": declared[key],
        "typed": typed,
        "running": running,
        "note": request.POST.get("note", ""),
    }
    status = 200
    if request.method == "POST":
        try:
            value = as_declared(key, typed)
            if "_publish" in request.POST:
                changing.publish(
                    key, value, actor=request.actor, at=request.at, to_running=running, note=context["note"]
                )
                return redirect(f"/settings/policies/{key}")
            context["preview"] = changing.preview(
                key, value, actor=request.actor, at=request.at, to_running=running, most=20_000
            )
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    context["now_value"] = rulebook(request.actor.org_id, None).policy(key, declared[key].default, request.at)[0]
    versions = PolicyVersion.objects.filter(policy__org_id=request.actor.org_id, policy__key=key)
    context["versions"] = list(versions.select_related("entry").order_by("-effective_at", "-id")[:30])
    return render(request, "desk/settings/policy.html", context, status=status)


def as_declared(key: str, text: str) -> Any:
    """What was typed, as the sort of value the policy has: text, number or table."""
    if isinstance(declared[key].default, str):
        return text.strip()
    try:
        return json.loads(text)
    except ValueError:
        return text
