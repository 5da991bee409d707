"""`shouwen doctor`: whether this installation is in order."""

from __future__ import annotations

import json
import sys

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Look the installation over: database, tables, keys, worker, screens, fonts, mail, demo accounts. Non-zero if something is broken."
    ),
)
def doctor(
    as_json: bool = typer.Option(False, "--json", help=_("One JSON object instead of lines.")),
) -> None:
    from shouwen.project.examination import examine
    from shouwen.project.start import start

    start()
    findings = examine()
    if as_json:
        rows = [{"level": f.level, "what": f.what, "said": f.said, "remedy": f.remedy} for f in findings]
        print(json.dumps({"findings": rows, "broken": any(f.level == "broken" for f in findings)}, ensure_ascii=False))
    else:
        marks = {"fine": "✓", "note": "·", "warning": "!", "broken": "✗"}
        for finding in findings:
            print(f"{marks[finding.level]} {finding.what}: {finding.said}")
            if finding.remedy:
                print(f"    → {finding.remedy}")
    if any(finding.level == "broken" for finding in findings):
        sys.exit(1)
