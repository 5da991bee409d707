"""`shouwen token`: keys to the API, of an account; only their hash is stored."""

from __future__ import annotations

import sys
from typing import Any

import typer

from shouwen.project.tongue import _

app = typer.Typer(no_args_is_help=True, help=_("Make, list and revoke keys to the API."))


@app.command(help=_("Make a token of an account and print it, this once. It may do what the account may do."))
def create(
    username: str = typer.Argument(..., help=_("Sign-in name of the account.")),
    name: str = typer.Option(..., "--name", help=_("What uses it: hotline, web form …")),
    days: int = typer.Option(0, "--days", min=0, help=_("It ends after so many days; 0: it does not end by itself.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.ground.models import Account
    from shouwen.kernel import tokens
    from shouwen.kernel.refusals import Refusal

    account = Account.objects.filter(username__iexact=username).first()
    if account is None:
        _stop(_("There is no account “%(name)s”.") % {"name": username})
    try:
        _token, text = tokens.make(account, name=name, at=timezone.now(), days=days or None)
    except Refusal as refusal:
        _stop(refusal.sentence)
    print(text)


@app.command("list", help=_("List the tokens: number, account, use, made, last used, ended."))
def list_tokens() -> None:
    from shouwen.project.start import start

    start()
    from shouwen.kernel.models import Token

    for token in Token.objects.select_related("account").order_by("id"):
        ended = token.revoked_at or token.expires_at
        moments = [f"{at:%Y-%m-%d %H:%M}" if at else "—" for at in (token.created_at, token.used_at, ended)]
        print("  ".join([str(token.pk), token.account.username, token.name, *moments]))


@app.command(help=_("End a token at once."))
def revoke(number: int = typer.Argument(..., help=_("Its number, as the list says."))) -> None:
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.kernel import tokens
    from shouwen.kernel.refusals import Refusal

    try:
        token = tokens.revoke(number, at=timezone.now())
    except Refusal as refusal:
        _stop(refusal.sentence)
    print(
        _("“%(name)s” of %(account)s no longer opens anything.")
        % {"name": token.name, "account": token.account.username}
    )


def _stop(sentence: str) -> Any:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
