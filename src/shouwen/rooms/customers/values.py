"""Single values as people write them into a register: areas, days, numbers, roles; each refused under its heading."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from shouwen.ground import identity, phones

ROLES = {
    "业主": "OWNER", "产权人": "OWNER", "户主": "OWNER", "owner": "OWNER", "共有人": "CO_OWNER", "共有产权人": "CO_OWNER", "租户": "TENANT",
    "租客": "TENANT", "承租人": "TENANT", "tenant": "TENANT", "家属": "FAMILY", "家庭成员": "FAMILY", "配偶": "FAMILY", "子女": "FAMILY",
    "父母": "FAMILY", "family": "FAMILY", "临时": "TEMPORARY", "暂住": "TEMPORARY", "保姆": "HOUSE_STAFF", "家政": "HOUSE_STAFF",
}  # fmt: skip
STATES = {
    "未售": "unsold", "未出售": "unsold", "已交付": "handed_over", "已售": "handed_over", "已出售": "handed_over", "已入住": "occupied",
    "入住": "occupied", "自住": "occupied", "出租": "occupied", "已出租": "occupied", "空置": "vacant", "未入住": "vacant", "装修": "renovating",
    "装修中": "renovating", "已装修": "handed_over",
}  # fmt: skip
OF_HOUSE_CODES = {"1001": "OWNER", "1002": "FAMILY", "1003": "TENANT", "2001": "handed_over", "2002": "vacant"}


class Wrong(Exception):
    """A value cannot be taken: under which field, and why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


def area(name: str, text: str) -> int | None:
    text = re.sub(r"[㎡m²平方米\s]", "", text)
    if not text:
        return None
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        raise Wrong(name, _("This is no area in square metres.")) from None
    if not (value.is_finite() and 0 <= value <= 100_000_000):
        raise Wrong(name, _("This is no area in square metres."))
    return int(value.to_integral_value())


def day(name: str, text: str) -> date | None:
    """A day in the ways people write it: 2026-01-05, 2026/1/5, 2026.1.5, 2026年1月5日."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?", text)
    try:
        if found is None:
            raise ValueError
        found_day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Wrong(name, _("There is no such day.")) from None
    if not 1900 <= found_day.year <= 2200:
        raise Wrong(name, _("There is no such day."))
    return found_day


def phone(values: dict[str, str], name: str) -> str:
    text = values.get(name, "")
    if not text:
        return ""
    found = phones.normal(text)
    if found is None:
        raise Wrong(name, _("This is no telephone number."))
    return found


def document(values: dict[str, str], *, today: date) -> tuple[str, str] | None:
    text = identity.normal(values.get("id_number", ""))
    if not text:
        return None
    digits = sum(letter.isdigit() for letter in text)
    kind = (
        "resident_id"
        if len(text) in (15, 18) and digits >= 15 and text[:6].isdigit() and text[6:8] in ("18", "19", "20")
        else ""
    )
    if not kind:
        kind = "company_code" if len(text) == 18 else "passport" if len(text) < 12 else "resident_id"
    try:
        return kind, identity.checked(kind, text, today=today)
    except ValidationError as error:
        raise Wrong("id_number", str(error.messages[0])) from None
