"""One list for all kinds: views, filters as chips, paging by key, and the same rows as CSV."""

from __future__ import annotations

import base64
import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shouwen.desk.counts import bounded
from shouwen.desk.views.gate import signed_in
from shouwen.ground import search
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.registry import kinds
from shouwen.kernel.zones import local_date, midnight, site_zone

PAGE = 50
VIEWS = ("open", "mine", "over", "today", "closed", "all")


def view_rows(rows: QuerySet[Case], view: str, request: HttpRequest) -> tuple[QuerySet[Case], str]:
    """The rows of a view and the column they are ordered by."""
    actor, now = request.actor, request.at
    live = rows.filter(closed_at__isnull=True)
    if view == "mine":
        return live.filter(Q(owner_id=actor.staff_id) | Q(owner_office_id__in=actor.office_ids)), "due_at"
    if view == "over":
        return live.filter(due_at__lt=now), "due_at"
    if view == "today":
        return live.filter(due_at__lte=midnight(local_date(now) + timedelta(days=1))), "due_at"
    if view == "closed":
        return rows.filter(closed_at__isnull=False), "-opened_at"
    if view == "all":
        return rows, "-opened_at"
    return live, "-opened_at"


def filtered(request: HttpRequest) -> tuple[QuerySet[Case], str, str, list[dict[str, str]]]:
    """Rows, order, view and the chips that are set, from the address."""
    asked = {key: value.replace("\x00", "") for key, value in request.GET.items()}
    view = asked.get("view", "open") if asked.get("view", "open") in VIEWS else "open"
    rows, order = view_rows(visible_to(request.actor), view, request)
    chips = []
    equal = {"kind": "kind", "state": "state", "place": "place__code", "no": "no", "dept": "dept__key"}
    for key, column in equal.items():
        if asked.get(key):
            rows = rows.filter(**{column: asked[key]})
            shown = words.label(asked[key], asked.get("kind", "")) if key in ("kind", "state") else asked[key]
            chips.append({"key": key, "shown": shown, "without": address(asked, **{key: ""})})
    if asked.get("q"):
        rows = rows.filter(pk__in=search.find(asked["q"], org_id=request.actor.org_id, kind="case"))
        chips.append({"key": "q", "shown": asked["q"], "without": address(asked, q="")})
    if asked.get("clause"):
        clocks = Clock.objects.filter(org_id=request.actor.org_id, clause=asked["clause"])
        if asked.get("verdict"):
            clocks = clocks.filter(verdict=asked["verdict"])
            chips.append(
                {"key": "verdict", "shown": words.label(asked["verdict"]), "without": address(asked, verdict="")}
            )
        rows = rows.filter(pk__in=clocks.values("case_id"))
        chips.append({"key": "clause", "shown": asked["clause"], "without": address(asked, clause="")})
    return rows, order, view, chips


def address(asked: dict[str, str], **change: str) -> str:
    """The same list with something changed; the page key is dropped."""
    found = {key: value for key, value in {**asked, **change}.items() if value and key != "after"}
    return f"/cases?{urlencode(found)}" if found else "/cases"


def after(rows: QuerySet[Case], order: str, key: str) -> QuerySet[Case]:
    """Rows behind the last one of the page before; a key that cannot be read begins anew."""
    column, down = order.lstrip("-"), order.startswith("-")
    try:
        text, pk = base64.urlsafe_b64decode(key.encode()).decode().rsplit("|", 1)
        at, last = datetime.fromisoformat(text), int(pk)
    except (ValueError, UnicodeError):
        return rows
    way = "lt" if down else "gt"
    return rows.filter(Q(**{f"{column}__{way}": at}) | Q(**{column: at, f"id__{way}": last}))


def page_of(rows: QuerySet[Case], order: str, key: str) -> tuple[list[Case], str]:
    rows = rows.filter(due_at__isnull=False) if order == "due_at" else rows
    rows = after(rows, order, key) if key else rows
    sign = "-" if order.startswith("-") else ""
    found = list(rows.select_related("place", "party", "owner").order_by(order, f"{sign}id")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    text = f"{getattr(last, order.lstrip('-')).isoformat()}|{last.pk}"
    return found[:PAGE], base64.urlsafe_b64encode(text.encode()).decode()


def next_clocks(cases: list[Case]) -> dict[int, Clock]:
    """The clock that is due next, for each case, in one query."""
    found: dict[int, Clock] = {}
    by_id = {case.pk: case for case in cases}
    for clock in Clock.objects.filter(case__in=list(by_id), verdict__isnull=True).order_by("due_at", "id"):
        clock.case = by_id[clock.case_id]
        if clock.case_id not in found or found[clock.case_id].paused_at is not None:
            found[clock.case_id] = clock
    return found


@signed_in
def case_list(request: HttpRequest) -> HttpResponse:
    """The list page; with `format=csv` the same rows as a file."""
    rows, order, view, chips = filtered(request)
    if request.GET.get("format") == "csv":
        return as_csv(rows, order)
    found, more = page_of(rows, order, request.GET.get("after", ""))
    asked = {key: value for key, value in request.GET.items() if key != "format"}
    base = visible_to(request.actor)
    views = [(name, address({}, view=name), bounded(view_rows(base, name, request)[0])) for name in VIEWS[:4]]
    views += [(name, address({}, view=name), "") for name in VIEWS[4:]]
    context = {
        "rows": [(case, clock) for clocks in [next_clocks(found)] for case in found for clock in [clocks.get(case.pk)]],
        "views": views, "view": view, "chips": chips, "q": asked.get("q", ""), "kind": asked.get("kind", ""),
        "kinds": [(kind.key, address(asked, kind=kind.key, state="")) for kind in kinds.values()],
        "states": states_of(asked), "more": f"/cases?{urlencode({**asked, 'after': more})}" if more else "",
        "csv": f"/cases?{urlencode({**asked, 'format': 'csv'})}", "keep": {k: v for k, v in asked.items() if k not in ("q", "after")},
    }  # fmt: skip
    return render(request, "desk/cases.html", context)


def states_of(asked: dict[str, str]) -> list[tuple[str, str]]:
    kind = kinds.get(asked.get("kind", ""))
    return [(state, address(asked, state=state)) for state in kind.states] if kind else []


class _Echo:
    def write(self, value: str) -> str:
        return value


def plain(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_csv(rows: QuerySet[Case], order: str) -> StreamingHttpResponse:
    """The rows as UTF-8 CSV with the heads people read, streamed, at most 50,000."""
    heads = [
        _("Number"),
        _("Kind"),
        _("Subject"),
        _("Place"),
        _("State"),
        _("Answerable"),
        _("Taken at"),
        _("Next due"),
        _("Closed at"),
    ]
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(heads)
        for case in rows.select_related("place", "owner").order_by(order, "id")[:50_000].iterator(chunk_size=500):
            yield writer.writerow(
                [plain(value) for value in (
                    case.no, words.label(case.kind), case.title, case.place, words.label(case.state, case.kind), case.owner,
                    *(at.astimezone(site_zone()).strftime("%Y-%m-%d %H:%M") if at else "" for at in (case.opened_at, case.due_at, case.closed_at)),
                )]
            )  # fmt: skip

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="cases.csv"'},
    )
