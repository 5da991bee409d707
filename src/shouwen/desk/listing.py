"""One list for all kinds: views, conditions from the address, order by indexed columns, paging by key."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from shouwen.desk import counts
from shouwen.ground import search
from shouwen.ground.actors import Actor
from shouwen.ground.bycode import by_codes
from shouwen.ground.models import Staff
from shouwen.ground.prepared import Prepared, columns_of, instances
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.registry import kinds

PAGE = 50
COUNTED = ("open", "mine", "over", "today")
VIEWS = (*COUNTED, "closed", "all")
EQUAL = {
    "kind": "kind", "state": "state", "place": "place__code", "building": "building__code", "owner": "owner__number",
    "first": "first_contact__number", "dept": "dept__key", "grade": "grade", "channel": "channel",
}  # fmt: skip
ORDERS = {"due": "due_at", "opened": "opened_at", "-opened": "-opened_at", "-due": "-due_at"}
CONDITIONS = (*EQUAL, "q", "clause", "verdict")
STATE = ("view", "sort", *CONDITIONS)


@dataclass
class Listing:
    """What the address asks for: the rows, their order, the view, and the conditions as chips."""

    asked: dict[str, str]
    view: str
    order: str
    rows: QuerySet[Case]
    actor: Actor
    at: datetime
    chips: list[dict[str, str]] = field(default_factory=list)

    @property
    def sort(self) -> str:
        return next(key for key, column in ORDERS.items() if column == self.order)

    def address(self, path: str = "/cases", **change: str) -> str:
        """The same list with something changed; the page key is dropped."""
        found = {key: value for key, value in {**self.asked, **change}.items() if value}
        return f"{path}?{urlencode(found)}" if found else path


def in_view(rows: QuerySet[Case], view: str, *, actor: Actor, at: datetime) -> tuple[QuerySet[Case], str]:
    """The rows of a view and its usual order."""
    moment = counts.MOMENT[view](at) if view in counts.MOMENT else at
    return _of_view(rows, view, actor, moment), "due_at" if view in COUNTED else "-opened_at"


def _of_view(rows: QuerySet[Case], view: str, actor: Actor, at: datetime) -> QuerySet[Case]:
    if view in COUNTED:
        return rows.filter(counts.WANTED[view](actor, at))
    return rows.filter(closed_at__isnull=False) if view == "closed" else rows


def asked_of(values: Mapping[str, str]) -> dict[str, str]:
    """What of an address this list knows; the rest is not carried on."""
    return {key: values[key].replace("\x00", "")[:120] for key in STATE if values.get(key)}


def listing(request: HttpRequest, values: Mapping[str, str]) -> Listing:
    """The list that an address describes, for one actor."""
    asked, actor = asked_of(values), request.actor
    view = asked.get("view", "open")
    view = view if view in VIEWS else "open"
    rows, order = in_view(visible_to(actor), view, actor=actor, at=request.at)
    found = Listing(asked, view, ORDERS.get(asked.get("sort", ""), order), rows, actor, request.at)
    for key, column in EQUAL.items():
        if asked.get(key):
            found.rows = found.rows.filter(by_codes({column: asked[key]}, actor.org_id))
            _chip(found, key, _shown(key, asked, actor))
    if asked.get("q"):
        found.rows = found.rows.filter(pk__in=search.find(asked["q"], org_id=actor.org_id, kind="case"))
        _chip(found, "q", asked["q"])
    _by_clock(found, actor)
    return found


def _chip(found: Listing, key: str, shown: str) -> None:
    found.chips.append({"key": key, "shown": shown, "without": found.address(**{key: ""})})


def _shown(key: str, asked: Mapping[str, str], actor: Actor) -> str:
    if key in ("owner", "first"):
        names = Staff.objects.filter(org_id=actor.org_id, number=asked[key]).values_list("name", flat=True)
        return names.first() or asked[key]
    if key in ("kind", "state", "grade", "channel"):
        return words.label(asked[key], f"{asked.get('kind', '')} {key}".strip())
    return asked[key]


def _by_clock(found: Listing, actor: Actor) -> None:
    """Cases with a promise of a clause, or of a verdict, or both: what a figure opens."""
    asked = found.asked
    if not (asked.get("clause") or asked.get("verdict")):
        return
    clocks = Clock.objects.filter(org_id=actor.org_id)
    if asked.get("clause"):
        clocks = clocks.filter(clause=asked["clause"])
        _chip(found, "clause", asked["clause"])
    if asked.get("verdict"):
        clocks = clocks.filter(verdict=asked["verdict"])
        _chip(found, "verdict", words.label(asked["verdict"]))
    found.rows = found.rows.filter(pk__in=clocks.values("case_id"))


def page_of(found: Listing, key: str, reads: Iterable[str]) -> tuple[list[dict[str, Any]], str]:
    """One page and the key of the next, or nothing; cases that owe nothing come last and only where nothing else sorts."""
    order, column = found.order, found.order.lstrip("-")
    names = tuple(dict.fromkeys(["id", column, *reads]))
    if key or found.chips:
        rows = _behind(found.rows, order, key) if key else found.rows
        read = list(_ordered(rows, order).values_list(*names)[: PAGE + 1])
    else:
        given = {"at": counts.MOMENT[found.view](found.at)} if found.view in counts.MOMENT else {}
        read = _first_page(found.actor, found.view, order, names).rows(**given)
    page = [dict(zip(names, row, strict=True)) for row in read]
    if len(page) <= PAGE:
        return page, ""
    last = page[PAGE - 1]
    text = f"{last[column].isoformat()}|{last['id']}"
    return page[:PAGE], base64.urlsafe_b64encode(text.encode()).decode()


def _ordered(rows: QuerySet[Case], order: str) -> QuerySet[Case]:
    rows = rows.filter(due_at__isnull=False) if order.lstrip("-") == "due_at" else rows
    return rows.order_by(order, "-id" if order.startswith("-") else "id")


@lru_cache(maxsize=2000)
def _first_page(actor: Actor, view: str, order: str, names: tuple[str, ...]) -> Prepared:
    """The first rows of a view without conditions, as most lists are asked for."""

    def make(at: Any = None) -> QuerySet[Any, Any]:
        rows = _of_view(visible_to(actor), view, actor, at)
        return _ordered(rows, order).values_list(*names)[: PAGE + 1]

    return Prepared(make, **({"at": datetime} if view in counts.MOMENT else {}))


def _behind(rows: QuerySet[Case], order: str, key: str) -> QuerySet[Case]:
    """Rows behind the last one of the page before; a key that cannot be read begins anew."""
    column, way = order.lstrip("-"), "lt" if order.startswith("-") else "gt"
    try:
        text, pk = base64.urlsafe_b64decode(key.encode()).decode().rsplit("|", 1)
        at, last = datetime.fromisoformat(text), int(pk)
    except (ValueError, UnicodeError):
        return rows
    return rows.filter(Q(**{f"{column}__{way}": at}) | Q(**{column: at, f"id__{way}": last}))


def next_clocks(cases: list[Case]) -> dict[int, Clock]:
    """The clock that is due next, for each case, with the case."""
    found = first_clocks([case.pk for case in cases])
    for case in cases:
        if case.pk in found:
            found[case.pk].case = case
    return found


def first_clocks(cases: list[int]) -> dict[int, Clock]:
    """The clock that is due next, for each case, in one query for a page of them; a paused one only where none runs."""
    found: dict[int, tuple[Any, ...]] = {}
    for start in range(0, len(cases), PAGE_OF_CLOCKS):
        these = cases[start : start + PAGE_OF_CLOCKS]
        these += these[:1] * (PAGE_OF_CLOCKS - len(these))
        for row in _LIVE.rows(**{f"case{n}": pk for n, pk in enumerate(these)}):
            case = row[_CASE]
            if case not in found or (found[case][_PAUSED] is not None and row[_PAUSED] is None):
                found[case] = row
    return {clock.case_id: clock for clock in instances(Clock, list(found.values()), _READ)}


PAGE_OF_CLOCKS = 50
_READ = columns_of(
    Clock, "id", "case_id", "org_id", "kind", "key", "starts_at", "due_at", "opens_at", "paused_at", "goal", "postponed",
    "provisional", "verdict",
)  # fmt: skip
_CASE, _PAUSED = _READ.index("case_id"), _READ.index("paused_at")
_LIVE = Prepared(
    lambda **cases: (
        Clock.objects.filter(case_id__in=cases.values(), verdict__isnull=True)
        .order_by("due_at", "id")
        .values_list(*_READ)
    ),
    **{f"case{n}": int for n in range(PAGE_OF_CLOCKS)},
)


def choices(found: Listing) -> list[dict[str, Any]]:
    """Conditions one may add: kinds, and the states of the kind that is chosen."""
    asked = found.asked
    groups = []
    if not asked.get("kind"):
        options = [(words.label(key), found.address(kind=key, state="")) for key in kinds]
        groups.append({"key": "kind", "options": sorted(options)})
    elif asked["kind"] in kinds and not asked.get("state"):
        spec = kinds[asked["kind"]]
        options = [(words.label(state, spec.key), found.address(state=state)) for state in spec.states]
        groups.append({"key": "state", "options": options})
    return groups
