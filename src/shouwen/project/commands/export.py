"""`shouwen export`: every case of an organization with its journal, as JSON lines; or one person's own data as a folder."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import typer

from shouwen.project import whose
from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Write every case with journal and promises as JSON lines; with --customer all that is stored about one person, as the folder "
        "(zip) that is theirs. Personal words are in it; that it was done, and why, is journaled."
    )
)
def export(
    reason: str = typer.Option(..., "--reason", help=_("Why; it stays in the journal.")),
    out: Path = typer.Option(Path("-"), "--out", help=_("File to write, readable by its owner alone; - prints.")),
    customer: str = typer.Option(
        "",
        "--customer",
        help=_("Telephone number, exact name or row number of a customer: their own data, needs --out."),
    ),
    org: str = typer.Option("", "--org", help=_("Name of the organization, where there are several.")),
) -> None:
    from shouwen.project.start import start

    start()
    if customer:
        _own_data(customer, reason=reason, out=out)
        return
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.ground.models import Organization
    from shouwen.kernel.exports import export as lines_of
    from shouwen.kernel.refusals import Refusal

    found = list(Organization.objects.filter(**({"name": org} if org else {})).order_by("id")[:2])
    if len(found) != 1:
        print(_("Name the organization with --org.") if found else _("There is no such organization."), file=sys.stderr)
        raise typer.Exit(1)
    try:
        lines = lines_of(found[0], actor=system_actor(found[0].pk), at=timezone.now(), reason=reason)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise typer.Exit(1) from None
    if str(out) == "-":
        _write(lines, sys.stdout)
        return
    with os.fdopen(_private(out), "w", encoding="utf-8") as file:
        done = _write(lines, file)
    print(_("%(cases)d cases written to %(file)s") % {"cases": done, "file": out}, file=sys.stderr)


def _private(out: Path) -> int:
    """A new file that its owner alone may read."""
    return os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _own_data(who: str, *, reason: str, out: Path) -> None:
    """The folder with everything about a person, nothing of others in it; on their card stands that it was made, and why."""
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.kernel.refusals import Refusal
    from shouwen.rooms.customers import own_data

    if str(out) == "-":
        print(_("Name a file with --out."), file=sys.stderr)
        raise typer.Exit(2)
    party = whose.customer(who)
    try:
        data = own_data.give(party, actor=system_actor(party.org_id), at=timezone.now(), reason=reason)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise typer.Exit(1) from None
    with os.fdopen(_private(out), "wb") as file:
        file.write(data)
    print(_("The own data of %(name)s written to %(file)s") % {"name": party.name, "file": out}, file=sys.stderr)


def _write(lines: Any, file: Any) -> int:
    done = 0
    for line in lines:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        done += 1
    return done
