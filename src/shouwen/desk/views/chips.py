"""The clocks of an open page, asked for by it each minute: their words as they stand now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join

from shouwen.desk.templatetags.desk import chip
from shouwen.desk.views.gate import signed_in
from shouwen.ground.ids import typed_id
from shouwen.kernel.access import in_sight
from shouwen.kernel.models import Clock

MOST = 60


@signed_in
def clocks(request: HttpRequest) -> HttpResponse:
    """The chips of the clocks named, of those the actor may know of; one that has ended stays as it was shown."""
    ids = [found for text in request.GET.get("ids", "").split(",")[:MOST] if (found := typed_id(text))]
    rows = Clock.objects.filter(in_sight(request.actor), pk__in=ids, verdict__isnull=True).select_related("case")
    chips = [(chip(row, now=request.at, site=row.case.site_id),) for row in rows.order_by("id")]
    response = HttpResponse(format_html_join("\n", "{}", chips))
    response["Cache-Control"] = "private, no-store"
    return response
