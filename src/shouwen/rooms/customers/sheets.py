"""Reading what a register was kept in: Excel and CSV as rows of text, whatever a date or number looked like there."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from shouwen.kernel.refusals import Refusal
from shouwen.rooms.customers import excel
from shouwen.rooms.customers.excel import text_of

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
    """Read by a process of its own: a file that brings its reader down must not take the server with it."""
    _unpacks(data)
    command = [sys.executable, "-I", str(Path(excel.__file__)), str(ROWS), str(COLUMNS)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=2 * excel.SECONDS, check=False)
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode == excel.TOO_LONG:
        raise Refusal(_("A table has at most %(most)d rows here; split it.") % {"most": ROWS})
    if done is None or done.returncode:
        raise Refusal(_("This is no Excel file that can be read."))
    return [Sheet(name, rows) for name, rows in json.loads(done.stdout)]


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
