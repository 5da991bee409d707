"""`shouwen replay`: a real log through the real steps at its own times."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Put a real log through the real steps at its own times, in a scratch database unless told otherwise. Alarms fire in "
        "simulated time and nothing leaves the outbox. PLAN is a TOML file or the name of one in examples/replay."
    ),
)
def replay(
    plan: str = typer.Argument(..., help=_("Plan: how the log is read (a TOML file, or a name such as boston311).")),
    file: Path = typer.Argument(..., help=_("Log: a CSV file, plain or packed as .xz.")),
    limit: int = typer.Option(0, min=0, help=_("Only the first so many rows.")),
    as_json: bool = typer.Option(False, "--json", help=_("The last line is one JSON object.")),
    database: str = typer.Option("", "--database", help=_("Address of an empty database to replay into, and to keep.")),
    audit: bool = typer.Option(
        False, "--audit", help=_("Audit journal and clocks at the end; a difference is an error.")
    ),
) -> None:
    from shouwen.project.replaying.plan import PlanError, find_plan, rows_of

    try:
        found = find_plan(plan)
        rows = [row for _n, row in zip(range(limit or sys.maxsize), rows_of(file), strict=False)]
        limits = found.limits(file)
    except (PlanError, ValueError, KeyError) as error:
        print(str(error), file=sys.stderr)
        raise typer.Exit(2) from None
    with tempfile.TemporaryDirectory(prefix="shouwen-replay-") as folder:
        _prepare(folder, database, found.spec["zone"])
        figures, wrong = _run(found, rows, limits, as_json=as_json, audit=audit)
        from django.db import connection

        connection.close()
    if as_json:
        print(json.dumps(figures, ensure_ascii=False), flush=True)
    if wrong:
        raise typer.Exit(1)


def _prepare(folder: str, database: str, zone: str) -> None:
    """A database of its own, in a folder that goes with the run, unless one is named; days begin in the log's zone."""
    os.environ["SHOUWEN_ZONE"] = zone
    os.environ["SHOUWEN_DATA"] = folder
    os.environ["DATABASE_URL"] = database or f"sqlite:///{folder}/replay.sqlite3"
    from shouwen.project import schema
    from shouwen.project.start import start

    start()
    if schema.pending():
        schema.migrate()
    if not schema.empty():
        print(_("This database holds an organization already: a replay wants an empty one."), file=sys.stderr)
        raise typer.Exit(1)
    from django.db import connection

    if connection.vendor == "sqlite" and not database:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


def _run(
    plan: Any, rows: list[dict[str, str]], limits: dict[str, Any], *, as_json: bool, audit: bool
) -> tuple[dict[str, Any], int]:
    from shouwen.project.replaying import events, requests
    from shouwen.project.replaying.drive import Drive
    from shouwen.project.replaying.scene import Scene

    said = sys.stderr if as_json else sys.stdout
    drive = Drive(Scene(plan.spec.get("site", plan.name)))
    if sys.stderr.isatty():
        drive.progress = lambda: print(f"\r{drive.steps}", end="\r", file=sys.stderr, flush=True)
    began = time.monotonic()
    found = requests.run(plan, rows, limits, drive) if plan.spec["log"] == "requests" else events.run(plan, rows, drive)
    seconds = time.monotonic() - began
    figures = {"rows": len(rows), **found, "steps": drive.steps, "seconds": round(seconds, 1)}
    for name, value in figures.items():
        print(f"{name}: {value}", file=said)
    for name in ("due", "verdict", "counters"):
        if compared := found.get(f"{name}_compared"):
            print(f"{name}: {found[f'{name}_agree'] / compared:.2%}", file=said)
    print(
        _("%(rate)d steps a second, %(alarms)d alarms in simulated time")
        % {"rate": drive.steps / max(seconds, 0.001), "alarms": drive.alarms},
        file=said,
    )
    drive.tell_spoilt(lambda line: print(line, file=said))
    return figures, _audit(said) if audit else 0


def _audit(said: Any) -> int:
    from shouwen.kernel.audit import audit_clocks, audit_journal

    wrong = 0
    for name, run in (("journal", audit_journal), ("clocks", audit_clocks)):
        differences = list(run())
        wrong += len(differences)
        print(f"audit {name}: {len(differences)}", file=said)
        for difference in differences[:20]:
            print(f"  {difference}", file=said)
    return wrong
