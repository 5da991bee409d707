"""An Excel 97 workbook (.xls) of one table, as the programs of that time wrote them: BIFF8 records in an OLE file."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

SECTOR, FREE, END, FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(said: str, *, length: str = "<H") -> bytes:
    return struct.pack(length, len(said)) + b"\x01" + said.encode("utf-16-le")


def begin(sort: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, sort, 0x0DBB, 0x07CC, 0x41, 0x06))


def cell(row: int, column: int, value: Any) -> bytes:
    """A number as a number, everything else as text."""
    if isinstance(value, (int, float)):
        return record(0x0203, struct.pack("<HHHd", row, column, 15, value))
    return record(0x0204, struct.pack("<HHH", row, column, 15) + text(value))


def stream(name: str, rows: Sequence[Sequence[Any]]) -> bytes:
    sheet = begin(0x0010)
    wide = max(len(row) for row in rows)
    sheet += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, wide, 0))
    for at, row in enumerate(rows):
        sheet += b"".join(cell(at, column, value) for column, value in enumerate(row) if value != "")
    sheet += record(0x000A)
    head = begin(0x0005) + record(0x0042, struct.pack("<H", 1200))
    named = text(name, length="<B")
    before = len(head) + 4 + 6 + len(named) + 4
    return head + record(0x0085, struct.pack("<IBB", before, 0, 0) + named) + record(0x000A) + sheet


def entry(name: str, sort: int, start: int, size: int, child: int = FREE) -> bytes:
    """One entry of the folder in the file."""
    said = (name + "\x00").encode("utf-16-le")
    known = struct.pack("<HBBIII", len(said) if name else 0, sort, 1, FREE, FREE, child)
    return said.ljust(64, b"\x00") + known + bytes(36) + struct.pack("<IQ", start, size)


def xls(rows: Sequence[Sequence[Any]], *, name: str = "表") -> bytes:
    """The whole file: header, table of sectors, folder, the workbook itself."""
    book = stream(name, rows).ljust(4096, b"\x00")
    sectors = -(-len(book) // SECTOR)
    tables = 1
    while (tables + 1 + sectors) * 4 > tables * SECTOR:
        tables += 1
    chain = [FAT] * tables + [END] + [tables + 2 + n for n in range(sectors - 1)] + [END]
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *[*range(tables), *[FREE] * (109 - tables)])
    folder = entry("Root Entry", 5, END, 0, 1) + entry("Workbook", 2, tables + 1, len(book)) + entry("", 0, 0, 0) * 2
    return header + struct.pack(f"<{len(chain)}I", *chain) + folder + book.ljust(sectors * SECTOR, b"\x00")
