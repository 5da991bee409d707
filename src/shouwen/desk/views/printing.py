"""Forms: of one case on screen and as PDF, of several as one file in the background."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouwen.desk import bulk, prints
from shouwen.desk.views.case import find
from shouwen.desk.views.gate import signed_in
from shouwen.ground import files
from shouwen.ground.models import File
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Run
from shouwen.kernel.reading import is_customer, lines_of

STUCK = timedelta(minutes=10)  # a file not set by then is no longer waited for: ask anew


@signed_in
def case_form(request: HttpRequest, no: str, form: str) -> HttpResponse:
    """The form as a page, or as PDF with `format=pdf`."""
    case = find(request, no)
    if is_customer(request.actor):
        raise Http404
    lines = lines_of(case, actor=request.actor)
    found = next((one for one in prints.forms_of(case, lines) if one.key == form), None)
    if found is None:
        raise Http404
    as_pdf = request.GET.get("format") == "pdf"
    html = prints.html_of(case, found, actor=request.actor, at=request.at, lines=lines, pdf=as_pdf)
    return pdf_response(request, html, name=f"{case.no}-{form}") if as_pdf else HttpResponse(html)


def pdf_response(request: HttpRequest, *pages: str, name: str) -> HttpResponse:
    """The papers as one PDF; a machine without Pango says so and leaves the browser's own print."""
    try:
        data = prints.pdf_of(*pages)
    except prints.PdfMissing:
        return render(request, "desk/errors/no_pdf.html", status=503)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
def papers(request: HttpRequest) -> HttpResponse:
    """Papers of several cases: asked for here, with how far each file is; the page asks again by itself until all are set."""
    if is_customer(request.actor):
        raise Http404
    if request.method == "POST":
        numbers = list(dict.fromkeys(request.POST.getlist("no")))[: bulk.MOST]
        cases = list(visible_to(request.actor).filter(no__in=numbers).order_by("opened_at", "id"))
        form = request.POST.get("form", "")
        if not any(form == one.key for case in cases for one in case.spec.prints):
            raise Http404
        language = request.user.language or "zh-hans"
        bulk.order(cases, form, actor=request.actor, at=request.at, language=language)
        return redirect("/papers")
    runs = Run.objects.filter(org_id=request.actor.org_id, key=bulk.KEY, staff_id=request.actor.staff_id)
    done = Count("items", filter=Q(items__done_at__isnull=False))
    rows = list(runs.annotate(set=done).order_by("-id")[:20])
    kept = set(
        File.objects.filter(pk__in=[row.data.get("file") or 0 for row in rows], erased_at__isnull=True).values_list(
            "pk", flat=True
        )
    )
    stuck = request.at - STUCK
    context = {
        "rows": [(row, row.data.get("file") in kept, row.done_at is None and row.created_at < stuck) for row in rows],
        "waiting": any(row.done_at is None and row.created_at >= stuck for row in rows),
    }  # fmt: skip
    return render(request, "desk/papers.html", context)


@signed_in
def papers_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a run, for whoever asked for it."""
    runs = Run.objects.filter(org_id=request.actor.org_id, key=bulk.KEY, staff_id=request.actor.staff_id or 0)
    run = runs.filter(pk=pk).first()
    file = File.objects.filter(pk=run.data.get("file") or 0, erased_at__isnull=True).first() if run else None
    if file is None:
        raise Http404
    response = FileResponse(files.open_file(file), filename=file.name, content_type=file.mime)
    response["Cache-Control"] = "private, no-store"
    return response
