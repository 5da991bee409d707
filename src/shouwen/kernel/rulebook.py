"""Policies and calendars by version: what applied at a moment, kept in memory until a new version is published."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Q

from shouwen.ground.models import Organization
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import CalendarVersion, PolicyVersion
from shouwen.worktime import Calendar
from shouwen.worktime import calendar as builtin

BUILTIN = {"site": "cn", "desk": "desk", "always": "always"}  # what a calendar is until a version says otherwise
REVISION = Prepared(lambda org_id: Organization.objects.filter(pk=org_id).values_list("rules_rev"), org_id=int)
_books: dict[tuple[int, int | None], tuple[int, Rulebook]] = {}
_built: dict[int, Calendar] = {}
_lock = threading.Lock()
_still = threading.local()


class Rulebook:
    """The versions that concern one community of an organization, in memory; asked by moment, never "now"."""

    def __init__(self, org_id: int, site_id: int | None) -> None:
        self._policies: dict[str, list[tuple[datetime, Any, int, bool]]] = {}
        self._calendars: dict[str, list[tuple[datetime, int, Any]]] = {}
        own, common = Q(policy__site_id=site_id), Q(policy__site__isnull=True)
        versions = (
            PolicyVersion.objects.filter(policy__org_id=org_id)
            .filter(own | common if site_id else common)
            .order_by("effective_at", "id")
            .values_list("policy__key", "effective_at", "value", "id", "to_running", "policy__site_id")
        )
        own_from = _first({(key, at) for key, at, *_rest, site in versions if site})
        for key, at, value, pk, to_running, site in versions:
            if site or key not in own_from or at < own_from[key]:
                self._policies.setdefault(key, []).append((at, value, pk, to_running))
        books = (
            CalendarVersion.objects.filter(book__org_id=org_id)
            .filter(Q(book__site_id=site_id) | Q(book__site__isnull=True) if site_id else Q(book__site__isnull=True))
            .order_by("effective_at", "id")
        )
        rows = list(books.values_list("book__key", "effective_at", "id", "spec", "book__site_id"))
        own_books = _first({(row[0], row[1]) for row in rows if row[4]})
        for key, at, pk, spec, site in rows:
            if site or key not in own_books or at < own_books[key]:
                self._calendars.setdefault(key, []).append((at, pk, spec))

    def policy(self, key: str, default: Any, at: datetime) -> tuple[Any, int | None]:
        """The value in force at a moment, and its version (None = the declared default)."""
        versions = self._policies.get(key, ())
        place = bisect_right([row[0] for row in versions], at)
        return (versions[place - 1][1], versions[place - 1][2]) if place else (default, None)

    def calendar(self, key: str, at: datetime) -> tuple[Calendar, int | None]:
        versions = self._calendars.get(key, ())
        place = bisect_right([row[0] for row in versions], at)
        if place:
            _at, pk, spec = versions[place - 1]
            return _calendar(pk, key, spec), pk
        return builtin(BUILTIN.get(key, key)), None

    def changes(self, policies: Sequence[str], calendar: str) -> list[tuple[datetime, str]]:
        """Starts of versions that also move running clocks: of these policies, and of the calendar."""
        found = [(row[0], key) for key in policies for row in self._policies.get(key, ()) if row[3]]
        return found + [(row[0], f"calendar:{calendar}") for row in self._calendars.get(calendar, ())]


class Moved:
    """The rules of a case whose place was corrected to another community: at each moment those of where it then lay.

    A clock keeps the rules of the community in which it began; nothing promised there is mended by moving on.
    """

    def __init__(self, org_id: int, stays: list[tuple[datetime, int | None]]) -> None:
        self._from = [at for at, _site in stays]
        self._books = [rulebook(org_id, site_id) for _at, site_id in stays]

    def _book(self, at: datetime) -> Rulebook:
        return self._books[max(0, bisect_right(self._from, at) - 1)]

    def policy(self, key: str, default: Any, at: datetime) -> tuple[Any, int | None]:
        return self._book(at).policy(key, default, at)

    def calendar(self, key: str, at: datetime) -> tuple[Calendar, int | None]:
        return self._book(at).calendar(key, at)

    def changes(self, policies: Sequence[str], calendar: str) -> list[tuple[datetime, str]]:
        found = {(at, key) for book in self._books for at, key in book.changes(policies, calendar)}
        return sorted(one for one in found if one in self._book(one[0]).changes(policies, calendar))


def rules_of(org_id: int, site_id: int | None, events: Sequence[Any]) -> Rulebook | Moved:
    """The rules by which a case is folded, from its entries: `_site` names the community it lies in from then on."""
    stays = [(event.happened_at, event.facts["_site"]) for event in events if "_site" in event.facts]
    if len({site for _at, site in stays}) < 2:
        return rulebook(org_id, site_id)
    return Moved(org_id, sorted(stays, key=lambda stay: stay[0]))


def _first(begun: set[tuple[str, datetime]]) -> dict[str, datetime]:
    """When a community's own versions begin: until then everybody's hold for it, as they did."""
    return {key: min(at for other, at in begun if other == key) for key, _at in begun}


def _calendar(pk: int, key: str, spec: Any) -> Calendar:
    """The calendar of a version, resolved once a process: a version never changes."""
    if pk not in _built:
        _built[pk] = Calendar.from_json(spec, name=key, version=str(pk))
    return _built[pk]


@contextmanager
def still() -> Iterator[None]:
    """Within a transaction that holds the rules still, the revision of each book is asked for once."""
    _still.seen = set()
    try:
        yield
    finally:
        _still.seen = None


def rulebook(org_id: int, site_id: int | None) -> Rulebook:
    """The rulebook of a community, as of the organization's `rules_rev`: one small query finds that nothing changed."""
    seen: set[tuple[int, int | None]] | None = getattr(_still, "seen", None)
    if seen is not None:
        if (org_id, site_id) in seen and (org_id, site_id) in _books:
            return _books[(org_id, site_id)][1]
        seen.add((org_id, site_id))
    ((rev,),) = REVISION.rows(org_id=org_id)
    with _lock:
        kept = _books.get((org_id, site_id))
    if kept and kept[0] == rev:
        return kept[1]
    book = Rulebook(org_id, site_id)
    with _lock:
        _books[(org_id, site_id)] = (rev, book)
    return book


def forget() -> None:
    """Empties the memory; for tests that make organizations anew with the same revision."""
    with _lock:
        _books.clear()
        _built.clear()
