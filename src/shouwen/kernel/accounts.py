"""Accounts: made, given a first password, disabled, each act journaled. Rights never come from here but from offices."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Account, Organization, Party, Staff
from shouwen.kernel import journal
from shouwen.kernel.models import Token
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Unknown

PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read out wrongly: no l and 1, no o and 0
USERNAME = re.compile(r"[\w.@+-]{2,60}")


def may_keep(actor: Actor) -> bool:
    """Accounts are kept by the administrator, the manager and the director."""
    return actor.system or actor.admin or actor.holds("manager", "director")


def first_password() -> str:
    """A password to be read out once: twelve plain characters; the first sign-in asks for another."""
    return "-".join("".join(secrets.choice(PLAIN) for _n in range(4)) for _group in range(3))


def make(
    username: str, *, actor: Actor, at: datetime, staff: Staff | None = None, party: Party | None = None,
    admin: bool = False, password: str | None = None,
) -> tuple[Account, str]:  # fmt: skip
    """An account of a member of staff or of a customer, and its first password, which nobody can read again.

    A `password` of the person's own choice is kept as it is and need not be changed.
    """
    _check_keeper(actor)
    if admin and not (actor.admin or actor.system):
        raise NotAllowed(_("Only an administrator makes another one."))
    username = username.strip()
    if not USERNAME.fullmatch(username):
        _wrong("username", _("A sign-in name has 2 to 60 letters or digits and no spaces."))
    if Account.objects.filter(username__iexact=username).exists():
        _wrong("username", _("This sign-in name is taken."))
    if staff is not None and Account.objects.filter(staff=staff).exists():
        _wrong("staff", _("%(name)s has an account already.") % {"name": staff.name})
    with transaction.atomic():
        share_rules(actor.org_id)
        text = password or first_password()
        account = Account.objects.make(
            org=Organization.objects.get(pk=actor.org_id), username=username, password=text, staff=staff,
            party=party, is_admin=admin, must_change_password=password is None,
        )  # fmt: skip
        _journal("add", account, actor=actor, at=at, admin=admin)
    return account, text


def new_password(account: Account, *, actor: Actor, at: datetime) -> str:
    """A new first password; every session of the account ends, the next sign-in asks for a password of one's own."""
    _may_touch(account, actor)
    with transaction.atomic():
        share_rules(account.org_id)
        text = first_password()
        account.set_password(text)
        account.must_change_password = True
        account.save(update_fields=["password", "must_change_password"])
        _journal("new_password", account, actor=actor, at=at)
    return text


def switch(account: Account, on: bool, *, actor: Actor, at: datetime) -> None:
    """Disables an account, its keys included, or enables it again; what its person did stays under their name."""
    _may_touch(account, actor)
    if not on and account.pk == actor.account_id:
        raise Refusal(_("You cannot disable the account you are signed in with."))
    if not on and _last_administrator(account):
        raise Refusal(_("“%(name)s” is the last administrator; make another one first.") % {"name": account.username})
    with transaction.atomic():
        share_rules(account.org_id)
        if Account.objects.filter(pk=account.pk, is_active=not on).update(is_active=on):
            account.is_active = on
            if not on:
                Token.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=at)
            _journal("enable" if on else "disable", account, actor=actor, at=at)


def _last_administrator(account: Account) -> bool:
    """Whether nobody else could make an administrator; accounts of the demo are no loss."""
    others = Account.objects.filter(org=account.org_id, is_admin=True, is_active=True).exclude(pk=account.pk)
    return account.is_admin and account.is_active and not account.is_demo and not others.exists()


def _check_keeper(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotAllowed(_("Accounts are kept by the manager, the director or the administrator."))


def _may_touch(account: Account, actor: Actor) -> None:
    if account.org_id != actor.org_id:
        raise Unknown(_("There is no such account."))
    _check_keeper(actor)
    if account.is_admin and not (actor.admin or actor.system):
        raise NotAllowed(_("An administrator's account is kept by administrators alone."))


def _wrong(field: str, sentence: str) -> None:
    raise Invalid(_("Some answers are missing or not right."), errors={field: [sentence]})


def _journal(step: str, account: Account, *, actor: Actor, at: datetime, **facts: Any) -> None:
    saying = journal.Saying(
        step=step,
        happened_at=at,
        recorded_at=at,
        facts={"account": account.pk, **facts},
        body={"username": account.username},
    )
    journal.append(journal.stream(account.org_id, "account", str(account.pk)), saying, actor=actor)
