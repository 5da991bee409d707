"""A form of a case: on screen, and as PDF."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from shouwen.desk import prints
from shouwen.desk.views.case import find
from shouwen.desk.views.gate import signed_in
from shouwen.kernel.reading import is_customer, lines_of


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
