"""`shouwen due`: when something is due, and why; needs neither database nor settings."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import typer

from shouwen.project.tongue import _, chosen

app = typer.Typer()


@app.command(
    help=_("Tell when something is due, by a working calendar; with --explain count it line by line."),
    epilog=_("Example: shouwen due --calendar cn --start 2026-09-30T10:00 --goal 7wd --explain"),
)
def due(
    calendar: str = typer.Option("cn", help=_("A built-in calendar (cn, desk, always) or a JSON file with one.")),
    start: str = typer.Option(
        "", help=_("When the count starts: 2026-09-30T10:00, in the calendar's zone unless it says its own.")
    ),
    goal: str = typer.Option("", help=_("15min, 24h, 8wh, 3wd, 7d, 1mo, 3..5wd, 1wd@17:30, 2wd@start …")),
    explain: bool = typer.Option(False, "--explain", help=_("Show the count line by line.")),
    batch: str = typer.Option("", metavar="FILE", help=_("Answer questions from JSON Lines (- reads standard input).")),
    language: str = typer.Option("", help=_("Language of the count: zh or en (default: that of the command line).")),
) -> None:
    from shouwen.worktime import Calendar
    from shouwen.worktime.command import due_text

    if batch:
        return answer(batch)
    if not start or not goal:
        raise typer.BadParameter(_("Give --start and --goal, or --batch FILE."))
    try:
        datetime.fromisoformat(start)
    except ValueError:
        raise typer.BadParameter(
            _("“%(text)s” is not a date and time such as 2026-09-30T10:00.") % {"text": start}
        ) from None
    try:
        found = (
            Calendar.from_json(json.loads(Path(calendar).read_text("utf-8")))
            if calendar.endswith(".json")
            else calendar
        )
        print(due_text(found, start, goal, count=explain, language=language or chosen()))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    return None


def answer(path: str) -> None:
    """One JSON line for each line read, in order."""
    from shouwen.worktime.batch import run

    with sys.stdin if path == "-" else Path(path).open(encoding="utf-8") as lines:
        for line in run(lines):
            sys.stdout.write(line + "\n")
