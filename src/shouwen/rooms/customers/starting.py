"""The worker's part in imports: starts each in a process of its own, and starts it again where that was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta

from shouwen.kernel.models import Outbox
from shouwen.kernel.outbox import consumer
from shouwen.rooms.customers import running
from shouwen.rooms.customers.models import ImportRun

AGAIN = timedelta(seconds=20)  # when the worker looks whether a run still goes on


@consumer(running.KEY, "start", calls_out=True)
def start(message: Outbox, at: datetime) -> None:
    """Looks after a run until it has ended; whoever works at it holds a claim, so two never do."""
    kept = ImportRun.objects.filter(pk=message.ref or 0).first()
    if kept is None or not kept.under_way:
        return
    if kept.claimed_until is None or kept.claimed_until <= at:
        command = [sys.executable, "-m", "shouwen.rooms.customers.taker", str(kept.pk), at.isoformat()]
        subprocess.Popen(command, env={**os.environ}, start_new_session=True, stdin=subprocess.DEVNULL)
    running.hand_over(kept, at=at + AGAIN)
