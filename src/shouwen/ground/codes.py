"""How people say where a home is: `1-2-301`, `1栋2单元301`, `1#2-301`, `一栋二单元301室` are the same; and plates."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")}
_CHINESE = re.compile(r"[零一二三四五六七八九十]+(?=[栋幢座号楼单元梯门层楼室])")
_PARTS = re.compile(r"[栋幢座楼单元梯门号室房#＃/\\\s_.、-]+")
_SAID = re.compile(r"[0-9A-Z]{1,4}(?:-[0-9A-Z]{1,4}){1,3}")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领学警港澳"
_PLATE = re.compile(rf"[{_PROVINCES}][A-Z][A-Z0-9]{{4,5}}[A-Z0-9{_PROVINCES}]")


def _number(text: str) -> str:
    """Chinese numerals up to 99 as digits."""
    tens, ten, ones = text.partition("十")
    if ten:
        return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))
    return "".join(_DIGITS[char] for char in text)


@lru_cache(maxsize=4096)  # a register says the same buildings over and over
def spoken(text: str) -> str:
    """The code of a home in its one form, nothing where the text names none: building, entrance, number."""
    plain = unicodedata.normalize("NFKC", text).upper().strip()
    plain = _CHINESE.sub(lambda found: _number(found[0]), plain)
    plain = plain.replace("一", "-").replace("—", "-").replace("–", "-").replace("－", "-")
    code = "-".join(part for part in _PARTS.split(plain) if part)
    return code if _SAID.fullmatch(code) and any(ch.isdigit() for ch in code) else ""


def plate(text: str) -> str:
    """A number plate in its one form, nothing where it is none (seven characters, eight for electric cars)."""
    plain = "".join(ch for ch in unicodedata.normalize("NFKC", text).upper() if ch.isalnum())
    return plain if _PLATE.fullmatch(plain) else ""


def drawn(code: str) -> tuple[str, int, int] | None:
    """Entrance, storey and position that a unit's code tells: 1-2-301 → entrance 2, storey 3, position 1."""
    parts = code.split("-")
    number = parts[-1]
    if len(parts) < 2 or not number.isdigit() or len(number) < 3:
        return None
    return (parts[1] if len(parts) > 2 else ""), int(number[:-2]), int(number[-2:])
