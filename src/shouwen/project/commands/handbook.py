"""`shouwen handbook`: each clause, what enforces it, which tests guard it, how its promises stand."""

from __future__ import annotations

import json

import typer

from shouwen.project.tongue import _, chosen

app = typer.Typer()


@app.command(
    help=_("List the clauses of the handbook with what enforces each, the tests beside it and its live figure.")
)
def handbook(
    clause: str = typer.Argument("", help=_("Only this clause, or those that begin so: S6-12")),
    as_json: bool = typer.Option(False, "--json", help=_("A JSON list instead of text.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.db import DatabaseError

    from shouwen.kernel import handbook as book

    wanted = [one for one in book.clauses() if one.id.startswith(clause)]
    try:
        figures = book.figures_of()
    except DatabaseError:  # no database made yet: the handbook itself needs none
        figures = {}
    if as_json:
        print(json.dumps([book.line(one, figures) for one in wanted], ensure_ascii=False, indent=1))
        return
    for one in wanted:
        figure = figures.get(one.id)
        said = " · ".join(f"{book.verdict_label(verdict)} {count}" for verdict, count in sorted((figure or {}).items()))
        print(f"{one.id}  {one.zh if chosen() == 'zh-hans' else one.en}")
        decision = one.decision_zh if chosen() == "zh-hans" else one.decision_en
        for line in (decision, said, *one.enforced_by):
            if line:
                print(f"    {line}")
    if not wanted:
        print(_("There is no such clause."))
        raise typer.Exit(1)
