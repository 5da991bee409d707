"""The columns of the list of cases: each says its heading and its text, once for screen, CSV and Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shouwen.desk.models import Columns
from shouwen.ground.models import Place
from shouwen.ground.prepared import Prepared
from shouwen.kernel import reaching, words
from shouwen.kernel.zones import site_zone

Row = Mapping[str, Any]  # the columns of a case that a list reads, by their path


@dataclass(frozen=True)
class Column:
    """`reads` are the columns of the case its text is made of. `order` is the sort it offers: an indexed column alone.

    `moment` columns are shown from now, exported in full.
    """

    key: str
    heading: Promise
    reads: tuple[str, ...]
    text: Callable[[Row], Any]
    order: str = ""
    moment: bool = False
    number: bool = False


def _plain(key: str, heading: Promise, path: str, **more: Any) -> Column:
    return Column(key, heading, (path,), lambda row: row[path], **more)


def _labelled(key: str, heading: Promise, path: str, scope: str = "") -> Column:
    def text(row: Row) -> str:
        return words.label(row[path], f"{row['kind']} {scope}".strip()) if row[path] else ""

    return Column(key, heading, (path, "kind"), text)


def _place(row: Row) -> str | None:
    kind = row["place__kind"]
    return Place.said(kind, row["place__code"], row["place__name"]) if kind else None


def _party(row: Row) -> str | None:
    """The customer, with what is to be heeded before calling: lists are called from, on screen and on paper."""
    name, wish = row["party__name"], row["party__wish"] or ""
    said = reaching.remark(wish, row["party__quiet_from"], row["party__quiet_until"])
    return gettext("%(name)s (%(said)s)") % {"name": name, "said": said} if name and said else name


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        _plain("due", _("Next due"), "due_at", order="due", moment=True),
        _plain("no", _("Number"), "no"),
        Column("title", _("Subject"), ("title", "no"), lambda row: row["title"] or row["no"]),
        _labelled("kind", _("Kind"), "kind"),
        _labelled("grade", _("Grade"), "grade", "grade"),
        Column("place", _("Place"), ("place__kind", "place__code", "place__name"), _place),
        Column(
            "party", _("Customer"), ("party__name", "party__wish", "party__quiet_from", "party__quiet_until"), _party
        ),
        _labelled("state", _("State"), "state"),
        _plain("owner", _("Answerable"), "owner__name"),
        _plain("first", _("First contact"), "first_contact__name"),
        _plain("dept", _("Department"), "dept__name"),
        _plain("cycle", _("Cycle"), "cycle", number=True),
        _plain("opened", _("Taken at"), "opened_at", order="opened", moment=True),
        _plain("closed", _("Closed at"), "closed_at", moment=True),
    )
}
USUAL = ("due", "no", "title", "place", "party", "state", "owner")
MOST = 9


def read(columns: Iterable[Column], *also: str) -> list[str]:
    """Everything that these columns are made of, each once."""
    return list(dict.fromkeys([*also, *(path for column in columns for path in column.reads)]))


def chosen(account_id: int | None, asked: str = "") -> list[Column]:
    """The columns asked for, else those somebody keeps, else the usual ones."""
    keys = asked.split(",") if asked else _kept(account_id)
    found = [COLUMNS[key] for key in keys if key in COLUMNS][:MOST]
    return found or [COLUMNS[key] for key in USUAL]


_KEPT = Prepared(lambda account_id: Columns.objects.filter(account_id=account_id).values_list("keys"), account_id=int)


def _kept(account_id: int | None) -> list[str]:
    return [key for (keys,) in _KEPT.rows(account_id=account_id) for key in keys.split(",")] if account_id else []


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
