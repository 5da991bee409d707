"""Forms on paper: one template is screen, print and PDF; numbered, in the layout such a department uses."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from shouwen.ground.actors import Actor
from shouwen.kernel.kinds import Form
from shouwen.kernel.models import Case, Clock, Seal
from shouwen.kernel.reading import lines_of


def context_of(case: Case, form: Form, *, actor: Actor, at: Any) -> dict[str, Any]:
    """What a form may print of a case: lines by cycle, clocks, sheet, the last seal."""
    lines = lines_of(case, actor=actor)
    cycles: dict[int, list[Any]] = {}
    for line in lines:
        cycles.setdefault(line.cycle, []).append(line)
    clocks = list(Clock.objects.filter(case=case).order_by("cycle", "key", "seq"))
    sheets = (
        {row.cycle: row for row in case.spec.cycle_sheet.objects.filter(case=case)} if case.spec.cycle_sheet else {}
    )
    seal = Seal.objects.filter(org_id=case.org_id).order_by("-day").first()
    contacts = list(case.party.contacts.all()) if case.party else []
    return {
        "case": case, "form": form, "lines": lines, "cycles": [(n, rows, sheets.get(n)) for n, rows in cycles.items()],
        "clocks": clocks, "seal": seal, "now": at, "actor": actor, "contacts": contacts,
        "signed": next((one for line in reversed(lines) for one in line.files if one.word in ("sign_off", "slip")), None),
    }  # fmt: skip


def html_of(case: Case, form: Form, *, actor: Actor, at: Any) -> str:
    return render_to_string(f"{case.kind}/{form.key}.html", context_of(case, form, actor=actor, at=at))


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _styles() -> Any:
    from weasyprint import CSS

    path = finders.find("desk/print.css")
    return [CSS(filename=path, font_config=_fonts())]


def pdf_of(html: str) -> bytes:
    """The page as PDF; fonts and styles are read once a process."""
    from weasyprint import HTML

    data: bytes = HTML(string=html, url_fetcher=_own_files).write_pdf(font_config=_fonts(), stylesheets=_styles())
    return data


def _own_files(url: str, *args: Any, **kwargs: Any) -> Any:
    """Only stored files are read while a page is set, never an address."""
    from weasyprint.urls import default_url_fetcher

    if url.startswith("data:"):
        return default_url_fetcher(url, *args, **kwargs)
    raise ValueError("a form loads nothing from outside")
