"""Codes and one-use links: whoever holds one may follow one case, without an account and without a name.

Only the hash is stored. A code has 60 random bits in letters that nobody mistakes when they are read out.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel.canonical import sha256
from shouwen.kernel.models import Case, Credential
from shouwen.kernel.refusals import Refusal, Unknown

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O, 1 I L, U
GROUPS, GROUP = 3, 4
FOLLOW = "follow"  # what the code of somebody who gave no name is for


def _text() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(GROUP)) for _group in range(GROUPS))


def _hash(text: str) -> str:
    return sha256("".join(letter for letter in text.upper() if letter in LETTERS).encode())


def issue(
    case: Case, *, purpose: str, at: datetime, valid_until: datetime | None = None, uses: int | None = None
) -> str:
    """Makes a code for a case and returns its text, which nobody can read again. `uses` = so many times, else any number."""
    text = _text()
    Credential.objects.create(
        org_id=case.org_id, purpose=purpose, hash=_hash(text), case=case, party_id=case.party_id, made_at=at,
        valid_until=valid_until, uses_left=uses,
    )  # fmt: skip
    return text


def _good(at: datetime) -> Q:
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gt=at)
    return lasting & Q(revoked_at__isnull=True) & (Q(uses_left__isnull=True) | Q(uses_left__gt=0))


def find(text: str, *, purpose: str, at: datetime) -> Credential:
    """The credential behind a code, still good at a moment; looking uses nothing up. A wrong code learns nothing."""
    rows = Credential.objects.filter(_good(at), hash=_hash(text), purpose=purpose).select_related("case")
    found = rows.first() if text else None
    if found is None or found.case is None:
        raise Unknown(_("This code is not known, or no longer valid."))
    return found


def use(credential: Credential, *, at: datetime) -> None:
    """Uses a code once, inside the transaction of what it is used for; of two at the same moment one is refused."""
    left = Credential.objects.filter(_good(at), pk=credential.pk)
    one_less = {"uses_left": F("uses_left") - 1} if credential.uses_left is not None else {}
    if not left.update(used_at=at, **one_less):
        raise Refusal(_("This link was used before."))


def revoke(case: Case, *, purpose: str, at: datetime) -> int:
    """Ends every code of a case for a purpose at once; returns how many there were."""
    return Credential.objects.filter(_good(at), case=case, purpose=purpose).update(revoked_at=at)


def holder(credential: Credential) -> Actor:
    """Whoever holds the code: the customer of this one case, without an account."""
    return Actor(
        org_id=credential.org_id, party_id=credential.party_id, case_id=credential.case_id, name="", source="code"
    )
