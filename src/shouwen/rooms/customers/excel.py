"""A process of its own that reads an Excel file, with little memory and time: a file made to bring a reader down ends it alone.

Standard input is the file, standard output its tables as JSON. Nothing of the product is loaded.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime
from typing import Any

MEMORY, SECONDS = 2 * 1024**3, 60
TOO_LONG = 3  # how the process ends where a table has too many rows


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


def limited() -> None:
    """So much memory and processor time and no more, where the system can say so."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main(rows: int, columns: int) -> int:
    from python_calamine import CalamineWorkbook

    limited()
    book, found = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())), []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > rows:
            return TOO_LONG
        cells = [[text_of(value) for value in row[:columns]] for row in sheet.to_python(skip_empty_area=False)]
        found.append([name, cells])
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:])))
