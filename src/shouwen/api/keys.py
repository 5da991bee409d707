"""Public keys: what JSON says instead of a row's internal id. Stable, signed, of one sort of row only."""

from __future__ import annotations

from typing import Any

from django.core import signing


def key_of(sort: str, pk: int) -> str:
    """The key of a row; `sort` keeps the key of a file from opening a card."""
    return signing.Signer(salt=f"api.{sort}").sign_object(pk)


def pk_of(sort: str, key: Any) -> int | None:
    """The id behind a key, None where nobody was ever given such a key."""
    try:
        pk = signing.Signer(salt=f"api.{sort}").unsign_object(str(key))
    except (signing.BadSignature, ValueError, UnicodeError):
        return None
    return pk if isinstance(pk, int) else None
