"""`shouwen sweep`: the alarms that are due, once, where no worker runs."""

from __future__ import annotations

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Fire every alarm that is due now, once, and stop: for a timer of the system where no worker runs. The messages "
        "wait for a worker unless --deliver is given. Running it twice, or beside a worker, doubles nothing."
    )
)
def sweep(
    deliver: bool = typer.Option(False, "--deliver", help=_("Deliver the waiting messages too.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.kernel.sweep import sweep
    from shouwen.kernel.worker import Worker

    now = timezone.now()
    done = sweep(at=now)
    print(
        _("%(alarms)d alarms, %(steps)d steps taken by them, %(rolled)d cases with a new day.")
        % {"alarms": done.alarms, "steps": done.steps, "rolled": done.rolled}
    )
    if deliver:
        worker, sent = Worker(timezone.now), 0
        while busy := worker.turn():
            sent += busy
        worker.stop()
        print(_("%(count)d messages and figures worked off.") % {"count": sent})
