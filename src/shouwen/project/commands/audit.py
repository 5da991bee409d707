"""`shouwen audit journal` and `shouwen audit clocks`: is everything as it was recorded?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import typer

from shouwen.project.tongue import _

app = typer.Typer(no_args_is_help=True, help=_("Prove the records. Non-zero when something differs, and it is named."))
AS_JSON = typer.Option(False, "--json", help=_("A JSON list of {where, what} instead of lines."))


@app.command(
    help=_(
        "Walk every chain, head, seal and number series: finds what was altered, cut off or taken away, and whose it was."
    )
)
def journal(as_json: bool = AS_JSON) -> None:
    from shouwen.project.start import start

    start()
    from shouwen.kernel.audit import audit_journal

    _report(audit_journal, as_json=as_json, fine=_("The journal is whole."))


@app.command(
    help=_(
        "Work out every clock anew from the journal, policies and calendars, and compare it with what is stored; then the figures."
    )
)
def clocks(as_json: bool = AS_JSON) -> None:
    from shouwen.project.start import start

    start()
    from shouwen.kernel.audit import audit_clocks

    _report(audit_clocks, as_json=as_json, fine=_("Every clock is as the journal says."))


def _report(audit: Callable[..., Iterator[Any]], *, as_json: bool, fine: str) -> None:
    """Prints each difference as it is found (JSON: at the end), progress on a terminal's error output."""
    shown = sys.stderr.isatty()

    def progress(what: str, done: int) -> None:
        if shown:
            print(f"\r{what} {done}", end="", file=sys.stderr, flush=True)

    found = []
    for difference in audit(progress=progress):
        found.append(difference)
        if not as_json:
            print(f"{difference}", flush=True)
    if shown:
        print(file=sys.stderr)
    if as_json:
        print(json.dumps([difference.as_json() for difference in found], ensure_ascii=False))
    elif not found:
        print(fine)
    if found:
        raise typer.Exit(1)
