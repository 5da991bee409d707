"""The handbook: every clause that is enforced, by what, and how its promises stand."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shouwen.desk.views.gate import signed_in
from shouwen.desk.views.promises import share
from shouwen.kernel import handbook as book
from shouwen.kernel.models import Figure
from shouwen.kernel.zones import local_date


@signed_in
def handbook(request: HttpRequest) -> HttpResponse:
    """Clauses by document, with search; figures of the last year in one query."""
    q = request.GET.get("q", "").strip()
    since = local_date(request.at) - timedelta(days=365)
    sums: dict[str, dict[str, int]] = defaultdict(lambda: {"kept": 0, "late": 0, "broken": 0})
    rows = Figure.objects.filter(org_id=request.actor.org_id, day__gte=since).values_list("clause", "verdict")
    for clause, verdict, count in rows.annotate(Sum("count")).order_by():
        for one in clause.split():
            if verdict in sums[one]:
                sums[one][verdict] += count
    found = [
        {
            "clause": clause,
            "counts": sums.get(clause.id),
            "share": share(sums[clause.id]) if clause.id in sums else None,
        }
        for clause in book.clauses()
        if not q or q.lower() in f"{clause.id} {clause.zh} {clause.en}".lower()
    ]
    return render(request, "desk/handbook.html", {"rows": found, "q": q})
