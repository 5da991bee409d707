"""One spelling for every value, so that a digest made on one database is the same on another."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

_PLAIN = frozenset((type(None), int, bool))
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: UTC microseconds, NFC text, rows by id, money as integers. Floats are refused."""
    sort = type(value)
    if sort in _PLAIN or (sort is str and value.isascii()):
        return value
    if sort is dict:
        return {
            (key if type(key) is str and key.isascii() else plain(str(key))): (
                inner if type(inner) in _PLAIN else plain(inner)
            )
            for key, inner in value.items()
        }
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be journaled")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {plain(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (float, Decimal)):
        raise ValueError("quantities are journaled as integers in their smallest unit")
    return unicodedata.normalize("NFC", str(value))


def canonical(value: Any) -> bytes:
    """The canonical JSON of a plain value: sorted keys, no spaces, UTF-8."""
    return spelled(plain(value))


def spelled(value: Any) -> bytes:
    """The same of a value that is plain already."""
    return _ENCODER.encode(value).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
