"""Taking a register in on a page: the file is understood, every row told, then written whole; and taken back for a day."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.api.keys import key_of, pk_of
from shouwen.desk.views.gate import signed_in
from shouwen.ground import files as filing
from shouwen.ground.models import File, Place
from shouwen.kernel.refusals import Refusal
from shouwen.rooms.customers import headings, importing, running, sheets
from shouwen.rooms.customers.models import ImportRun

SHOWN = 50  # bad rows told on the page; the marked-up file holds them all


def _allowed(request: HttpRequest) -> None:
    if request.actor.staff_id is None or not running.importers(request.actor):
        raise Http404


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """Asks for a file; shows what would become of it; writes when told so."""
    _allowed(request)
    for left in File.objects.filter(
        purpose="import", erased_at__isnull=True, created_at__lt=request.at - running.A_DAY
    ).exclude(pk__in=ImportRun.objects.filter(state__in=ImportRun.UNDER_WAY, file__isnull=False).values("file")):
        filing.remove(left, at=request.at)  # looked at and never taken in
    sites = list(Place.objects.filter(org_id=request.actor.org_id, kind="community").order_by("code"))
    context: dict[str, Any] = {"sites": sites, "said": request.POST, **_runs(request)}
    if request.method != "POST":
        return render(request, "customers/import.html", context)
    try:
        return _looked(request, context)
    except Refusal as refusal:
        context["refusal"] = refusal
        return render(request, "customers/import.html", context, status=refusal.status)


def _runs(request: HttpRequest) -> dict[str, Any]:
    found = (
        ImportRun.objects.filter(org_id=request.actor.org_id).select_related("staff").order_by("-run_at", "-id")[:10]
    )
    return {"runs": found, "day": request.at - running.A_DAY, "under_way": any(run.under_way for run in found)}


@signed_in
def runs(request: HttpRequest) -> HttpResponse:
    """How far the runs are, asked again and again while one is under way; opened as a page it leads to the whole one."""
    _allowed(request)
    if not request.htmx:
        return redirect("/customers/import")
    return render(request, "customers/runs.html", _runs(request))


def _looked(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    kept, data = _file(request)
    layouts = [headings.understand(sheet, _chosen(request, n)) for n, sheet in enumerate(sheets.read(data, kept.name))]
    site = next((one for one in context["sites"] if str(one.pk) == request.POST.get("site")), None)
    may_build = request.POST.get("may_build") == "on"
    plan = importing.plan(layouts, org_id=request.actor.org_id, site=site, at=request.at, may_build=may_build)
    if request.POST.get("_do") == "marked":
        return _marked(layouts, plan, kept.name)
    if request.POST.get("_do") == "run":
        return _ordered(request, plan, data, kept, [_chosen(request, n) for n in range(len(layouts))])
    fields = [(name, texts.split()[0]) for name, texts in headings.SYNONYMS.items()]
    context |= {
        "plan": plan, "key": key_of("file", kept.pk), "file_name": kept.name, "fields": fields, "bad": plan.bad[:SHOWN],
        "tables": [(n, layout, _columns(layout)) for n, layout in enumerate(layouts)],
        "outcomes": {name: sum(told.outcome == name for told in plan.told) for name in ("new", "known", "refused")},
    }  # fmt: skip
    return render(request, "customers/import.html", context)


def _ordered(
    request: HttpRequest, plan: importing.Plan, data: bytes, kept: File, chosen: list[dict[int, str]]
) -> HttpResponse:
    """A short register is written while the page waits, a long one in the background."""
    columns = {str(n): {str(at): name for at, name in one.items()} for n, one in enumerate(chosen) if one}
    run = running.begin(
        plan, data=data, file_name=kept.name, file=kept, actor=request.actor, at=request.at,
        leave_bad=request.POST.get("leave_bad") == "on", choices={"columns": columns},
    )  # fmt: skip
    if run.fresh > running.AT_ONCE:
        running.hand_over(run, at=request.at)
        messages.success(request, _("The register is being taken in; this page shows how far it is."))
    else:
        running.at_once(run, None, actor=request.actor, at=request.at)
        messages.success(request, _("The register was taken in."))
    return redirect("/customers/import")


def _file(request: HttpRequest) -> tuple[File, bytes]:
    """The file just sent, or the one that was looked at before; it is kept only until it is taken in."""
    upload = request.FILES.get("file")
    if upload is None:
        pk = pk_of("file", request.POST.get("key", ""))
        kept = File.objects.filter(
            pk=pk or 0, org_id=request.actor.org_id, purpose="import", erased_at__isnull=True
        ).first()
        if kept is None:
            raise Refusal(_("Choose a file."))
        with filing.open_file(kept) as opened:
            return kept, opened.read()
    if (upload.size or 0) > sheets.BYTES:
        raise Refusal(_("This file is larger than %(most)d MB; split it.") % {"most": sheets.BYTES // 1_048_576})
    data = b"".join(upload.chunks())
    sheets.read(data, upload.name or "")
    digest = hashlib.sha256(data).hexdigest()
    filing.write(digest, data)
    made = File.objects.create(
        org_id=request.actor.org_id, sha256=digest, name=filing.safe_name(upload.name or ""), purpose="import",
        mime="application/octet-stream", size=len(data), created_at=request.at,
    )  # fmt: skip
    return made, data


def _chosen(request: HttpRequest, table: int) -> dict[int, str]:
    """Columns as they were corrected on the page; an empty choice leaves the column out."""
    found = {}
    for name, value in request.POST.items():
        head, _dash, column = name.partition(".")
        if head == f"c{table}" and column.isdigit() and (value in headings.SYNONYMS or value == ""):
            found[int(column)] = value
    return found


def _columns(layout: headings.Layout) -> list[tuple[int, str, str]]:
    heads = layout.sheet.rows[layout.header] if layout.sheet.rows else []
    return [(at, text, (layout.columns or {}).get(at, "")) for at, text in enumerate(heads) if text]


def _marked(layouts: list[headings.Layout], plan: importing.Plan, name: str) -> HttpResponse:
    """The file once more with what is wrong beside each bad row; nothing in it is ever a formula."""
    import xlsxwriter

    said = {(told.sheet, told.number): told for told in plan.bad}
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    red = book.add_format({"bg_color": "#F9DEDC"})
    for layout in layouts:
        sheet = book.add_worksheet()
        wide = max((len(row) for row in layout.sheet.rows), default=0)
        for at, row in enumerate(layout.sheet.rows):
            told = said.get((layout.sheet.name, at + 1))
            sheet.write_row(at, 0, row, red if told else None)
            if told:
                sheet.write_string(at, wide, "；".join(f"{field}：{text}" for field, text in told.errors))
            elif at == layout.header:
                sheet.write_string(at, wide, _("What is wrong"))
    book.close()
    answer = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="marked.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@signed_in
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes a run as one act."""
    _allowed(request)
    kept = ImportRun.objects.filter(pk=pk, org_id=request.actor.org_id).first() if 0 < pk < 2**63 else None
    if kept is None:
        raise Http404
    try:
        if kept.fresh > running.AT_ONCE:
            running.undo_in_background(kept, actor=request.actor, at=request.at)
            messages.success(request, _("What this file brought is being taken back; this page shows how far it is."))
        else:
            running.undo(kept, actor=request.actor, at=request.at)
            messages.success(request, _("Everything from this file was taken back."))
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("/customers/import")
