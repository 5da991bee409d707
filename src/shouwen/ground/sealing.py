"""Values that no copy of the database gives away: sealed with the installation's keys, found again by a fingerprint.

The first key of SHOUWEN_FIELD_KEYS seals; each of them opens. `shouwen reseal` seals everything anew.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

MARK = "sealed:"


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(text) for text in texts])


def keys() -> MultiFernet:
    return _keys(tuple(settings.FIELD_KEYS))


def seal(text: str) -> str:
    """The text as it may lie in a table, a journal or a backup."""
    return MARK + keys().encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """The text behind a seal. Raises `ValueError` where the key is gone."""
    if not token.startswith(MARK):
        return token
    try:
        return keys().decrypt(token.removeprefix(MARK).encode()).decode()
    except InvalidToken as error:
        raise ValueError("sealed with a key that is not among SHOUWEN_FIELD_KEYS") from error


def fingerprints(text: str) -> list[str]:
    """By what a sealed text is found: one for each key, the present one first. Nobody computes them without the keys."""
    return [_print(key, text) for key in settings.FIELD_KEYS]


def fingerprint(text: str) -> str:
    return fingerprints(text)[0] if text else ""


def _print(key: str, text: str) -> str:
    inner = hmac.new(key.encode(), b"fingerprint", hashlib.sha256).digest()
    return hmac.new(inner, text.encode(), hashlib.sha256).hexdigest()


class SealedField(models.TextField):
    """A text column that is sealed in the database and plain in the program."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return seal(text) if text and not str(text).startswith(MARK) else text

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return unseal(value) if value else value


def sealed_columns() -> Iterator[tuple[type[models.Model], SealedField]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field


def reseal(*, batch: int = 500) -> int:
    """Seals every value with the present key and renews its fingerprint; returns how many. Old keys may go afterwards."""
    count = 0
    for model, field in sealed_columns():
        names = [field.name, *(["fingerprint"] if any(f.name == "fingerprint" for f in model._meta.fields) else [])]
        last = 0
        while True:
            with transaction.atomic():
                rows: list[Any] = list(
                    model._default_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:batch]
                )
                for row in rows:
                    value = getattr(row, field.name)
                    if "fingerprint" in names:
                        row.fingerprint = fingerprint(value)
                    row.save(update_fields=names)
                count += len(rows)
            if not rows:
                break
            last = rows[-1].pk
    return count
