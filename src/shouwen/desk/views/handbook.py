"""The handbook: chapters, each clause with what enforces it and how it stands, kinds as declared, the book on paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from shouwen.desk import book, prints
from shouwen.desk.views.gate import signed_in
from shouwen.desk.views.printing import pdf_response
from shouwen.kernel import handbook as clauses
from shouwen.kernel.policies import may_change
from shouwen.kernel.reading import is_customer
from shouwen.kernel.registry import kinds
from shouwen.kernel.zones import local_date


def _for_staff(request: HttpRequest) -> None:
    if is_customer(request.actor) and not request.actor.admin:
        raise Http404


@signed_in
def handbook(request: HttpRequest) -> HttpResponse:
    """All clauses by chapter, with search; `format=paper` or `pdf` is the book."""
    _for_staff(request)
    q = request.GET.get("q", "").strip().replace("\x00", "")[:60]
    chapters = book.chapters(q)
    shares = book.shares(request.actor, [one.id for one in clauses.clauses()], since=local_date(request.at) - book.YEAR)
    rows = [(chapter, [_line(one, shares) for one in chapter.clauses]) for chapter in chapters]
    context = {
        "rows": rows, "q": q, "count": sum(len(chapter.clauses) for chapter in chapters),
        "decided": sum(bool(one.decision_zh) for chapter in chapters for one in chapter.clauses),
    }  # fmt: skip
    if request.GET.get("format") in ("paper", "pdf"):
        return _on_paper(request, chapters)
    return render(request, "desk/handbook.html", context)


def _line(clause: clauses.Clause, shares: dict[str, float | None]) -> dict[str, Any]:
    return {
        "clause": clause, "said": book.said(clause), "decided": book.decided(clause), "share": shares.get(clause.id),
        "number": len(clause.enforced_by), "tests": len(clause.tests),
    }  # fmt: skip


def _on_paper(request: HttpRequest, chapters: list[book.Chapter]) -> HttpResponse:
    def enforced(one: clauses.Clause) -> list[book.Enforcer]:
        return book.enforcers(one, org_id=request.actor.org_id, at=request.at, may_settings=False)

    rows = [
        (chapter, [{**_line(one, {}), "enforced": enforced(one)} for one in chapter.clauses]) for chapter in chapters
    ]
    as_pdf = request.GET["format"] == "pdf"
    paper = prints.page_context(org_id=request.actor.org_id, actor=request.actor, at=request.at)
    html = render_to_string("desk/print/handbook.html", {**paper, "rows": rows, "pdf": as_pdf})
    return pdf_response(request, html, name="handbook") if as_pdf else HttpResponse(html)


@signed_in
def clause(request: HttpRequest, key: str) -> HttpResponse:
    """One clause: our words, the decision where its source disagrees with itself, its figure, what enforces it."""
    _for_staff(request)
    found = next((one for one in clauses.clauses() if one.id == key), None)
    if found is None:
        raise Http404
    actor = request.actor
    standing = book.standing(key, actor, at=request.at)
    context = {
        "clause": found, "said": book.said(found), "decided": book.decided(found), "chapters": book.chapters(),
        "here": book.chapter_of(key), "standing": standing,
        "buildings": [(row, f"{standing.href}&building={row.only['building']}") for row in standing.buildings] if standing else [],
        "enforced": book.enforcers(found, org_id=actor.org_id, at=request.at, may_settings=may_change(actor)),
        "related": [(one, book.said(one)) for one in book.related(found)],
    }  # fmt: skip
    return render(request, "desk/handbook/clause.html", context)


@signed_in
def kind(request: HttpRequest, key: str) -> HttpResponse:
    """A kind as its declaration says it: what can be done, by which clause, within what time."""
    _for_staff(request)
    if key not in kinds:
        raise Http404
    context = book.way(kinds[key], org_id=request.actor.org_id, at=request.at)
    others = [(one.key, one.label()) for one in kinds.values() if one.__module__.startswith("shouwen.")]
    return render(request, "desk/handbook/kind.html", {**context, "others": others})
