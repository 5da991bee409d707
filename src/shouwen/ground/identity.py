"""Numbers of identity documents: brought to one form and checked by their own arithmetic, never against a list."""

from __future__ import annotations

import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643, modulo 11-2
CHECKS = "10X98765432"
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z


def normal(text: str) -> str:
    """Without spaces and in one width and case."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(ch for ch in plain if ch.isalnum())


def checked(kind: str, text: str, *, today: date) -> str:
    """The number in its one form. Raises ValidationError with a sentence for the person at the counter."""
    number = normal(text)
    if kind == "resident_id":
        return resident(number, today=today)
    if kind == "company_code":
        return company(number)
    if not 5 <= len(number) <= 20 or not number.isascii():
        raise ValidationError(_("A document number has 5 to 20 letters and digits."))
    return number


def resident(number: str, *, today: date) -> str:
    """An 18-digit resident identity number: a real day of birth, not ahead, and the right last character."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        raise ValidationError(_("A resident identity number has 18 digits, the last may be X."))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValidationError(_("The day of birth in this number does not exist.")) from None
    if born > today or born.year < 1850:
        raise ValidationError(_("The day of birth in this number cannot be."))
    if number[17] != CHECKS[sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=False)) % 11]:
        raise ValidationError(_("This number is mistyped: its last character does not fit."))
    return number


def company(number: str) -> str:
    """A unified social credit code: 18 characters, the last fitting the others."""
    if len(number) != 18 or any(ch not in CODE for ch in number):
        raise ValidationError(_("A unified social credit code has 18 digits and letters (no I, O, S, V, Z)."))
    total = sum(CODE.index(ch) * pow(3, place, 31) for place, ch in enumerate(number[:17]))
    if number[17] != CODE[(31 - total % 31) % 31]:
        raise ValidationError(_("This code is mistyped: its last character does not fit."))
    return number


def born(number: str) -> date | None:
    """The day of birth in a checked resident identity number."""
    if len(number) != 18 or not number[:17].isdigit():
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
