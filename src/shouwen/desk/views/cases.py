"""One list for all kinds: views, conditions, columns, and the same rows as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from shouwen.desk import clockwords, counts
from shouwen.desk import columns as cols
from shouwen.desk.exports import as_csv, as_excel
from shouwen.desk.listing import (
    COUNTED,
    STATE,
    VIEWS,
    Listing,
    asked_of,
    choices,
    listing,
    next_clocks,
    page_of,
)
from shouwen.desk.models import SavedView
from shouwen.desk.templatetags.desk import chip_of
from shouwen.desk.views.gate import signed_in
from shouwen.kernel import words

MOST_VIEWS = 12


@signed_in
def case_list(request: HttpRequest) -> HttpResponse:
    """The list page; with `format=csv` or `format=xlsx` the same rows as a file."""
    found = listing(request, request.GET)
    shown = cols.chosen(request.actor.account_id, request.GET.get("columns", ""))
    if request.GET.get("format") in ("csv", "xlsx"):
        return (as_csv if request.GET["format"] == "csv" else as_excel)(found, shown)
    page, more = page_of(found, request.GET.get("after", ""))
    clocks = next_clocks(page)
    context = {
        "rows": [_row(case, clocks.get(case.pk), shown, now=request.at) for case in page], "columns": _heads(found, shown),
        "all_columns": [(column, column in shown) for column in cols.COLUMNS.values()],
        "views": _views(request), "view": found.view, "chips": found.chips, "choices": choices(found),
        "asked": found.asked, "here": found.address(), "q": found.asked.get("q", ""),
        "keep": {key: value for key, value in found.asked.items() if key != "q"},
        "more": found.address(after=more) if more else "", "after": request.GET.get("after", ""),
        "csv": found.address(format="csv"), "xlsx": found.address(format="xlsx"), "saved": _saved(request),
        "conditions": bool(found.chips or found.asked.get("sort")),
    }  # fmt: skip
    context["over"] = next(row["count"] for row in context["views"] if row["name"] == "over")  # as the frame shows it
    context["kept_view"] = any(row["href"] == context["here"] for row in context["saved"])
    return render(request, "desk/cases.html", context)


def _row(case: Any, clock: Any, shown: list[cols.Column], *, now: Any) -> dict[str, Any]:
    """One row, its cells made here: a template would take most of the page's time for them."""
    cells = format_html_join("", "{}", ((_cell(column, case, clock, now=now),) for column in shown))
    return {"no": case.no, "cells": cells}


def _cell(column: cols.Column, case: Any, clock: Any, *, now: Any) -> SafeString:
    if column.key == "due":
        ended = words.label(case.state, case.kind) if case.closed_at else "—"
        shown = chip_of(clockwords.chip(clock, now=now, site_id=case.site_id)) if clock else _dim(ended)
        return format_html("<td>{}</td>", shown)
    if column.key == "title":
        parts = [part for part in (case.no, case.place, words.label(case.state, case.kind)) if part]
        return format_html(
            '<td class="sw-w"><a href="/cases/{}">{}</a> <span class="sw-sub sw-ph sw-sm"><span class="sw-seg">{}</span></span></td>',
            case.no, case.title or case.no, format_html_join(" ", '<span class="sw-k">{}</span>', ((part,) for part in parts)),
        )  # fmt: skip
    value = column.text(case)
    text = (clockwords.when(value, now) if value else "") if column.moment else "" if value is None else value
    css = " sw-num" if column.number else " sw-sub" if column.moment or column.key == "no" else ""
    return format_html('<td class="sw-hide{}">{}</td>', css, text)


def _dim(text: str) -> SafeString:
    return format_html('<span class="sw-dim">{}</span>', text)


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
    if request.actor.account_id is None:
        return []
    mine = SavedView.objects.filter(account_id=request.actor.account_id)
    shared = SavedView.objects.filter(org_id=request.actor.org_id, shared=True)
    rows = (mine | shared).order_by("name", "id")[:MOST_VIEWS]
    return [
        {"view": row, "href": f"/cases?{row.query}", "mine": row.account_id == request.actor.account_id} for row in rows
    ]


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
