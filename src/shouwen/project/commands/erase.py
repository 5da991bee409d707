"""`shouwen erase`: empties everything personal about a customer, or all that has been kept long enough; the journal still proves."""

from __future__ import annotations

import sys
from typing import Any

import typer

from shouwen.project.tongue import _
from shouwen.project.whose import customer

app = typer.Typer()


@app.command(
    help=_(
        "Empty a customer's name, numbers, words and files in every table, index and folder. It cannot be undone; open cases refuse it. "
        "With --due: whoever and whatever has been kept long enough, first only as a report, with --do for good."
    )
)
def erase(
    who: str = typer.Argument("", help=_("Telephone number, exact name or row number of the customer.")),
    reason: str = typer.Option("", "--reason", help=_("Why; it stays in the journal.")),
    yes: bool = typer.Option(False, "--yes", help=_("Do not ask again.")),
    due: bool = typer.Option(False, "--due", help=_("All that is due: what would go, what stays and why.")),
    do: bool = typer.Option(False, "--do", help=_("With --due: erase it.")),
) -> None:
    from shouwen.project.start import start

    if due == bool(who) or (do and not due) or (who and not reason):
        print(_("Name a customer and a reason, or say --due."), file=sys.stderr)
        raise typer.Exit(2)
    start()
    if due:
        _due(do=do)
    else:
        _one(who, reason, yes)


def _one(who: str, reason: str, yes: bool) -> None:
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.kernel.erase import erase_party
    from shouwen.kernel.models import Case
    from shouwen.kernel.refusals import Refusal

    party = customer(who)
    cases = Case.objects.filter(party=party).count()
    if not yes:
        question = _("Erase %(name)s and the words of %(cases)d cases for ever?") % {"name": party.name, "cases": cases}
        typer.confirm(question, abort=True)
    try:
        done = erase_party(party, actor=system_actor(party.org_id), at=timezone.now(), reason=reason)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise typer.Exit(1) from None
    print(_gone(done))


def _gone(done: Any) -> str:
    return _("Erased: %(entries)d journal entries of %(cases)d cases, %(files)d files.") % {
        "entries": done.entries, "cases": done.cases, "files": done.files,
    }  # fmt: skip


def _due(*, do: bool) -> None:
    """One report for each organization; customers by row number alone once they are erased."""
    from django.utils import timezone

    from shouwen.ground.models import Organization
    from shouwen.kernel import retention

    for org in Organization.objects.order_by("id"):
        print(org.name)
        report = retention.run(org.pk, at=timezone.now(), do=do)
        for plan in report.plans:
            _print(plan, do=do)
        print("  " + _("Files whose term is over: %(count)d") % {"count": len(report.files)})
        for file, why in report.files_held:
            print(f"    {file.pk}  " + _("stays: %(why)s") % {"why": why})
        if not report.plans and not report.files:
            print("  " + _("Nothing is due."))
    if not do:
        print(_("Nothing was erased. With --do it is."))


def _print(plan: Any, *, do: bool) -> None:
    named = f"  {plan.party.pk}" if plan.erased else f"  {plan.party.pk}  {plan.party.name}"
    print(f"{named}  {plan.because}")
    if plan.erased:
        print(f"    {_gone(plan.erased)}")
    elif not plan.holds:
        would = _(
            "would go: %(entries)d journal entries of %(cases)d cases, %(files)d files, name, numbers and documents"
        )
        print("    " + would % {"entries": plan.entries, "cases": plan.cases, "files": plan.files})
    for why in plan.holds:
        print("    " + _("not erased: %(why)s") % {"why": why})
    for what in plan.stays if not plan.holds else ():
        print("    " + _("stays: %(why)s") % {"why": what})
