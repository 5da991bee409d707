"""`shouwen calendar`: the working calendars, an official year taken in, an unplanned closing."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from shouwen.project.tongue import _, chosen

app = typer.Typer(
    no_args_is_help=True,
    help=_("Working calendars: list and show them, take an official year in, close for a typhoon."),
)
ORG = typer.Option("", "--org", help=_("Name of the organization, where there are several."))
SITE = typer.Option("", "--site", help=_("Code of a community; without it, everybody's calendar."))
YES = typer.Option(False, "--yes", help=_("Do not ask again."))
ONLY = typer.Option(False, "--preview", help=_("Show what would move, and change nothing."))
AS_JSON = typer.Option(False, "--json", help=_("JSON instead of lines."))


@app.command("list", help=_("List the calendars: hours, official years known, version, source."))
def list_calendars(org: str = ORG, as_json: bool = AS_JSON) -> None:
    actor, at = _begin(org)
    from shouwen.project.calendars import rows

    found = rows(actor.org_id, at=at)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for row in found:
        name = f"{row['key']}@{row['site']}" if row["site"] else row["key"]
        since = row["since"] or _("built in")
        print("  ".join(filter(None, [name, row["zone"], row["hours"], row["years"], since, row["source"]])))


@app.command(help=_("Show a year: rest days on weekdays, make-up working days, special hours and closings."))
def show(
    key: str = typer.Argument(..., help=_("site, desk or always.")),
    year: int = typer.Argument(..., min=1990, max=2100),
    site: str = SITE,
    org: str = ORG,
    as_json: bool = AS_JSON,
) -> None:
    actor, at = _begin(org)
    from shouwen.kernel.rulebook import rulebook
    from shouwen.project.calendars import year_of

    _known(key)
    place = _site(site, actor.org_id)
    found, _version = rulebook(actor.org_id, place.pk if place else None).calendar(key, at)
    told = year_of(found, year)
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    print(_("%(year)d: %(count)d working days") % {"year": year, "count": told["working_days"]})
    if not told["announced"]:
        print(_("The holidays of this year are not announced yet: due times in it are provisional."))
    for title, name in ((_("Rest days on weekdays"), "rest"), (_("Make-up working days"), "makeup")):
        if told[name]:
            print(f"{title}: {', '.join(told[name])}")
    for title, name in ((_("Special hours"), "special"), (_("Closings"), "closings")):
        for line in told[name]:
            print(f"{title}: {line}")


@app.command(
    "import",
    help=_(
        "Take an official announcement in: {year, days: [{date, name, off}]}, or a list of such years. Shows first which due "
        "times would move or become final; those who answer for them are told."
    ),
)
def import_file(
    file: Path = typer.Argument(..., help=_("The announcement as JSON.")),
    source: str = typer.Option("", "--source", help=_("Where it was announced; else the papers named in the file.")),
    announced: str = typer.Option("", "--announced", help=_("Date of the announcement, such as 2026-11-04.")),
    preview: bool = ONLY,
    yes: bool = YES,
    org: str = ORG,
) -> None:
    actor, at = _begin(org)
    from shouwen.kernel import calendars

    on = _date(announced) if announced else None
    years = _try(lambda: calendars.announced(file))
    specs = calendars.with_announcement(years, actor=actor, at=at)
    if not specs:
        print(_("Every calendar knows these years already; nothing changes."))
        return
    print(_("Years: %(years)s") % {"years": ", ".join(map(str, sorted(years.years)))})
    _show(calendars.preview(specs, actor=actor, at=at))
    if preview:
        return
    if not yes:
        typer.confirm(_("Take it in?"), abort=True)
    versions = _try(lambda: calendars.import_announcement(file, actor=actor, at=at, source=source, announced_at=on))
    _apply(versions, at=at)


@app.command(
    help=_("Close without warning (typhoon, power cut): nothing is worked from FROM to UNTIL; due times follow.")
)
def close(
    key: str = typer.Argument(..., help=_("site, desk or always.")),
    since: str = typer.Argument(..., metavar="FROM", help=_("2026-11-24T14:00, in the calendar's zone.")),
    until: str = typer.Argument(..., help=_("2026-11-25T08:30, in the calendar's zone.")),
    reason: str = typer.Option(..., "--reason", help=_("Why; it stays in the journal.")),
    site: str = SITE,
    preview: bool = ONLY,
    yes: bool = YES,
    org: str = ORG,
) -> None:
    actor, at = _begin(org)
    from shouwen.kernel import calendars
    from shouwen.kernel.rulebook import rulebook

    _known(key)
    place = _site(site, actor.org_id)
    zone = rulebook(actor.org_id, place.pk if place else None).calendar(key, at)[0].zone
    first, last = _moment(since, zone), _moment(until, zone)
    spec = _try(lambda: calendars.with_closing(key, first, last, actor=actor, at=at, site=place))
    _show(calendars.preview({(key, place.pk if place else None): spec}, actor=actor, at=at))
    if preview:
        return
    if not yes:
        typer.confirm(_("Close then?"), abort=True)
    _apply([_try(lambda: calendars.publish(key, spec, actor=actor, at=at, site=place, source=reason))], at=at)


def _apply(versions: list[Any], *, at: datetime) -> None:
    from shouwen.kernel import calendars
    from shouwen.kernel.calendars import CHANGED
    from shouwen.kernel.models import Notice

    cases = sum(calendars.apply(version, at=max(at, version.effective_at)) for version in versions)
    told = Notice.objects.filter(entry__in=[version.entry_id for version in versions], template=CHANGED).count()
    print(
        _("Done: %(versions)d calendars, %(cases)d cases counted anew, %(told)d people told.")
        % {"versions": len(versions), "cases": cases, "told": told}
    )


def _show(found: Any) -> None:
    """What would move: the sums, then some examples."""
    from shouwen.kernel import words
    from shouwen.kernel.zones import site_zone

    print(
        _("%(looked)d running promises: %(moved)d move, %(final)d become final, %(late)d turn late; %(people)d people are told.")
        % {
            "looked": found.looked_at, "moved": found.moved, "final": found.final, "late": found.late,
            "people": len(found.concerned),
        }
    )  # fmt: skip
    for no, promise, before, after in found.examples:
        times = " → ".join(f"{one.astimezone(site_zone()):%Y-%m-%d %H:%M}" for one in (before, after))
        print(f"  {no}  {words.label_in(chosen(), promise)}  {times}")


def _begin(org: str) -> tuple[Any, datetime]:
    """The system as actor of the organization meant, and the time."""
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.ground.models import Organization

    found = list(Organization.objects.filter(**({"name": org} if org else {})).order_by("id")[:2])
    if len(found) != 1:
        _stop(_("There is no organization yet.") if not found else _("Name the organization with --org."))
    return system_actor(found[0].pk), timezone.now()


def _known(key: str) -> None:
    from shouwen.kernel.rulebook import BUILTIN

    if key not in BUILTIN:
        known = ", ".join(BUILTIN)
        _stop(_("There is no calendar “%(key)s”; the known ones are %(known)s.") % {"key": key, "known": known})


def _site(code: str, org_id: int) -> Any:
    from shouwen.ground.models import Place

    if not code:
        return None
    found = Place.objects.filter(org_id=org_id, kind="community", code=code).first()
    return found or _stop(_("There is no community with the code “%(code)s”.") % {"code": code})


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _stop(_("“%(text)s” is not a date such as 2026-11-04.") % {"text": text})


def _moment(text: str, zone: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _stop(_("“%(text)s” is not a date and time such as 2026-09-30T10:00.") % {"text": text})
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _try(act: Any) -> Any:
    from shouwen.kernel.refusals import Refusal

    try:
        return act()
    except Refusal as refusal:
        return _stop(refusal.sentence)


def _stop(sentence: str) -> Any:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
