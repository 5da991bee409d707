"""Telephone numbers in any way of writing, brought to one searchable form."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_MOBILE = re.compile(r"(?:\+86)?(1(?!79)[3-9]\d{9})", re.ASCII)  # 179 once dialled another company
_SHORT = re.compile(r"\d{3,6}")  # 110, 12345, 95588
_PLAIN = re.compile(r"[\d\s()+./-]{7,}")
_EXTENSION = re.compile(r"(?:转|轉|分机|ext\.?|x|#|-)\s*(\d{1,6})$", re.IGNORECASE)


def normal(text: str, *, region: str = "CN") -> str | None:
    """The number in international form (`+8613800000287`, `+8657187654321,801`), short service numbers as they are;
    None for what is no telephone number."""
    if region == "CN" and (mobile := _MOBILE.fullmatch(text)) is not None:
        return f"+86{mobile[1]}"  # what the library says too, in a hundredth of the time
    from phonenumbers import is_possible_number, is_valid_number

    plain = unicodedata.normalize("NFKC", text).strip()
    if _SHORT.fullmatch(plain):
        return re.sub(r"\D", "", plain)
    whole = _parsed(plain, region)
    if whole is not None and is_valid_number(whole):
        return _written(whole)
    found = _EXTENSION.search(plain)
    if found is not None:
        number = _parsed(plain[: found.start()], region)
        if number is not None and is_valid_number(number):
            return _written(number, found[1])
    return _written(whole) if whole is not None and is_possible_number(whole) else None


def _parsed(text: str, region: str) -> Any:
    import phonenumbers

    if not _PLAIN.fullmatch(text.strip()):
        return None
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _written(number: Any, extension: str = "") -> str:
    import phonenumbers

    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{shown},{extension}" if extension else shown


def last4(number: str) -> str:
    """The last four digits of the number itself, without its extension."""
    return re.sub(r"\D", "", number.split(",")[0])[-4:]


def grouped(number: str) -> str:
    """A Chinese mobile number as people read it aloud: 138 0000 0287."""
    main, _comma, extension = number.partition(",")
    if re.fullmatch(r"\+861\d{10}", main):
        main = f"{main[3:6]} {main[6:10]} {main[10:]}"
    return f"{main} {extension}".strip()
