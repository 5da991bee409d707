"""`shouwen demo`: a plausible community with three months of work, for trying everything out."""

from __future__ import annotations

import sys
import time

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
) -> None:
    from shouwen.project import schema
    from shouwen.project.start import start

    start()
    from django.db import transaction
    from django.utils import timezone

    from shouwen.packs.choice import found, packs
    from shouwen.project.progress import percent

    chosen = packs().get(pack)
    if chosen is None:
        print(_("There is no pack “%(name)s”; there are: %(known)s.") % {"name": pack, "known": ", ".join(packs())})
        raise typer.Exit(1)
    if schema.pending():
        schema.migrate()
    if not schema.empty():
        print(_("Something was entered here already; the demo goes into an empty database alone."), file=sys.stderr)
        raise typer.Exit(1)
    began, now = time.monotonic(), timezone.now()
    print(_("Loading the demo: three months of a community's work …"), flush=True)
    story = chosen.story()
    with transaction.atomic():  # the whole or nothing, whatever is broken off
        org = found(chosen, name=story.NAME, at=now - story.SPAN, is_demo=True)
        told = story.tell(org, now=now, progress=percent)
    from shouwen.kernel.models import Case

    print(
        _("%(cases)d cases with %(steps)d steps and %(alarms)d alarms in %(seconds).0f s.")
        % {
            "cases": Case.objects.filter(org=org).count(), "steps": told.walk.done, "alarms": told.play.alarms,
            "seconds": time.monotonic() - began,
        }
    )  # fmt: skip
    print(
        _("Sign in as gunanxing (desk), linzhixia (steward) … with the password %(word)s.") % {"word": story.PASSWORD}
    )
