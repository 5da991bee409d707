"""One list for all kinds: views, conditions, columns, and the same rows as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from shouwen.desk import columns as cols
from shouwen.desk import counts, rows
from shouwen.desk.exports import as_csv, as_excel, mark_of
from shouwen.desk.listing import (
    COUNTED,
    STATE,
    VIEWS,
    Listing,
    asked_of,
    choices,
    first_clocks,
    listing,
    page_of,
)
from shouwen.desk.models import SavedView
from shouwen.desk.views.gate import signed_in
from shouwen.ground.prepared import Prepared, columns_of, instances
from shouwen.kernel import exports
from shouwen.kernel.refusals import Refusal

MOST_VIEWS = 12


@signed_in
def case_list(request: HttpRequest) -> HttpResponse:
    """The list page: a view of the cases somebody may see, by conditions that stand in its address."""
    found = listing(request, request.GET)
    shown = cols.chosen(request.actor.account_id, request.GET.get("columns", ""))
    page, more = page_of(found, request.GET.get("after", ""), cols.read(shown, *rows.READ))
    clocks = first_clocks([row["id"] for row in page])
    context = {
        "rows": rows.html(page, clocks, shown, now=request.at, choose=bool(request.actor.staff_id)),
        "columns": _heads(found, shown),
        "all_columns": [(column, column in shown) for column in cols.COLUMNS.values()],
        "views": _views(request), "view": found.view, "chips": found.chips, "choices": choices(found),
        "asked": found.asked, "here": found.address(), "q": found.asked.get("q", ""),
        "keep": {key: value for key, value in found.asked.items() if key != "q"},
        "more": found.address(after=more) if more else "", "after": request.GET.get("after", ""),
        "take_out": f"/cases/take-out?{urlencode(found.asked)}" if exports.may_take(request.actor) else "",
        "saved": _saved(request),
        "conditions": bool(found.chips or found.asked.get("sort")),
    }  # fmt: skip
    context["over"] = next(row["count"] for row in context["views"] if row["name"] == "over")  # as the frame shows it
    context["kept_view"] = any(row["href"] == context["here"] for row in context["saved"])
    return render(request, "desk/cases.html", context)


@signed_in
def take_out(request: HttpRequest) -> FileResponse | StreamingHttpResponse | HttpResponse:
    """The rows of the list as a file: with a right and a reason, on record, and marked with both."""
    if not exports.may_take(request.actor):
        raise PermissionDenied
    values = request.POST if request.method == "POST" else request.GET
    found, reason = listing(request, values), request.POST.get("reason", "").replace("\x00", "")
    context = {"asked": found.asked, "here": found.address(), "chips": found.chips}
    if request.method != "POST":
        return render(request, "desk/take_out.html", context)
    try:
        exports.take_list(request.actor, at=request.at, reason=reason, what="list", conditions=found.asked)
    except Refusal as refusal:
        return render(request, "desk/take_out.html", {**context, "refusal": refusal}, status=refusal.status)
    shown, mark = cols.chosen(request.actor.account_id), mark_of(request.actor, at=request.at, reason=reason)
    return (as_csv if request.POST.get("format") == "csv" else as_excel)(found, shown, mark=mark)


def _heads(found: Listing, shown: list[cols.Column]) -> list[dict[str, Any]]:
    """The columns with the address that sorts by them; asked again, the other way round."""
    heads = []
    for column in shown:
        up = found.sort == column.order
        down = found.sort == f"-{column.order}"
        href = found.address(sort=f"-{column.order}" if up else column.order) if column.order else ""
        heads.append({"column": column, "href": href, "sort": "ascending" if up else "descending" if down else ""})
    return heads


def _views(request: HttpRequest) -> list[dict[str, str]]:
    """The built-in views; the first ones with their count, never more than a thousand rows looked at."""
    names = [name for name in VIEWS if name != "mine" or request.actor.staff_id]
    found = {name: counts.cases(name, actor=request.actor, now=request.at) for name in names if name in COUNTED}
    return [{"name": name, "href": f"/cases?view={name}", "count": found.get(name, "")} for name in names]


def _saved(request: HttpRequest) -> list[dict[str, Any]]:
    """Views of one's own and shared ones, with the address each stands for."""
    account = request.actor.account_id
    if account is None:
        return []
    views = instances(SavedView, _VIEWS.rows(account_id=account, org_id=request.actor.org_id))
    return [{"view": view, "href": f"/cases?{view.query}", "mine": view.account_id == account} for view in views]


_VIEWS = Prepared(
    lambda account_id, org_id: (
        SavedView.objects.filter(Q(account_id=account_id) | Q(org_id=org_id, shared=True))
        .order_by("name", "id")
        .values_list(*columns_of(SavedView))[:MOST_VIEWS]
    ),
    account_id=int, org_id=int,
)  # fmt: skip


@require_POST
@signed_in
def keep_columns(request: HttpRequest) -> HttpResponse:
    """Remembers which columns somebody wants to see."""
    cols.keep(request.actor.account_id, request.POST.getlist("column"))
    return redirect(_back(request))


@require_POST
@signed_in
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keeps the list as it is under a name. Words that were searched for are not kept: they may be somebody's name."""
    name = request.POST.get("name", "").replace("\x00", "").strip()[:40]
    asked = {key: value for key, value in asked_of(request.POST).items() if key != "q"}
    if name:
        try:
            with transaction.atomic():
                SavedView.objects.update_or_create(
                    account_id=request.actor.account_id, name=name,
                    defaults={
                        "org_id": request.actor.org_id, "query": urlencode(asked)[:600],
                        "shared": request.POST.get("shared") == "on" and request.actor.staff_id is not None,
                    },
                )  # fmt: skip
        except IntegrityError:  # the same name was kept in the same moment
            pass
    return redirect(_back(request))


@require_POST
@signed_in
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Drops a view of one's own."""
    dropped, _rows = SavedView.objects.filter(pk=pk, account_id=request.actor.account_id).delete()
    if not dropped:
        raise Http404
    return redirect("/cases")


def _back(request: HttpRequest) -> str:
    asked = {key: request.POST[key] for key in STATE if request.POST.get(key)}
    return f"/cases?{urlencode(asked)}" if asked else "/cases"
