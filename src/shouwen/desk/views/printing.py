"""A form of a case: on screen, and as PDF."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from shouwen.desk import prints
from shouwen.desk.views.case import find
from shouwen.desk.views.gate import signed_in
from shouwen.kernel.reading import is_customer


@signed_in
def case_form(request: HttpRequest, no: str, form: str) -> HttpResponse:
    """The form as a page, or as PDF with `format=pdf`."""
    case = find(request, no)
    found = next((one for one in case.spec.prints if one.key == form), None)
    if found is None or is_customer(request.actor):
        raise Http404
    html = prints.html_of(case, found, actor=request.actor, at=request.at)
    if request.GET.get("format") != "pdf":
        return HttpResponse(html)
    response = HttpResponse(prints.pdf_of(html), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{case.no}-{form}.pdf"'
    return response
