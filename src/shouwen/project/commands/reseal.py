"""`shouwen reseal`: protected values are sealed anew with the present key, so that old keys may go."""

from __future__ import annotations

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Seal identity numbers and other protected values anew with the first key of SHOUWEN_FIELD_KEYS. Broken off, "
        "run it again. Afterwards the older keys are needed only for backups made before and for the journal's past."
    )
)
def reseal() -> None:
    from shouwen.project.start import start

    start()
    from shouwen.ground import sealing

    print(_("%(count)d values are sealed with the present key.") % {"count": sealing.reseal()})
