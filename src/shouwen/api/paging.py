"""Pages by key: rows after a cursor and the cursor of the next page; no offset, no count, whatever comes in between."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja.errors import HttpError

MOST = 100


def written(*parts: object) -> str:
    return base64.urlsafe_b64encode("|".join(str(part) for part in parts).encode()).decode()


def read(text: str) -> list[str]:
    try:
        return base64.urlsafe_b64decode(text.encode()).decode().split("|")
    except (binascii.Error, UnicodeError, ValueError):
        raise not_ours() from None


def not_ours() -> HttpError:
    return HttpError(400, _("This cursor was not given by a list; start again without it."))


def number(text: str) -> int:
    if not text.isdecimal() or not int(text) < 2**63:
        raise not_ours()
    return int(text)


def moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise not_ours() from None
    if at.tzinfo is None:
        raise not_ours()
    return at


def page(rows: Any, column: str, *, after: str, most: int, down: bool) -> tuple[list[Any], str | None]:
    """A page in the order of a moment, ties by id."""
    if after:
        parts = read(after)
        if len(parts) != 2:
            raise not_ours()
        at, pk = moment(parts[0]), number(parts[1])
        way = "lt" if down else "gt"
        rows = rows.filter(Q(**{f"{column}__{way}": at}) | Q(**{column: at, f"id__{way}": pk}))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}id")[: most + 1])
    if len(found) <= most:
        return found, None
    last = found[most - 1]
    return found[:most], written(getattr(last, column).isoformat(), last.pk)


def page_by_id(rows: Any, *, after: str, most: int) -> tuple[list[Any], str | None]:
    """A page in the order in which rows were made."""
    if after:
        rows = rows.filter(pk__gt=number(read(after)[0]))
    found = list(rows.order_by("pk")[: most + 1])
    return (found, None) if len(found) <= most else (found[:most], written(found[most - 1].pk))
