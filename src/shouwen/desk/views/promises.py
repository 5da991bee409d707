"""Promises: kept, late, broken by clause, from the clocks alone; each figure opens its cases."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouwen.desk.views.gate import signed_in
from shouwen.kernel import figures, words
from shouwen.kernel.models import Clock, Figure
from shouwen.kernel.registry import kinds
from shouwen.kernel.zones import local_date

SHOWN = ("kept", "late", "broken", "agreed_later", "postponed", "void", "excused")
PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
READERS = ("supervisor", "director", "property_gm", "company_gm", "manager", "desk", "steward", "auditor")


def may_read(request: HttpRequest) -> bool:
    return request.actor.admin or request.actor.holds(*READERS)


@signed_in
def promises(request: HttpRequest) -> HttpResponse:
    """The share of promises kept in a period, by clause and promise; figures of the last minute are folded first."""
    if not may_read(request):
        raise PermissionDenied
    figures.fold_deltas(at=request.at)
    days = PERIODS.get(request.GET.get("days", "30"), 30)
    since = local_date(request.at) - timedelta(days=days)
    rows = Figure.objects.filter(org_id=request.actor.org_id, day__gte=since, count__gt=0)
    sites = request.actor.site_ids
    if sites and not any(held.site_id is None for held in request.actor.offices):
        rows = rows.filter(site_id__in=sites)
    table: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(SHOWN, 0))
    total: dict[str, int] = dict.fromkeys(SHOWN, 0)
    for clause, kind, key, verdict, count in (
        rows.values_list("clause", "kind", "key", "verdict").annotate(Sum("count")).order_by("clause", "kind", "key")
    ):
        table[(clause, kind, key)][verdict] += count
        total[verdict] += count
    over = Clock.objects.filter(
        org_id=request.actor.org_id, verdict__isnull=True, paused_at__isnull=True, due_at__lt=request.at
    )
    context = {
        "days": days, "periods": PERIODS, "total": total, "share": share(total), "overdue": min(1001, over[:1001].count()),
        "rows": [_row(key, counts) for key, counts in table.items()], "shown": SHOWN,
    }  # fmt: skip
    return render(request, "desk/promises.html", context)


def share(counts: dict[str, int]) -> int | None:
    """Per cent kept of those that came to an end one way or the other; None where nothing did."""
    whole = counts["kept"] + counts["late"] + counts["broken"]
    return round(100 * counts["kept"] / whole) if whole else None


def _row(key: tuple[str, str, str], counts: dict[str, int]) -> dict[str, Any]:
    clause, kind, promise = key
    known = kind in kinds
    return {
        "clause": clause, "kind": words.label(kind), "label": words.label(promise, kind) if known else promise,
        "share": share(counts),
        "cells": [
            (verdict, counts[verdict], f"/cases?{urlencode({'view': 'all', 'kind': kind, 'clause': clause, 'verdict': verdict})}")
            for verdict in SHOWN
        ],
    }  # fmt: skip
