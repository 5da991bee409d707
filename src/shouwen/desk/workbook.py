"""The report of promises as an Excel file: the table, the weeks, and every promise that was not kept."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from shouwen.desk import report
from shouwen.ground.actors import Actor
from shouwen.kernel import words
from shouwen.kernel.zones import site_zone

MOST = 5000  # lines of the sheet of single promises


def promises(found: report.Report, actor: Actor) -> bytes:
    """The whole report; numbers as numbers, times in the site's zone."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    table = book.add_worksheet(_("Promises"))
    table.write_row(0, 0, [f"{found.question.since} – {found.question.until}"])
    _sheet(table, head, _heads(), [*map(_row, found.rows), _row(found.total)], first=2)
    _sheet(book.add_worksheet(_("Weeks")), head, _heads(), map(_row, found.weeks))
    single = book.add_worksheet(_("Not kept"))
    clocks, _hidden = report.cases_behind(
        report.ended(found.question, actor).filter(verdict__in=("late", "broken")), actor, most=MOST
    )
    _sheet(single, head, _single_heads(), map(_single, clocks))
    book.close()
    return out.getvalue()


def _sheet(sheet: Any, head: Any, heads: list[str], rows: Iterable[list[Any]], *, first: int = 0) -> None:
    sheet.write_row(first, 0, heads, head)
    sheet.freeze_panes(first + 1, 0)
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 2, 36)
    sheet.set_column(3, len(heads), 14)
    for number, row in enumerate(rows, start=first + 1):
        sheet.write_row(number, 0, row)


def _heads() -> list[str]:
    told = [words.label(name) for name in report.SHOWN]
    return [
        _("Clause"), _("Kind"), _("Promise"), _("Share kept %"), *told, _("Before %"), _("Median, minutes"),
        _("90 % within, minutes"),
    ]  # fmt: skip


def _row(row: report.Row) -> list[Any]:
    then = report.share(row.before) if row.before else None
    times = [round(seconds / 60, 1) if seconds is not None else "" for seconds in (row.median, row.most)]
    counts = [row.counts[name] for name in report.SHOWN]
    return [row.clause, row.kind, row.label or _("all"), "" if row.share is None else row.share, *counts,
            "" if then is None else then, *times]  # fmt: skip


def _single_heads() -> list[str]:
    return [
        _("Verdict"),
        _("Number"),
        _("Promise"),
        _("Clause"),
        _("Due"),
        _("Kept at"),
        _("Who owed it"),
        _("Building"),
    ]


def _single(clock: Any) -> list[Any]:
    def said(at: Any) -> str:
        return f"{at.astimezone(site_zone()):%Y-%m-%d %H:%M}" if at else ""

    building = clock.case.building
    return [
        words.label(clock.verdict), clock.case.no, words.label(clock.key, clock.kind), clock.clause, said(clock.due_at),
        said(clock.stopped_at), str(clock.answerable or ""), building.name if building else "",
    ]  # fmt: skip
