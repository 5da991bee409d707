"""Telephone numbers in any way of writing, brought to one searchable form."""

from __future__ import annotations

import re
import unicodedata

_EXTENSION = re.compile(r"(?:转|轉|ext\.?|x|#|-)\s*(\d{1,6})$", re.IGNORECASE)


def normal(text: str, *, region: str = "CN") -> str | None:
    """The number in international form (`+8613800000287`, `+8657187654321,801`), short service numbers as they are;
    None for what is no telephone number."""
    import phonenumbers

    plain = unicodedata.normalize("NFKC", text).strip()
    digits = re.sub(r"\D", "", plain)
    if 3 <= len(digits) <= 6 and not plain.startswith("+"):
        return digits
    extension = ""
    found = _EXTENSION.search(plain)
    if found and len(re.sub(r"\D", "", plain[: found.start()])) >= 10:
        plain, extension = plain[: found.start()], found[1]
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
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
