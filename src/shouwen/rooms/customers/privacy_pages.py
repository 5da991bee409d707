"""Pages about personal data beside the customer's own: copies kept, and impact assessments with their paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.desk import cardforms, prints
from shouwen.desk.views.gate import signed_in
from shouwen.desk.views.printing import pdf_response
from shouwen.ground import files, finding
from shouwen.kernel.refusals import Refusal, Unknown
from shouwen.kernel.zones import local_date
from shouwen.rooms.customers import archive, assessments, pages, reading
from shouwen.rooms.customers.models import ArchivedCopy, ImpactAssessment


@signed_in
@require_POST
def keep_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A copy is put on the card; one of an identity document with its purpose on the picture itself."""
    party = pages.card_of(request, pk)
    asked = {"kind": request.POST.get("kind", "")[:20], "purpose": request.POST.get("purpose", "")[:20]}
    try:
        archive.keep(party, request.FILES.get("file"), actor=request.actor, at=request.at, **asked)
    except Unknown:
        raise Http404 from None
    except Refusal as refusal:
        return pages.show(request, party, status=refusal.status, refusal=refusal)
    messages.success(request, _("Kept on the card."))
    return redirect(f"/customers/{party.pk}")


@signed_in
@require_POST
def copy(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """A copy is opened for a purpose, or taken off."""
    party = pages.card_of(request, pk)
    found = (
        ArchivedCopy.objects.filter(pk=row, party_id__in=finding.family(party)).select_related("file", "party").first()
    )
    if found is None:
        raise Http404
    purpose = request.POST.get("purpose", "")
    try:
        if request.POST.get("_do") == "off":
            archive.take_off(found, actor=request.actor, at=request.at)
            messages.success(request, _("Taken off; the journal keeps what stood there."))
            return redirect(f"/customers/{party.pk}")
        if purpose not in reading.PURPOSES:
            raise Refusal(_("Say for what purpose you look."), "S6-1.13")
        content = files.open_file(archive.look(found, actor=request.actor, purpose=purpose, at=request.at))
    except (Unknown, FileNotFoundError):
        raise Http404 from None
    except Refusal as refusal:
        return pages.show(request, party, status=refusal.status, refusal=refusal)
    response = FileResponse(content, filename=found.file.name, content_type=found.file.mime)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _keeper(request: HttpRequest) -> None:
    if request.actor.staff_id is None or not assessments.keepers(request.actor):
        raise Http404


@signed_in
def assessment_list(request: HttpRequest) -> HttpResponse:
    """All assessments: in force, to be decided, past their review."""
    _keeper(request)
    rows = ImpactAssessment.objects.filter(org_id=request.actor.org_id).select_related("decided_by").order_by("-id")
    day = local_date(request.at)
    return render(
        request, "customers/assessments.html", {"rows": [(row, standing(row, day)) for row in rows], "today": day}
    )


def standing(row: ImpactAssessment, day: Any) -> str:
    """Whether an assessment holds today."""
    if row.decided_date is None or row.review_date is None:
        return "undecided"
    return "in_force" if row.decided_date <= day <= row.review_date else "past_review"


def _row(request: HttpRequest, pk: int) -> ImpactAssessment | None:
    _keeper(request)
    if not pk:
        return None
    row = ImpactAssessment.objects.filter(pk=pk, org_id=request.actor.org_id).select_related("decided_by").first()
    if row is None:
        raise Http404
    return row


@signed_in
def assessment(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """One assessment to be written, decided, or reviewed anew."""
    row, status, context = _row(request, pk), 200, {}
    typed = None
    if request.method == "POST":
        typed = cardforms.typed_in(assessments.assessment, request.POST)
        typed = {
            name: (None if value == "" and name in ("decided_by", "decided_date", "review_date") else value)
            for name, value in typed.items()
        }
        try:
            if row is None:
                row = assessments.assessment.add(typed, actor=request.actor, at=request.at)
            else:
                row = assessments.assessment.edit(row, typed, actor=request.actor, at=request.at)
            messages.success(request, _("Kept."))
            return redirect(f"/customers/assessments/{row.pk}")
        except Refusal as refusal:
            context, status = {"refusal": refusal, "errors": refusal.errors}, refusal.status
    form = cardforms.form_of(
        assessments.assessment, actor=request.actor, row=row, typed=request.POST.dict() if typed is not None else None
    )
    state = standing(row, local_date(request.at)) if row is not None else ""
    return render(
        request, "customers/assessment.html", {"row": row, "form": form, "state": state, **context}, status=status
    )


@signed_in
def assessment_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The assessment on A4, on screen or as PDF."""
    row, as_pdf = _row(request, pk), request.GET.get("format") == "pdf"
    if row is None:
        raise Http404
    context = prints.page_context(org_id=row.org_id, actor=request.actor, at=request.at)
    state = standing(row, local_date(request.at))
    html = render_to_string("customers/assessment_paper.html", {**context, "row": row, "state": state, "pdf": as_pdf})
    return pdf_response(request, html, name=f"assessment-{row.pk}") if as_pdf else HttpResponse(html)
