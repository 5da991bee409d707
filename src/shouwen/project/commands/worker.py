"""`shouwen worker`: alarms, messages, timed tasks. `shouwen serve` starts one beside the web."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import typer

from shouwen.project.tongue import _

app = typer.Typer()


@app.command(
    help=_(
        "Fire alarms, deliver messages and do timed tasks until Ctrl-C or SIGTERM. Several may run; one that dies loses its claims."
    ),
)
def worker(
    pause: float = typer.Option(1.0, min=0.05, max=60, help=_("Seconds of rest when there is nothing to do.")),
) -> None:
    from shouwen.project.start import start

    start()
    from django.utils import timezone

    from shouwen.kernel.worker import Worker

    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, stop)
    Worker(timezone.now).run(stopping, pause=pause)
