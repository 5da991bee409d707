"""`shouwen user`: accounts of staff: made, listed, given a new first password, turned off and on."""

from __future__ import annotations

import sys
from typing import Any

import typer

from shouwen.project.tongue import _

app = typer.Typer(
    no_args_is_help=True,
    help=_("Make and list accounts, give a new first password, turn accounts off and on. Each act leaves an entry."),
)
ORG = typer.Option("", "--org", help=_("Name of the organization; the first account of an empty database makes it."))


@app.command(
    help=_(
        "Make an account and print its first password, this once; it must be changed at the first sign-in. In an empty "
        "database --org and --pack say what organization is made, and the first account is an administrator's."
    )
)
def create(
    username: str = typer.Argument(..., help=_("Sign-in name.")),
    number: str = typer.Option("", "--staff", help=_("Staff number of somebody who is entered already.")),
    name: str = typer.Option("", "--name", help=_("Name of somebody new; a staff card is made.")),
    admin: bool = typer.Option(False, "--admin", help=_("May edit staff, offices, policies and accounts.")),
    org: str = ORG,
    pack: str = typer.Option("property", "--pack", help=_("The trade the organization is set up for.")),
) -> None:
    _start()
    from django.db import transaction
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.kernel import accounts
    from shouwen.kernel.refusals import Refusal

    now = timezone.now()
    try:
        with transaction.atomic():
            house, fresh = _house(org, pack, now)
            staff = _staff(house, number, name, now)
            actor = system_actor(house.pk)
            _account, word = accounts.make(username, actor=actor, at=now, staff=staff, admin=admin or fresh)
    except Refusal as refusal:
        _refused(refusal)
    print(_("Account “%(name)s” of %(who)s is made. First password:") % {"name": username, "who": staff.name})
    print(word)


@app.command(help=_("Give a new first password and print it, this once. Whoever is signed in is signed out."))
def password(username: str = typer.Argument(..., help=_("Sign-in name."))) -> None:
    _start()
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.kernel import accounts

    account = _account(username)
    print(accounts.new_password(account, actor=system_actor(account.org_id), at=timezone.now()))


@app.command(help=_("Turn an account off, with its tokens; --demo turns off every account of the demo."))
def disable(
    username: str = typer.Argument("", help=_("Sign-in name.")),
    demo: bool = typer.Option(False, "--demo", help=_("Every account of the demo.")),
) -> None:
    _start()
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.ground.models import Account
    from shouwen.kernel import accounts
    from shouwen.kernel.refusals import Refusal

    if not demo and not username:
        _stop(_("Name an account, or give --demo."))
    wanted = list(Account.objects.filter(is_demo=True, is_active=True)) if demo else [_account(username)]
    for account in wanted:
        try:
            accounts.switch(account, False, actor=system_actor(account.org_id), at=timezone.now())
        except Refusal as refusal:
            _refused(refusal)
    print(_("Turned off: %(names)s") % {"names": ", ".join(account.username for account in wanted) or "—"})


@app.command(help=_("Turn an account on again."))
def enable(username: str = typer.Argument(..., help=_("Sign-in name."))) -> None:
    _start()
    from django.utils import timezone

    from shouwen.ground.actors import system_actor
    from shouwen.kernel import accounts
    from shouwen.kernel.refusals import Refusal

    account = _account(username)
    try:
        accounts.switch(account, True, actor=system_actor(account.org_id), at=timezone.now())
    except Refusal as refusal:
        _refused(refusal)
    print(_("Turned on: %(names)s") % {"names": account.username})


@app.command("list", help=_("List the accounts: sign-in name, person, offices held now, administrator, demo, off."))
def list_accounts() -> None:
    _start()
    from django.utils import timezone

    from shouwen.ground.actors import actor_for
    from shouwen.ground.models import Account

    now = timezone.now()
    for account in Account.objects.select_related("staff", "party").order_by("id"):
        who = account.staff or account.party
        offices = " ".join(dict.fromkeys(held.role for held in actor_for(account, at=now).offices))
        marks = (account.is_admin, _("administrator")), (account.is_demo, _("demo")), (not account.is_active, _("off"))
        said = [word for holds, word in marks if holds]
        print("  ".join([account.username, who.name if who else "—", offices or "—", *said]))


def _start() -> None:
    from shouwen.project import schema
    from shouwen.project.start import start

    start()
    if schema.pending():
        schema.migrate()


def _house(name: str, pack: str, now: Any) -> tuple[Any, bool]:
    """The organization meant; in an empty database it is made, and True comes back beside it."""
    from shouwen.ground.models import Organization
    from shouwen.kernel.refusals import Refusal
    from shouwen.packs.choice import found, packs

    there = list(Organization.objects.order_by("id"))
    if not there:
        if not name.strip():
            raise Refusal(_("Nothing was entered yet: name the organization with --org."))
        if pack not in packs():
            known = ", ".join(packs())
            raise Refusal(_("There is no pack “%(name)s”; there are: %(known)s.") % {"name": pack, "known": known})
        return found(packs()[pack], name=name.strip(), at=now), True
    fitting = [org for org in there if not name or org.name == name]
    if len(fitting) != 1:
        known = ", ".join(org.name for org in there)
        raise Refusal(_("Name the organization with --org: %(known)s.") % {"known": known})
    return fitting[0], False


def _staff(house: Any, number: str, name: str, now: Any) -> Any:
    """Somebody entered already, or a new card under the next free number."""
    from shouwen.ground.actors import system_actor
    from shouwen.ground.models import Staff
    from shouwen.kernel.refusals import Refusal
    from shouwen.kernel.registers import register

    if number:
        found = Staff.objects.filter(org=house, number=number).first()
        if found is None:
            raise Refusal(_("There is nobody with the staff number “%(number)s”.") % {"number": number})
        return found
    if not name.strip():
        raise Refusal(_("Say whose account it is: --staff NUMBER, or --name NAME for somebody new."))
    taken = set(Staff.objects.filter(org=house).values_list("number", flat=True))
    free = next(text for n in range(1, len(taken) + 2) if (text := f"S{n:03d}") not in taken)
    return register("staff").add({"name": name.strip(), "number": free}, actor=system_actor(house.pk), at=now)


def _account(username: str) -> Any:
    from shouwen.ground.models import Account

    account = Account.objects.filter(username__iexact=username).first()
    if account is None:
        _stop(_("There is no account “%(name)s”.") % {"name": username})
    return account


def _refused(refusal: Any) -> Any:
    """The sentences of a refusal: of the fields where there are any, else its own."""
    fields = getattr(refusal, "errors", None) or {}
    _stop(" ".join(text for texts in fields.values() for text in texts) or refusal.sentence)


def _stop(sentence: str) -> Any:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
