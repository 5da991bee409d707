"""Reading what was sent: JSON objects of answers, moments, idempotency keys, files by their keys."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

from shouwen.api.keys import pk_of
from shouwen.ground.models import File
from shouwen.kernel.refusals import Invalid


def not_right(errors: dict[str, list[str]]) -> Invalid:
    return Invalid(_("Some answers are missing or not right."), errors=errors)


def body_of(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise HttpError(400, _("The body is not JSON.")) from None
    if not isinstance(data, dict):
        raise HttpError(400, _("The body is an object of answers."))
    if holds_zero(data):
        raise HttpError(400, _("Zero characters cannot be kept."))
    return data


def holds_zero(value: Any) -> bool:
    """Whether a text anywhere inside holds a zero character or half of one, which no database keeps."""
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return any(holds_zero(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(holds_zero(part) for part in value)


def clean(text: str) -> str:
    """Text that a database can hold: no zero characters."""
    if "\x00" in text:
        raise HttpError(400, _("Zero characters cannot be searched for."))
    return text


def key_sent(request: HttpRequest) -> str:
    """The idempotency key; one that is too long is refused, since two cut ones could be the same."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 120 or not key.isprintable():
        raise HttpError(400, _("Idempotency-Key is at most 120 printable characters."))
    return key


def one_value(word: str, value: Any) -> Any:
    if isinstance(value, (dict, list)):
        raise not_right({word: [_("This is one value, not several.")]})
    return value


def moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            raise ValueError
        at.timestamp()
    except (ValueError, OverflowError):
        sentence = _("happened_at is a moment with its offset, such as 2026-11-24T10:00:00+08:00.")
        raise Invalid(sentence, errors={"happened_at": [sentence]}) from None
    return at


def stored(request: HttpRequest, word: str, key: str) -> File:
    """A file sent before, by the key it was answered with."""
    pk = pk_of("file", key)
    file = File.objects.filter(pk=pk, org_id=request.actor.org_id, erased_at__isnull=True).first() if pk else None
    if file is None:
        raise not_right({word: [_("Send the file first, then its id.")]})
    return file
