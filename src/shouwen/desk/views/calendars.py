"""Calendars: a year at a look, closings, and an announcement of official days, each shown before it is made to hold."""

from __future__ import annotations

import calendar as months
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shouwen.desk import cardforms
from shouwen.desk.views.settings import page, section, site_of, where_to_change
from shouwen.ground.models import Place
from shouwen.kernel import calendars as books
from shouwen.kernel import words
from shouwen.kernel.models import CalendarVersion
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.zones import local_date
from shouwen.worktime import Calendar

MOST = 200_000  # bytes of an announcement


def label_of(key: str) -> str:
    return {"site": _("Working days"), "desk": _("Service desk"), "always": _("Round the clock")}[key]


@section("calendars")
def calendars(request: HttpRequest) -> HttpResponse:
    """Every calendar with its hours and the last official year it knows; the import of a new one."""
    org_id = request.actor.org_id
    places = {place.pk: place for place in Place.objects.filter(org_id=org_id, kind="community")}
    rows = []
    for key, site_id in books.books(org_id):
        found, version = rulebook(org_id, site_id).calendar(key, request.at)
        known = found.hours.official
        rows.append({
            "key": key, "label": label_of(key), "site": places.get(site_id), "zone": found.zone, "week": week_of(found),
            "known": max(known.years) if known and known.years else None, "version": version,
        })  # fmt: skip
    context: dict[str, Any] = {"rows": rows, **where_to_change(request.actor)}
    status = 200
    if request.method == "POST":
        status = _import(request, context)
        if status == 302:
            return redirect("/settings/calendars")
    return page(request, "calendars", context, status=status)


def _import(request: HttpRequest, context: dict[str, Any]) -> int:
    """An announcement as a file or as text: first what it would move, then for good."""
    upload, text = request.FILES.get("file"), request.POST.get("text", "")
    if upload is not None and upload.size <= MOST:
        text = upload.read().decode("utf-8", "replace")
    context["text"] = text[:MOST]
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as kept:
            kept.write(context["text"])
            kept.flush()
            if "_publish" in request.POST:
                books.import_announcement(
                    Path(kept.name), actor=request.actor, at=request.at, source=request.POST.get("source", "")[:200]
                )
                return 302
            years = books.announced(Path(kept.name))
        specs = books.with_announcement(years, actor=request.actor, at=request.at)
        context["announced"] = sorted(years.years)
        context["preview"] = books.preview(specs, actor=request.actor, at=request.at, most=20_000)
        context["changed"] = [label_of(key) for key, _site in specs]
    except Refusal as refusal:
        context["refusal"] = refusal
        return refusal.status
    return 200


def week_of(found: Calendar) -> list[tuple[str, str]]:
    """The plain week: each run of days with the same hours as one line."""
    spec = found.to_json().get("week", {})
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    runs: list[tuple[list[str], str]] = []
    for day, name in zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), names, strict=True):
        hours = " ".join(f"{span[0]}–{span[1]}" for span in spec.get(day, ()))
        if runs and runs[-1][1] == hours:
            runs[-1][0].append(name)
        else:
            runs.append(([name], hours))
    return [(f"{days[0]}–{days[-1]}" if len(days) > 1 else days[0], hours or _("closed")) for days, hours in runs]


@section("calendars")
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """One calendar: a year at a look, its versions, a closing to add."""
    org_id = request.actor.org_id
    site = site_of(request, request.GET.get("site") or request.POST.get("site", ""))
    if key not in {name for name, _where in books.books(org_id)}:
        raise Http404
    found, _version = rulebook(org_id, site.pk if site else None).calendar(key, request.at)
    year = _year(request.GET.get("year", ""), local_date(request.at).year)
    context: dict[str, Any] = {
        "key": key, "heading": label_of(key), "site": site, "zone": found.zone, "week": week_of(found), "year": year,
        "months": year_of(found, year, local_date(request.at)), "known": _known(found, year),
        "years": [year - 1, year + 1], "versions": _versions(org_id, key), **where_to_change(request.actor),
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        status = _close(request, key, site, context)
        if status == 302:
            return redirect(f"/settings/calendars/{key}")
    return page(request, "calendar", context, status=status)


def _close(request: HttpRequest, key: str, site: Place | None, context: dict[str, Any]) -> int:
    typed = {name: cardforms.moment(request.POST.get(name, "")) for name in ("since", "until")}
    context["typed"] = request.POST
    try:
        if not all(hasattr(at, "tzinfo") for at in typed.values()):
            raise Refusal(_("Say from when until when nothing is worked."))
        spec = books.with_closing(key, typed["since"], typed["until"], actor=request.actor, at=request.at, site=site)
        if "_publish" in request.POST:
            books.publish(
                key, spec, actor=request.actor, at=request.at, site=site, source=request.POST.get("source", "")[:200]
            )
            return 302
        specs = {(key, site.pk if site else None): spec}
        context["preview"] = books.preview(specs, actor=request.actor, at=request.at, most=20_000)
    except Refusal as refusal:
        context["refusal"] = refusal
        return refusal.status
    return 200


def _year(text: str, now: int) -> int:
    return int(text) if text.isdigit() and 2004 <= int(text[:4]) <= 2100 and len(text) == 4 else now


def _known(found: Calendar, year: int) -> bool:
    """Whether the year's official days are announced, or the calendar does not follow them."""
    official = found.hours.official
    return official is None or year in official.years


def year_of(found: Calendar, year: int, today: date) -> list[dict[str, Any]]:
    """Twelve months of days, each marked: worked, rest, holiday, make-up day, today."""
    official = found.hours.official
    plan = months.Calendar(firstweekday=0)
    made = []
    for month in range(1, 13):
        days = []
        for day in plan.itermonthdates(year, month):
            if day.month != month:
                days.append(None)
                continue
            worked = found.is_working_day(day)
            mark = "ok" if worked else "rest"
            if official is not None and day in official.off and day.weekday() < 5:
                mark = "off"
            if official is not None and day in official.work:
                mark = "work"
            days.append({"day": day.day, "mark": mark, "today": day == today})
        made.append(
            {
                "first": date(year, month, 1),
                "days": days,
                "worked": sum(one["mark"] in ("ok", "work") for one in days if one),
            }
        )
    return made


def _versions(org_id: int, key: str) -> list[tuple[CalendarVersion, str]]:
    from shouwen.ground.models import Staff

    rows = list(
        CalendarVersion.objects.filter(book__org_id=org_id, book__key=key)
        .select_related("entry", "book__site")
        .order_by("-effective_at")[:20]
    )
    people = {
        one.pk: one.name
        for one in Staff.objects.filter(pk__in=[row.entry.actor_id for row in rows if row.entry.actor_id])
    }
    return [(row, people.get(row.entry.actor_id, words.label("system"))) for row in rows]
