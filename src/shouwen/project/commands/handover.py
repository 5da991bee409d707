"""`shouwen handover`: everything of somebody who leaves or falls ill goes to a colleague, in one act."""

from __future__ import annotations

import sys
from typing import Any

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Hand over everything of somebody who leaves or falls ill to a colleague: offices, and open cases with their "
        "clocks. Shows first what that is. Broken off, it goes on where it stopped."
    )
)
def handover(
    giver: str = typer.Argument(..., help=_("Staff number or sign-in name of whoever leaves.")),
    taker: str = typer.Argument(..., help=_("Staff number or sign-in name of whoever takes over.")),
    by: str = typer.Option(..., "--by", help=_("Sign-in name of the supervisor, director or manager who decided it.")),
    note: str = typer.Option(..., "--note", help=_("Why; it stands on every case.")),
    dry: bool = typer.Option(False, "--preview", help=_("Show what would change hands, and change nothing.")),
    yes: bool = typer.Option(False, "--yes", help=_("Do not ask again.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.ground.actors import actor_for
    from shouwen.kernel import handover as acts
    from shouwen.kernel.refusals import Refusal

    one, other, now = _person(giver), _person(taker), timezone.now()
    chief = actor_for(_person(by).account, at=now, source="command")
    belongings = acts.preview(one, actor=chief)
    offices, cases = ", ".join(belongings.offices) or "—", ", ".join(belongings.cases) or "—"
    print(_("%(who)s holds these offices: %(offices)s") % {"who": one.name, "offices": offices})
    print(_("%(count)d open cases: %(cases)s") % {"count": len(belongings.cases), "cases": cases})
    if dry:
        return
    if not yes:
        typer.confirm(_("Hand all of it over to %(who)s?") % {"who": other.name}, abort=True)
    try:
        run = acts.hand_over_all(one, other, actor=chief, at=now, note=note)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise typer.Exit(1) from None
    done = run.items.filter(outcome="handed over").count()
    print(_("%(done)d of %(total)d cases handed over.") % {"done": done, "total": run.total})
    for item in run.items.exclude(outcome="handed over").order_by("id"):
        print(f"    {item.outcome}")


def _person(name: str) -> Any:
    from django.db.models import Q

    from shouwen.ground.models import Staff

    found = list(Staff.objects.filter(Q(number=name) | Q(account__username__iexact=name)).order_by("id")[:2])
    if len(found) != 1:
        print(_("There is nobody called “%(name)s”, or there are several.") % {"name": name}, file=sys.stderr)
        raise typer.Exit(1)
    return found[0]
