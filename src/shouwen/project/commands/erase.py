"""`shouwen erase`: empties everything personal about a customer, while the journal still proves."""

from __future__ import annotations

import sys

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Empty a customer's name, numbers, words and files in every table, index and folder. It cannot be undone; open cases refuse it."
    )
)
def erase(
    who: str = typer.Argument(..., help=_("Telephone number, exact name or row number of the customer.")),
    reason: str = typer.Option(..., "--reason", help=_("Why; it stays in the journal.")),
    yes: bool = typer.Option(False, "--yes", help=_("Do not ask again.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.db.models import Q
    from django.utils import timezone

    from shouwen.ground import phones
    from shouwen.ground.actors import system_actor
    from shouwen.ground.models import Party
    from shouwen.kernel.erase import erase_party
    from shouwen.kernel.models import Case
    from shouwen.kernel.refusals import Refusal

    number = phones.normal(who)
    wanted = Q(name=who) | (Q(contacts__normal=number) if number else Q(pk__in=[]))
    if who.isdigit() and len(who) > 12:
        wanted |= Q(pk=int(who))
    found = list(Party.objects.filter(wanted, erased_at__isnull=True).distinct().order_by("id")[:10])
    if len(found) != 1:
        print(_("There is no such customer.") if not found else _("Several customers fit; name one by its row number:"))
        for party in found:
            print(f"    {party.pk}  {party.name}")
        raise typer.Exit(1)
    party = found[0]
    cases = Case.objects.filter(party=party).count()
    if not yes:
        question = _("Erase %(name)s and the words of %(cases)d cases for ever?") % {"name": party.name, "cases": cases}
        typer.confirm(question, abort=True)
    try:
        done = erase_party(party, actor=system_actor(party.org_id), at=timezone.now(), reason=reason)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise typer.Exit(1) from None
    print(
        _("Erased: %(entries)d journal entries of %(cases)d cases, %(files)d files.")
        % {"entries": done.entries, "cases": done.cases, "files": done.files}
    )
