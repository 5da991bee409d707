"""Calendars as versions: hours, closings and official years, each change with its entry; running clocks follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization, Place
from shouwen.kernel import journal
from shouwen.kernel.models import CalendarBook, CalendarVersion, Clock
from shouwen.kernel.perform import own_rules
from shouwen.kernel.policies import may_change, refold_cases
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import BUILTIN, rulebook
from shouwen.worktime import AnnouncementError, Calendar, CalendarError, OfficialYears, import_year


def publish(
    key: str, spec: Mapping[str, Any], *, actor: Actor, at: datetime, effective_at: datetime | None = None,
    site: Place | None = None, source: str = "",
) -> CalendarVersion:  # fmt: skip
    """Makes a calendar hold from a moment on; clocks not yet due then are counted anew on it."""
    if not may_change(actor):
        raise NotAllowed(_("Calendars are changed by the manager or the director."))
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
        book, _made = CalendarBook.objects.get_or_create(org_id=actor.org_id, key=key, site=site)
        if book.versions.filter(effective_at__gte=start).exists():
            raise Refusal(_("A version that begins then or later is there already."))
        entry = journal.append(
            journal.stream(actor.org_id, "calendar", f"{key}@{site.pk if site else ''}"),
            journal.Saying(
                step="publish", happened_at=at, recorded_at=at, facts={"effective_at": start, "source": source},
                body={"spec": dict(spec)},
            ),
            actor=actor,
        )  # fmt: skip
        version = CalendarVersion.objects.create(
            book=book, effective_at=start, spec=dict(spec), source=source, entry=entry
        )
        Organization.objects.filter(pk=actor.org_id).update(rules_rev=F("rules_rev") + 1)
    return version


def import_announcement(path: Path, *, actor: Actor, at: datetime) -> list[CalendarVersion]:
    """Takes an official year in: every calendar that follows the official days gets a version with that year."""
    try:
        announced = import_year(path)
    except (AnnouncementError, ValueError, OSError) as error:
        raise Refusal(str(error)) from None
    made = []
    for key, site_id in books(actor.org_id):
        found, _version = rulebook(actor.org_id, site_id).calendar(key, at)
        if found.hours.official is None:
            continue
        spec = found.to_json()
        known = OfficialYears.from_json(spec["official_years"]) if "official_years" in spec else None
        years = known.with_year(announced) if known else announced
        site = Place.objects.filter(pk=site_id).first() if site_id else None
        made.append(
            publish(
                key,
                {**spec, "official_years": years.to_json()},
                actor=actor,
                at=at,
                site=site,
                source=announced.source[:200],
            )
        )
    return made


def books(org_id: int) -> list[tuple[str, int | None]]:
    """Every calendar of an organization: the three everybody has, and those of single communities."""
    own = CalendarBook.objects.filter(org_id=org_id, site__isnull=False).order_by("key", "site_id")
    return [*((key, None) for key in BUILTIN), *own.values_list("key", "site_id")]


def apply(version: CalendarVersion, *, at: datetime) -> int:
    """Counts running clocks anew on a version that has begun; provisional due times become final this way."""
    if version.effective_at > at or version.applied_at is not None:
        return 0
    keys = [p.key for kind in kinds.values() for p in kind.commitments.values() if p.calendar == version.book.key]
    live = Clock.objects.filter(org_id=version.book.org_id, verdict__isnull=True, key__in=keys)
    if version.book.site_id:
        live = live.filter(site_id=version.book.site_id)
    done = refold_cases(sorted(set(live.values_list("case_id", flat=True))), at=at)
    CalendarVersion.objects.filter(pk=version.pk).update(applied_at=at)
    return done


def apply_waiting(*, at: datetime) -> int:
    """Applies every calendar version that has begun; the worker calls it."""
    waiting = CalendarVersion.objects.filter(effective_at__lte=at, applied_at__isnull=True).order_by("effective_at")
    return sum(apply(version, at=at) for version in waiting.select_related("book"))
