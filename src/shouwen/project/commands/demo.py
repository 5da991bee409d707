"""`shouwen demo`: a plausible community with three months of work, for trying everything out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

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
        told = story.tell(org, now=now, progress=bar())
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


def bar() -> Callable[[int, str], None]:
    """A progress line on a terminal, a line each tenth elsewhere."""
    shown, last = sys.stderr.isatty(), [-1]

    def progress(percent: int, what: str) -> None:
        if percent == last[0]:
            return
        last[0] = percent
        if shown:
            end = "\n" if percent >= 100 else ""
            print(f"\r  {percent:3d} %  {what}", end=end, file=sys.stderr, flush=True)
        elif percent % 10 == 0:
            print(f"  {percent:3d} %  {what}", file=sys.stderr, flush=True)

    return progress
