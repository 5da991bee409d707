"""Calendars as versions: hours, closings and official years, each change with its entry; running clocks follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization, Place
from shouwen.kernel import journal
from shouwen.kernel.fold import fold
from shouwen.kernel.models import CalendarBook, CalendarVersion, Clock, Notice, Outbox
from shouwen.kernel.perform import own_rules
from shouwen.kernel.policies import (
    BATCH,
    Preview,
    cases_with_events,
    chunks,
    live_cases,
    not_allowed,
    not_before_the_last_step,
    reaches,
    refold_cases,
)
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import BUILTIN, Rulebook, rulebook
from shouwen.worktime import AnnouncementError, Calendar, CalendarError, OfficialYears, import_year

CHANGED = "calendar.changed"  # the notice to whom a changed calendar concerns
EXAMPLES = 5  # cases that such a notice names
Key = tuple[str, int | None]  # a calendar and its community, None for everybody's


def publish(
    key: str, spec: Mapping[str, Any], *, actor: Actor, at: datetime, effective_at: datetime | None = None,
    site: Place | None = None, source: str = "", announced_at: date | None = None,
) -> CalendarVersion:  # fmt: skip
    """Makes a calendar hold from a moment on; clocks not yet due then are counted anew on it."""
    if not reaches(actor, site):
        raise not_allowed(site)
    if key not in BUILTIN:
        raise Refusal(
            _("There is no calendar “%(key)s”; the known ones are %(known)s.")
            % {"key": key, "known": ", ".join(BUILTIN)}
        )
    try:
        Calendar.from_json(spec, name=key)
    except CalendarError as error:
        raise Refusal(str(error)) from None
    start = effective_at or at
    if start < at:
        raise Refusal(_("A calendar cannot begin in the past."))
    with transaction.atomic():
        own_rules(actor.org_id)
        start = not_before_the_last_step(actor.org_id, start)
        book, _made = CalendarBook.objects.get_or_create(org_id=actor.org_id, key=key, site=site)
        if book.versions.filter(effective_at__gte=start).exists():
            raise Refusal(_("A version that begins then or later is there already."))
        facts = {"effective_at": start, "source": source, "announced_at": announced_at and announced_at.isoformat()}
        entry = journal.append(
            journal.stream(actor.org_id, "calendar", f"{key}@{site.pk if site else ''}"),
            journal.Saying(
                step="publish", happened_at=at, recorded_at=at, facts=facts, body={"spec": dict(spec)},
            ),
            actor=actor,
        )  # fmt: skip
        version = CalendarVersion.objects.create(
            book=book, effective_at=start, spec=dict(spec), source=source[:200], entry=entry
        )
        Organization.objects.filter(pk=actor.org_id).update(rules_rev=F("rules_rev") + 1)
    return version


def books(org_id: int) -> list[Key]:
    """Every calendar of an organization: the three everybody has, and those of single communities."""
    own = CalendarBook.objects.filter(org_id=org_id, site__isnull=False).order_by("key", "site_id")
    return [*((key, None) for key in BUILTIN), *own.values_list("key", "site_id")]


def announced(path: Path) -> OfficialYears:
    """An official announcement as published; refused in words where it announces nothing."""
    try:
        return import_year(path)
    except (AnnouncementError, ValueError, OSError) as error:
        raise Refusal(str(error)) from None


def with_announcement(years: OfficialYears, *, actor: Actor, at: datetime) -> dict[Key, dict[str, Any]]:
    """Each calendar that follows the official days, as it reads with an announcement; those it changes nothing in left out."""
    found: dict[Key, dict[str, Any]] = {}
    for key, site_id in books(actor.org_id):
        calendar, _version = rulebook(actor.org_id, site_id).calendar(key, at)
        official = calendar.hours.official
        if official is None:
            continue
        more = official.with_year(years)
        if (more.years, more.off, more.work) == (official.years, official.off, official.work):
            continue
        spec = calendar.to_json()
        known = OfficialYears.from_json(spec["official_years"]) if "official_years" in spec else None
        found[(key, site_id)] = {
            **spec, "official_years": (known.with_year(years) if known else years).to_json(),
        }  # fmt: skip
    return found


def import_announcement(
    path: Path, *, actor: Actor, at: datetime, source: str = "", announced_at: date | None = None
) -> list[CalendarVersion]:
    """Takes an official year in: every calendar that follows the official days gets a version with that year."""
    years = announced(path)
    made = []
    with transaction.atomic():
        for (key, site_id), spec in with_announcement(years, actor=actor, at=at).items():
            site = Place.objects.get(pk=site_id) if site_id else None
            said = source or years.source
            made.append(publish(key, spec, actor=actor, at=at, site=site, source=said, announced_at=announced_at))
    return made


def with_closing(
    key: str, since: datetime, until: datetime, *, actor: Actor, at: datetime, site: Place | None = None
) -> dict[str, Any]:
    """A calendar as it reads with an unplanned closing: nothing is worked from `since` until `until`."""
    if until <= since:
        raise Refusal(_("A closing ends after it begins."))
    if key not in BUILTIN:
        raise Refusal(
            _("There is no calendar “%(key)s”; the known ones are %(known)s.")
            % {"key": key, "known": ", ".join(BUILTIN)}
        )
    calendar, _version = rulebook(actor.org_id, site.pk if site else None).calendar(key, at)
    spec = calendar.to_json()
    return {**spec, "closings": [*spec.get("closings", []), [since.isoformat(), until.isoformat()]]}


# --- what a change would move -------------------------------------------------------------------------------------


@dataclass
class CalendarPreview(Preview):
    """Also: how many provisional due times become final, and who answers for what moves or becomes final."""

    final: int = 0
    concerned: set[int] = field(default_factory=set)


class _Supposed(Rulebook):
    """A rulebook in which some calendars read otherwise from a moment on."""

    def __init__(self, org_id: int, site_id: int | None, supposed: Mapping[str, Calendar], start: datetime) -> None:
        super().__init__(org_id, site_id)
        self._supposed, self._start = supposed, start

    def calendar(self, key: str, at: datetime) -> tuple[Calendar, int | None]:
        if key in self._supposed and at >= self._start:
            return self._supposed[key], None
        return super().calendar(key, at)

    def changes(self, policies: Any, calendar: str) -> list[tuple[datetime, str]]:
        found = super().changes(policies, calendar)
        return [*found, (self._start, f"calendar:{calendar}")] if calendar in self._supposed else found


def promises_on(keys: set[str]) -> list[tuple[str, str]]:
    """Kind and key of each promise that is counted on one of these calendars."""
    return [
        (kind.key, promise.key)
        for kind in kinds.values()
        for promise in kind.commitments.values()
        if promise.calendar in keys
    ]


def preview(
    specs: Mapping[Key, Mapping[str, Any]], *, actor: Actor, at: datetime, most: int = 100_000
) -> CalendarPreview:
    """Folds every live clock that is counted on one of these calendars as they would read, and counts what would move."""
    made = {key: Calendar.from_json(spec, name=key[0]) for key, spec in specs.items()}
    own = {book for book in books(actor.org_id) if book[1]} | set(specs)
    promises, found = promises_on({key for key, _site in specs}), CalendarPreview()
    supposed: dict[int | None, Rulebook] = {}
    for chunk in chunks(live_cases(actor.org_id, promises, None)[:most]):
        for case, events in cases_with_events(chunk):
            site = case.site_id
            if site not in supposed:
                read = {
                    key: made[found_at]
                    for key in BUILTIN
                    if (found_at := (key, site) if (key, site) in own else (key, None)) in made
                }
                supposed[site] = _Supposed(case.org_id, site, read, at)
            book = rulebook(case.org_id, site)
            old = {(c.key, c.cycle, c.seq): c for c in fold(case.spec, events, book, until=at)}
            for fact in fold(case.spec, events, supposed[site], until=at):
                before = old.get((fact.key, fact.cycle, fact.seq))
                if before is None or before.verdict is not None or (case.kind, fact.key) not in promises:
                    continue
                _note(found, case.no, before, fact, at)
    return found


def _note(found: CalendarPreview, no: str, before: Any, after: Any, at: datetime) -> None:
    found.looked_at += 1
    final = before.provisional and not after.provisional
    found.final += int(final)
    if before.due_at != after.due_at:
        found.moved += 1
        found.late += int(after.due_at < at <= before.due_at)
        if len(found.examples) < 10:
            found.examples.append((no, after.key, before.due_at, after.due_at))
    if (final or before.due_at != after.due_at) and after.owed_by is not None:
        found.concerned.add(after.owed_by)


# --- bringing running clocks in line ------------------------------------------------------------------------------


def apply(version: CalendarVersion, *, at: datetime) -> int:
    """Counts running clocks anew on a version that has begun, and tells those who answer for what moved or became final.

    A batch, its notices included, is one transaction: broken off and run again, nothing is told twice or not at all.
    """
    if version.effective_at > at or version.applied_at is not None:
        return 0
    org_id, done = version.book.org_id, 0
    for chunk in chunks(live_cases(org_id, promises_on({version.book.key}), version.book.site_id), BATCH):
        with transaction.atomic():
            before = _times(chunk)
            done += refold_cases(chunk, at=at)
            _tell(version, before, _times(chunk), at=at)
    with transaction.atomic():
        if CalendarVersion.objects.filter(pk=version.pk, applied_at__isnull=True).update(applied_at=at):
            Outbox(
                org_id=org_id, topic="calendar", entry=version.entry, created_at=at, not_before=at
            ).save(force_insert=True)  # fmt: skip
    return done


Times = dict[int, tuple[datetime, bool, int | None, str]]


def _times(cases: list[int]) -> Times:
    """Due time, provisional or not, who owes it and in which case, of each live clock."""
    live = Clock.objects.filter(case_id__in=cases, verdict__isnull=True).order_by("due_at", "id")
    rows = live.values_list("id", "due_at", "provisional", "owed_by_id", "case__no")
    return {pk: (due, provisional, staff, no) for pk, due, provisional, staff, no in rows}


def _tell(version: CalendarVersion, before: Times, after: Times, *, at: datetime) -> None:
    """One notice a person and version, however many of their clocks moved: how many, and the first few cases."""
    told: dict[int, dict[str, Any]] = {}
    for pk, (due, provisional, staff, no) in after.items():
        old = before.get(pk)
        if old is None or staff is None or (old[0] == due and old[1] == provisional):
            continue
        words = told.setdefault(staff, {"moved": 0, "final": 0, "cases": []})
        words["moved"] += int(old[0] != due)
        words["final"] += int(old[1] and not provisional)
        words["cases"].append(no)
    for staff, words in told.items():
        notice, made = Notice.objects.select_for_update().get_or_create(
            entry=version.entry, staff_id=staff, template=CHANGED, channel="app",
            defaults={"org_id": version.book.org_id, "created_at": at, "words": _shortened(words)},
        )  # fmt: skip
        if not made:
            old_words = notice.words
            notice.words = _shortened({name: old_words[name] + words[name] for name in words})
            notice.save(update_fields=["words"])


def _shortened(words: dict[str, Any]) -> dict[str, Any]:
    return {**words, "cases": list(dict.fromkeys(words["cases"]))[:EXAMPLES]}


def apply_waiting(*, at: datetime) -> int:
    """Applies every calendar version that has begun; the worker calls it."""
    waiting = CalendarVersion.objects.filter(effective_at__lte=at, applied_at__isnull=True).order_by("effective_at")
    return sum(apply(version, at=at) for version in waiting.select_related("book", "entry"))
