"""`shouwen demo`: a plausible community with three months of work, for trying everything out."""

from __future__ import annotations

import sys
import time
from typing import Any

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Load the demo into an empty database: a community with its staff and customers, and three months of their requests, "
        "up to now. Its accounts have a known password; `shouwen user disable --demo` turns them off."
    )
)
def demo(
    pack: str = typer.Option("property", "--pack", help=_("The trade whose demo it is.")),
    scale: int = typer.Option(
        0,
        "--scale",
        min=0,
        help=_("So many cases in all: a year in many communities. Broken off, it goes on where it stopped."),
    ),
    customers: int = typer.Option(
        0, "--customers", min=0, help=_("So many customers in all (default: a fifth of the cases).")
    ),
    processes: int = typer.Option(2, "--processes", min=0, max=64, help=_("Processes that make cases for --scale.")),
) -> None:
    from shouwen.project import schema
    from shouwen.project.start import start

    start()
    from shouwen.ground.models import Organization
    from shouwen.packs.choice import packs

    chosen = packs().get(pack)
    if chosen is None:
        print(_("There is no pack “%(name)s”; there are: %(known)s.") % {"name": pack, "known": ", ".join(packs())})
        raise typer.Exit(1)
    if schema.pending():
        schema.migrate()
    org = Organization.objects.order_by("id").first()
    if org is not None and not (scale and org.is_demo):
        print(_("Something was entered here already; the demo goes into an empty database alone."), file=sys.stderr)
        raise typer.Exit(1)
    if org is None:
        org = _tell(chosen)
    if scale:
        _scale(org, chosen.story(), cases=scale, customers=customers or scale // 5, processes=processes)


def _tell(chosen: Any) -> Any:
    """The demo itself, whole or not at all, whatever breaks it off."""
    from django.db import transaction
    from django.utils import timezone

    from shouwen.kernel.models import Case
    from shouwen.packs.choice import found
    from shouwen.project.progress import percent

    began, now, story = time.monotonic(), timezone.now(), chosen.story()
    print(_("Loading the demo: three months of a community's work …"), flush=True)
    with transaction.atomic():
        org = found(chosen, name=story.NAME, at=now - story.SPAN, is_demo=True)
        told = story.tell(org, now=now, progress=percent)
    said = _("%(cases)d cases with %(steps)d steps and %(alarms)d alarms in %(seconds).0f s.") % {
        "cases": Case.objects.filter(org=org).count(), "steps": told.walk.done, "alarms": told.play.alarms,
        "seconds": time.monotonic() - began,
    }  # fmt: skip
    print(said)
    print(
        _("Sign in as gunanxing (desk), linzhixia (steward) … with the password %(word)s.") % {"word": story.PASSWORD}
    )
    return org


def _scale(org: Any, story: Any, *, cases: int, customers: int, processes: int) -> None:
    """A year in bulk, going on where an earlier run stopped; what the demo itself made counts."""
    from django.db import connection
    from django.utils import timezone

    from shouwen.kernel.models import Case, Entry
    from shouwen.packs import scale
    from shouwen.project.progress import percent

    began, there = time.monotonic(), Case.objects.filter(org=org).count()
    run = scale.begin(org, cases=cases, customers=customers, now=timezone.now())
    print(_("Communities …"), flush=True)
    sites = scale.build_towns(org, run, story, customers=customers, progress=percent)
    print(_("%(cases)d cases of a year in %(sites)d communities …") % {"cases": cases, "sites": len(sites)}, flush=True)
    connection.close()
    scale.fill(run, sites, processes=processes, progress=percent)
    scale.finish(run, at=timezone.now())
    percent(100, "")
    made, seconds = Case.objects.filter(org=org).count() - there, time.monotonic() - began
    entries = Entry.objects.filter(org=org, stream_type="case").count()
    print(
        _("%(made)d cases made in %(seconds).0f s, %(each).2f ms each; %(entries).1f entries a case.")
        % {
            "made": made, "seconds": seconds, "each": 1000 * seconds / max(1, made),
            "entries": entries / max(1, there + made),
        }
    )  # fmt: skip
