"""The page of one case: who is answerable, the clocks, the next steps, what has happened."""

from __future__ import annotations

import re
from functools import lru_cache

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.desk import casepage, helpers, presence
from shouwen.desk.views.gate import signed_in
from shouwen.ground import files
from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Prepared
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.asks import form_for
from shouwen.kernel.models import Attachment, Case, Entry
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import is_customer
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Unknown

BACK = re.compile(r"/cases/[\w-]{1,40}")


def find(request: HttpRequest, no: str) -> Case:
    """The case of a number, if the actor may know of it; else there is no such page."""
    found = _cases(request.actor).objects(no=no.replace("\x00", ""))
    if not found:
        raise Http404
    case: Case = found[0]
    return case


@lru_cache(maxsize=1000)
def _cases(actor: Actor) -> Prepared:
    """A case with its people and places by its number, among those somebody may know of; put together once for them."""
    rows = visible_to(actor).select_related(
        "place", "site", "party", "owner", "owner_office", "first_contact", "dept", "assignee", "parent"
    )
    return Prepared(lambda no: rows.filter(no=no), no=str)


@signed_in
def case_page(request: HttpRequest, no: str) -> HttpResponse:
    case = find(request, no)
    return render(request, "desk/case.html", casepage.context_of(request, case, tried=request.GET.get("step", "")))


@require_POST
@signed_in
def take_step(request: HttpRequest, no: str, step: str) -> HttpResponse:
    """Takes a step; a refusal shows the page again with its sentence and everything that was typed."""
    case = find(request, no)
    data = {
        name: value for name, value in request.POST.items()
        if not name.startswith("_") and name != "csrfmiddlewaretoken" and value != ""
    }  # fmt: skip
    seen = request.POST.get("_rev", "")
    try:
        perform(
            step, actor=request.actor, at=request.at, case=case, data=data, files=request.FILES,
            key=request.POST.get("_key", "")[:60], seen_rev=int(seen) if seen.isdigit() else None,
        )  # fmt: skip
    except Unknown:
        raise Http404 from None
    except Refusal as refusal:
        return _refused(request, case, step, data, refusal)
    done = _("Recorded: %(step)s.") % {"step": case.spec.steps[step].label}
    messages.success(request, done, extra_tags=f"{no}.{step}")
    if BACK.fullmatch(request.POST.get("_back", "")):  # taken from the list of another case, such as a day's
        return redirect(request.POST["_back"])
    return redirect(f"/cases/{no}" if visible_to(request.actor).filter(pk=case.pk).exists() else "/cases")


def _refused(request: HttpRequest, case: Case, step: str, data: dict[str, str], refusal: Refusal) -> HttpResponse:
    bound = None
    if isinstance(refusal, NotAllowed) and step in case.spec.steps:
        refusal = named(request, case, step, refusal)
    if step in case.spec.steps:
        bound = form_for(
            case.spec.steps[step], actor=request.actor, case=case, data=data, files=request.FILES, at=request.at
        )
        bound.is_valid()
        for name, texts in refusal.errors.items() if isinstance(refusal, Invalid) else ():
            if name in bound.fields and name not in bound.errors:
                bound.add_error(name, texts)
    context = casepage.context_of(request, find(request, case.no), tried=step, bound=bound, refusal=refusal)
    return render(request, "desk/case.html", context, status=refusal.status)


def named(request: HttpRequest, case: Case, step: str, refusal: NotAllowed) -> Refusal:
    """The same refusal, with the people who may take the step in place of its rule."""
    people = helpers.takers(request.actor, case, case.spec.steps[step], at=request.at)
    said = ", ".join(f"{one.name} ({words.label(one.role)})" for one in people)
    return NotAllowed(_("This step is taken by: %(who)s.") % {"who": said}, refusal.clause) if people else refusal


@signed_in
def here(request: HttpRequest, no: str) -> HttpResponse:
    """Who else has the case open, and whether it changed since this page was shown (asked by the page itself)."""
    case = find(request, no)
    presence.here(case, request.actor, at=request.at)
    seen, step = request.GET.get("rev", ""), ""
    if seen.isdigit() and int(seen) != case.rev:
        last = Entry.objects.filter(stream_type="case", stream_id=case.pk).order_by("-seq").first()
        step = case.spec.steps[last.step].label if last and last.step in case.spec.steps else ""
    others = presence.others(case, request.actor, at=request.at)
    context = {"case": case, "others": others, "changed": step, "rev": seen}
    return render(request, "desk/parts/here.html", context)


@signed_in
def file(request: HttpRequest, no: str, pk: int) -> HttpResponse:
    """A file of a case: whoever may see the case may see it; customers only what was given to them."""
    case = find(request, no)
    rows = Attachment.objects.filter(case=case, pk=pk).select_related("file")
    found = (rows.filter(public=True) if is_customer(request.actor) else rows).first()
    if found is None:
        raise Http404
    try:
        content = files.open_file(found.file)
    except FileNotFoundError:
        raise Http404 from None
    shown = found.file.mime.startswith("image/") or found.file.mime == "application/pdf"
    response = FileResponse(content, as_attachment=not shown, filename=found.file.name, content_type=found.file.mime)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
