"""The columns of the list of cases: each says its heading and its text, once for screen, CSV and Excel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shouwen.desk.models import Columns
from shouwen.kernel import words
from shouwen.kernel.models import Case
from shouwen.kernel.zones import site_zone

Text = Callable[[Case], Any]


@dataclass(frozen=True)
class Column:
    """`order` is the sort it offers: an indexed column alone. `moment` columns are shown from now, exported in full."""

    key: str
    heading: Promise
    text: Text
    order: str = ""
    moment: bool = False
    number: bool = False


def _label(word: Callable[[Case], str]) -> Text:
    return lambda case: words.label(word(case), case.kind) if word(case) else ""


def _grade(case: Case) -> str:
    return words.label(case.grade, f"{case.kind} grade") if case.grade else ""


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("due", _("Next due"), lambda case: case.due_at, order="due", moment=True),
        Column("no", _("Number"), lambda case: case.no),
        Column("title", _("Subject"), lambda case: case.title or case.no),
        Column("kind", _("Kind"), _label(lambda case: case.kind)),
        Column("grade", _("Grade"), _grade),
        Column("place", _("Place"), lambda case: case.place),
        Column("party", _("Customer"), lambda case: case.party),
        Column("state", _("State"), _label(lambda case: case.state)),
        Column("owner", _("Answerable"), lambda case: case.owner),
        Column("first", _("First contact"), lambda case: case.first_contact),
        Column("dept", _("Department"), lambda case: case.dept),
        Column("cycle", _("Cycle"), lambda case: case.cycle, number=True),
        Column("opened", _("Taken at"), lambda case: case.opened_at, order="opened", moment=True),
        Column("closed", _("Closed at"), lambda case: case.closed_at, moment=True),
    )
}
USUAL = ("due", "no", "title", "place", "party", "state", "owner")
MOST = 9
RELATED = ("place", "party", "owner", "first_contact", "dept")


def chosen(account_id: int | None, asked: str = "") -> list[Column]:
    """The columns asked for, else those somebody keeps, else the usual ones."""
    keys = asked.split(",") if asked else _kept(account_id)
    found = [COLUMNS[key] for key in keys if key in COLUMNS][:MOST]
    return found or [COLUMNS[key] for key in USUAL]


def _kept(account_id: int | None) -> list[str]:
    row = Columns.objects.filter(account_id=account_id).values_list("keys", flat=True).first()
    return row.split(",") if row else []


def keep(account_id: int, keys: list[str]) -> None:
    """Remembers the columns of an account, in the order of the list; none means the usual ones."""
    known = [key for key in COLUMNS if key in keys][:MOST]
    if known:
        Columns.objects.update_or_create(account_id=account_id, defaults={"keys": ",".join(known)})
    else:
        Columns.objects.filter(account_id=account_id).delete()


def full(value: Any) -> str:
    """A cell as exported: moments in full, in the site's zone."""
    if isinstance(value, datetime):
        return f"{value.astimezone(site_zone()):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
