"""The rows of the list of cases as HTML. Put together here: a template would take most of the page's time for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shouwen.desk import clockwords
from shouwen.desk.columns import COLUMNS, Column, Row
from shouwen.desk.templatetags.desk import chip
from shouwen.kernel import words
from shouwen.kernel.models import Clock

READ = ("id", "no", "title", "kind", "state", "closed_at", "site_id", *COLUMNS["place"].reads)  # whatever is shown


def html(page: list[Any], clocks: dict[int, Clock], shown: list[Column], *, now: datetime, choose: bool) -> SafeString:
    """All rows; with `choose` each has a box to select it. Everything that people typed is escaped here."""
    select, made = escape(_("Select")), []
    for row in page:
        no = escape(row["no"])
        box = (
            f'<td class="sw-sel-box"><input class="form-check-input" type="checkbox" name="no" value="{no}" '
            f'aria-label="{select} {no}"></td>'
        )
        cells = "".join(_cell(column, row, clocks.get(row["id"]), now) for column in shown)
        made.append(f"<tr data-row>{box if choose else ''}{cells}</tr>\n")
    return mark_safe("".join(made))


def _cell(column: Column, row: Row, clock: Clock | None, now: datetime) -> str:
    if column.key == "due":
        return f"<td>{_due(row, clock, now)}</td>"
    if column.key == "title":
        return _title(row)
    value = column.text(row)
    text = (clockwords.when(value, now) if value else "") if column.moment else "" if value is None else str(value)
    css = " sw-num" if column.number else " sw-sub" if column.moment or column.key == "no" else ""
    return f'<td class="sw-hide{css}">{escape(text)}</td>'


def _due(row: Row, clock: Clock | None, now: datetime) -> SafeString:
    """The clock; else how the case ended, else that it owes nothing now."""
    if clock is not None:
        return chip(clock, now=now, site=row["site_id"])
    return format_html(
        '<span class="sw-dim">{}</span>', words.label(row["state"], row["kind"]) if row["closed_at"] else "—"
    )


def _title(row: Row) -> str:
    """What it is about; below it, on a phone, what the other columns say."""
    parts: Iterable[Any] = (row["no"], COLUMNS["place"].text(row), words.label(row["state"], row["kind"]))
    below = " ".join(f'<span class="sw-k">{escape(part)}</span>' for part in parts if part)
    return (
        f'<td class="sw-w"><a href="/cases/{escape(row["no"])}">{escape(row["title"] or row["no"])}</a> '
        f'<span class="sw-sub sw-ph sw-sm"><span class="sw-seg">{below}</span></span></td>'
    )
