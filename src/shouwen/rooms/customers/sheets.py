"""Reading what a register was kept in: Excel and CSV as rows of text, whatever a date or number looked like there."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.kernel.refusals import Refusal

BYTES, UNPACKED, ROWS, COLUMNS = 20 * 1024 * 1024, 300 * 1024 * 1024, 100_000, 100
XLS = b"\xd0\xcf\x11\xe0"


@dataclass
class Sheet:
    """One table as text; rows are counted as the spreadsheet counts them, from 1."""

    name: str
    rows: list[list[str]] = field(default_factory=list)


def read(data: bytes, name: str) -> list[Sheet]:
    """The tables of a file. Raises `Refusal` with a sentence for what is no table, or far too much."""
    if not data:
        raise Refusal(_("This file is empty."))
    if len(data) > BYTES:
        raise Refusal(_("This file is larger than %(most)d MB; split it.") % {"most": BYTES // 1_048_576})
    if data.startswith((b"PK\x03\x04", XLS)):
        return _excel(data)
    return [_csv(data, name)]


def _excel(data: bytes) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    _unpacks(data)
    found = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > ROWS:
                raise Refusal(_("A table has at most %(most)d rows here; split it.") % {"most": ROWS})
            rows = [[text_of(value) for value in row[:COLUMNS]] for row in sheet.to_python(skip_empty_area=False)]
            found.append(Sheet(name, rows))
    except (CalamineError, OSError, ValueError) as error:
        raise Refusal(_("This is no Excel file that can be read.")) from error
    return found


def _unpacks(data: bytes) -> None:
    """A small file that unpacks into a huge one is not opened at all."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > UNPACKED:
                raise Refusal(_("This file unpacks into far too much; it is not opened."))
    except zipfile.BadZipFile as error:
        raise Refusal(_("This is no Excel file that can be read.")) from error


def _csv(data: bytes, name: str) -> Sheet:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refusal(_("This is neither Excel nor a table of text."))
    if "\x00" in text or not any(mark in text for mark in ",;\t"):
        raise Refusal(_("This is neither Excel nor a table of text."))
    first = text.splitlines()[0]
    mark = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=mark):
            rows.append([text_of(value) for value in row[:COLUMNS]])
            if len(rows) > ROWS:
                raise Refusal(_("A table has at most %(most)d rows here; split it.") % {"most": ROWS})
    except csv.Error as error:
        raise Refusal(_("This is neither Excel nor a table of text.")) from error
    return Sheet(name, rows)


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\x00", "").strip()
