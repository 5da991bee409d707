"""Tokens of the API: shown once when made, stored as a hash, ended by a date or by revoking."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shouwen.ground.models import Account
from shouwen.kernel.canonical import sha256
from shouwen.kernel.models import Token
from shouwen.kernel.refusals import Refusal, Unknown

PREFIX = "sw_"  # by which a leaked token is recognised


def make(account: Account, *, name: str, at: datetime, days: int | None = None) -> tuple[Token, str]:
    """A token of an account and its text, which nobody can read again. `days` = it ends after so many."""
    if not account.is_active:
        raise Refusal(_("This account is disabled."))
    if not name.strip():
        raise Refusal(_("Name the token after what uses it."))
    text = PREFIX + secrets.token_urlsafe(32)
    ends = at + timedelta(days=days) if days is not None else None
    token = Token.objects.create(
        org_id=account.org_id,
        account=account,
        name=name.strip()[:60],
        hash=sha256(text.encode()),
        created_at=at,
        expires_at=ends,
    )
    return token, text


def revoke(token_id: int, *, at: datetime) -> Token:
    """Ends a token at once; a second time changes nothing."""
    token = Token.objects.select_related("account").filter(pk=token_id).first()
    if token is None:
        raise Unknown(_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
    return token
