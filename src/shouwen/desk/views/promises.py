"""Promises: kept, late, broken by what one asks, from the figures and clocks alone; each figure opens its cases."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from shouwen.desk import counts, lengths, prints, report, workbook
from shouwen.desk.views.gate import signed_in
from shouwen.desk.views.printing import pdf_response
from shouwen.ground.ids import typed_id
from shouwen.kernel import figures, words
from shouwen.kernel.models import FigureDelta
from shouwen.kernel.reading import is_customer

READERS = ("supervisor", "director", "property_gm", "company_gm", "manager", "desk", "steward", "auditor")
PAGE = 50
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def may_read(request: HttpRequest) -> bool:
    return request.actor.admin or request.actor.holds(*READERS)


@signed_in
def promises(request: HttpRequest) -> HttpResponse:
    """The report; `format=xlsx` and `format=pdf` give the same figures as a file. What just ended is folded first."""
    if is_customer(request.actor) and not request.actor.admin:
        raise Http404
    if not may_read(request):
        raise PermissionDenied
    if FigureDelta.objects.filter(folded_at__isnull=True).exists():
        figures.fold_deltas(at=request.at)
    question = report.asked(request.GET, at=request.at)
    found = report.build(question, request.actor)
    lengths.add_times(found, request.actor)
    if request.GET.get("format") == "xlsx":
        response = HttpResponse(workbook.promises(found, request.actor), content_type=EXCEL)
        response["Content-Disposition"] = f'attachment; filename="promises-{question.since}-{question.until}.xlsx"'
        return response
    context = {**page_of(found), **behind(request, question), "filters": filters(request, question)}
    if request.GET.get("format") in ("pdf", "paper"):
        as_pdf = request.GET["format"] == "pdf"
        paper = {**context, **prints.page_context(org_id=request.actor.org_id, actor=request.actor, at=request.at)}
        html = render_to_string("desk/print/promises.html", {**paper, "pdf": as_pdf})
        name = f"promises-{question.since}-{question.until}"
        return pdf_response(request, html, name=name) if as_pdf else HttpResponse(html)
    over = counts.cases("over", actor=request.actor, now=request.at)
    return render(request, "desk/promises.html", {**context, "overdue": over, "over": over})


def page_of(found: report.Report) -> dict[str, Any]:
    """The report in the words and addresses of the page."""
    question = found.question
    return {
        "report": found, "question": question, "shown": report.SHOWN,
        "rows": [(row, cells(row, question)) for row in found.rows], "total": cells(found.total, question),
        "worst": look(question, found.worst, "failed") if found.worst else "",
        "trend": trend(found.weeks), "week_rows": [(row, cells(row, question)) for row in found.weeks],
        "periods": [(period_label(key), question.address(days=key), key == question.period) for key in report.PERIODS],
        "groups": [(group_label(key), question.address(by=key), key == question.by) for key in report.GROUPS],
        "compared": [(compare_label(key), question.address(compare=key), key == question.compare) for key in report.COMPARED],
        "excel": question.address(format="xlsx"), "paper": question.address(format="paper"),
    }  # fmt: skip


def look(question: report.Asked, row: report.Row, verdict: str) -> str:
    """The address that opens the cases behind one figure."""
    only = {f"row_{name}": value for name, value in row.only.items()}
    return question.address(look=verdict, **only) + "#behind"


def cells(row: report.Row, question: report.Asked) -> list[tuple[str, int, str]]:
    return [(name, row.counts[name], look(question, row, name)) for name in report.SHOWN]


def behind(request: HttpRequest, question: report.Asked) -> dict[str, Any]:
    """The cases behind the figure that was opened, a page of them."""
    verdict = request.GET.get("look", "")
    wanted = ("late", "broken") if verdict == "failed" else (verdict,) if verdict in report.SHOWN else ()
    if not wanted:
        return {}
    names = (*report.FILTERS, "from", "until")
    given = {name: request.GET.get(f"row_{name}", "").replace("\x00", "") for name in names}
    also = {name: value for name, value in given.items() if value}
    if any(also[name] != "0" and typed_id(also[name]) is None for name in report.NUMBERED if name in also):
        raise Http404
    rows = report.ended(question, request.actor, also).filter(verdict__in=wanted)
    page = request.GET.get("page", "0")
    skip = PAGE * min(int(page), 400) if page.isdigit() else 0
    clocks, hidden = report.cases_behind(rows, request.actor, most=PAGE + 1, skip=skip)
    more = ""
    if len(clocks) > PAGE:
        kept = {f"row_{name}": value for name, value in also.items()}
        more = question.address(look=verdict, page=str(skip // PAGE + 1), **kept) + "#behind"
    said = _(", ").join(words.label(name) for name in wanted)
    promise = words.label(also["key"], also.get("kind", "")) if "key" in also else also.get("clause", "")
    return {"behind": clocks[:PAGE], "hidden": hidden, "more": more, "looked_at": said, "looked_promise": promise}


def filters(request: HttpRequest, question: report.Asked) -> list[dict[str, Any]]:
    """Each filter with its choices and the one that is set."""
    labels = {
        "kind": _("Kind"),
        "clause": _("Clause"),
        "dept": _("Department"),
        "building": _("Building"),
        "person": _("Person"),
    }
    only = dict(question.only)
    return [
        {
            "name": name, "label": labels[name], "choices": found, "value": only.get(name, ""),
            "shown": next((label for value, label in found if value == only.get(name)), ""),
            "without": question.address(**{name: ""}),
        }
        for name, found in report.choices(request.actor).items()
    ]  # fmt: skip


def period_label(key: str) -> str:
    return _("This month") if key == "month" else _("%(n)s days") % {"n": key}


def group_label(key: str) -> str:
    return {
        "promise": _("Promise"), "clause": _("Clause"), "kind": _("Kind"), "person": _("Person"), "dept": _("Department"),
        "building": _("Building"), "week": _("Week"),
    }[key]  # fmt: skip


def compare_label(key: str) -> str:
    return {"": _("Not compared"), "before": _("With the days before"), "year": _("With the year before")}[key]


LINE, BARS, TOP = 92, 40, 14  # heights of the two bands of the drawing, and where the first begins
FLOOR = TOP + LINE + 26 + BARS


def trend(weeks: list[report.Row]) -> dict[str, Any]:
    """The twelve weeks as a drawing: above the share as a line, below what was not kept as bars; in units of the picture."""
    shares = [row.share for row in weeks if row.share is not None]
    low = min(90.0, min(shares, default=100.0) // 5 * 5)
    most = max([row.failed for row in weeks] + [4])

    def height(value: float) -> float:
        return round(TOP + LINE - LINE * (value - low) / (100 - low), 1)

    points = []
    for number, row in enumerate(weeks):
        late, broken = (round(BARS * row.counts[name] / most, 1) for name in ("late", "broken"))
        points.append({
            "x": 84 + number * 78, "left": 77 + number * 78, "y": height(row.share) if row.share is not None else None,
            "late": late, "broken": broken, "late_y": round(FLOOR - late, 1), "broken_y": round(FLOOR - late - broken, 1),
            "label": f"{row.value[0]:%m-%d}", "row": row,
        })  # fmt: skip
    line = " ".join(f"{point['x']},{point['y']}" for point in points if point["y"] is not None)
    scale = [(f"{value:g}%", height(value)) for value in (low, (low + 100) / 2, 100.0)]
    return {"points": points, "line": line, "scale": scale, "floor": FLOOR, "foot": FLOOR + 18, "height": FLOOR + 24}
