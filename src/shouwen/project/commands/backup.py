"""`shouwen backup`: everything in one file, while people go on working."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Write database, stored files, keys and the list of erasures into one file, as of one moment, while serving. The "
        "file opens everything: keep it like a safe's key. On PostgreSQL pg_dump is needed."
    )
)
def backup(
    file: Path = typer.Argument(..., help=_("The file to write, such as shouwen-2026-11-25.tar.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.project.archive import ArchiveError
    from shouwen.project.archive import backup as write
    from shouwen.project.progress import line

    try:
        said = write(file, at=timezone.now(), progress=line)
    except ArchiveError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    size = file.stat().st_size / 1_048_576
    print(
        _("%(file)s: %(cases)d cases, %(files)d files, %(size).1f MB.")
        % {"file": file, "cases": said.cases, "files": said.files, "size": size}
    )
