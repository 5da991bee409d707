"""Forms on paper: one template is screen, print and PDF; numbered, in the layout such a department uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from shouwen.desk import dossier
from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization
from shouwen.kernel.kinds import Form, matches
from shouwen.kernel.models import Case, Clock, Seal
from shouwen.kernel.reading import Line, lines_of

STYLES = ("desk/print.css", "desk/pdf.css")


class PdfMissing(Exception):
    """The libraries that set a page (Pango and its fonts) are not on this machine; screen and browser print still work."""


def forms_of(case: Case, lines: Iterable[Line]) -> list[Form]:
    """The forms a case has: none of those that a step taken on it does without."""
    taken = {line.step for line in lines}
    facts = {word: case.fact(word) for word in case.spec.facts}
    return [form for form in case.spec.prints if not taken & set(form.unless) and matches(form.when, facts)]


def page_context(*, org_id: int, actor: Actor, at: Any) -> dict[str, Any]:
    """What the foot of every page says: the house, the last seal, when and by whom it was printed."""
    seal = Seal.objects.filter(org_id=org_id).order_by("-day").first()
    return {
        "org": Organization.objects.get(pk=org_id), "seal": seal, "now": at, "actor": actor,
        "seal_code": dossier.seal_code(seal.root) if seal else "",
    }  # fmt: skip


def context_of(case: Case, form: Form, lines: list[Line], *, actor: Actor, at: Any) -> dict[str, Any]:
    """What a form may print of a case: its paragraphs by cycle, its clocks in words, signatures, the last seal."""
    clocks = list(Clock.objects.filter(case=case).order_by("cycle", "starts_at", "key", "seq"))
    rows = dossier.paragraphs(case, lines, clocks)
    contacts = list(case.party.contacts.all()) if case.party else []
    return {
        **page_context(org_id=case.org_id, actor=actor, at=at),
        "case": case, "form": form, "paragraphs": rows,
        "signer": signer_of(case, lines), "opened": next((row for row in rows if row.sort == "opened"), None),
        "moved": [row for row in rows if row.sort == "moved"],
        "asked": [row for row in rows if row.sort == "asked"],
        "turns": dossier.turns(case, rows), "clocks": clocks,
        "standing": dossier.standing(case, clocks), "signatures": dossier.signatures(lines), "contacts": contacts,
    }  # fmt: skip


def signer_of(case: Case, lines: list[Line]) -> Any:
    """Who closed the case: the last to act on it until then."""
    until = case.closed_at
    return next((line.actor for line in reversed(lines) if until and line.happened_at <= until), "")


def html_of(
    case: Case, form: Form, *, actor: Actor, at: Any, lines: list[Line] | None = None, pdf: bool = False
) -> str:
    """The form of a case as a page; `pdf` leaves out what only a screen needs."""
    lines = lines_of(case, actor=actor) if lines is None else lines
    context = context_of(case, form, lines, actor=actor, at=at)
    return render_to_string(f"{case.kind}/{form.key}.html", {**context, "pdf": pdf})


def pdf_of(*pages: str, progress: Callable[[int], None] | None = None) -> bytes:
    """One PDF of one or several papers, each with its own page numbers; fonts and styles are read once a process.

    `progress` is told after each paper how many are set.
    """
    HTML, papers = _weasyprint().HTML, []
    for done, page in enumerate(pages, start=1):
        whole = HTML(string=page, url_fetcher=_pictures_only())
        papers.append(whole.render(font_config=_fonts(), stylesheets=_styles()))
        if progress is not None:
            progress(done)
    data: bytes = papers[0].copy([page for paper in papers for page in paper.pages]).write_pdf(dpi=200)
    return data


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as error:  # the Python package is there, the libraries it binds are not
        raise PdfMissing(str(error)) from error
    return weasyprint


@cache
def _fonts() -> Any:
    _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _styles() -> Any:
    CSS = _weasyprint().CSS
    return [CSS(filename=finders.find(path), font_config=_fonts()) for path in STYLES]


@cache
def _pictures_only() -> Any:
    """While a page is set only what it holds itself is read, never an address or a file."""
    _weasyprint()
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"})
