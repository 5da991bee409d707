"""`/healthz` for whoever watches, `/metrics` for Prometheus: answered before sessions, languages and policies."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

import shouwen


class Health:
    """Answers the two addresses; all others go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return healthz()
        if request.path == "/metrics":
            return metrics(request)
        return self.get_response(request)


def healthz() -> HttpResponse:
    """`status` ok while the database answers; `worker_seconds` since the last sign of life of a worker."""
    from shouwen.kernel.models import Beat

    try:
        beat = (
            Beat.objects.filter(stopped_at__isnull=True).order_by("-beat_at").values_list("beat_at", flat=True).first()
        )
    except DatabaseError:
        return _json({"status": "down", "version": shouwen.__version__}, status=503)
    seconds = round((timezone.now() - beat).total_seconds()) if beat else None
    return _json(
        {"status": "ok", "version": shouwen.__version__, "database": connection.vendor, "worker_seconds": seconds}
    )


def _json(body: dict[str, object], *, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(body), status=status, content_type="application/json")


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for a scraper: by token, or from this machine."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    by_token = bool(settings.METRICS_TOKEN) and constant_time_compare(token, settings.METRICS_TOKEN)
    if not by_token and request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        return HttpResponse(status=404)
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

    from shouwen.kernel.models import Case, Clock, Outbox

    registry = CollectorRegistry()
    now = timezone.now()
    waiting = Outbox.objects.filter(done_at__isnull=True, dead_at__isnull=True)
    figures = {
        "shouwen_outbox_waiting": ("Messages waiting to be delivered", waiting.count()),
        "shouwen_cases_open": ("Cases not closed", Case.objects.filter(closed_at__isnull=True).count()),
        "shouwen_clocks_overdue": (
            "Clocks running past their due time",
            Clock.objects.filter(verdict__isnull=True, paused_at__isnull=True, due_at__lt=now).count(),
        ),
        "shouwen_alarms_waiting": ("Alarms due and not fired", Clock.objects.filter(alarm_at__lte=now).count()),
    }
    for name, (text, value) in figures.items():
        Gauge(name, text, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
