"""A process of its own that writes one import, so that no alarm waits for it: `python -m shouwen.rooms.customers.taker RUN MOMENT`."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta


def main(run_id: str, moment: str) -> None:
    """Starts Django, then works until the run has ended; the clock goes on from the moment at which it was handed over."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwen.project.settings")
    import django

    django.setup()
    from django.utils import translation

    from shouwen.ground.ids import new_id
    from shouwen.rooms.customers import batches
    from shouwen.rooms.customers.models import ImportRun

    translation.activate(ImportRun.objects.get(pk=run_id).choices.get("language") or "zh-hans")
    at, began = datetime.fromisoformat(moment), time.monotonic()
    for _done in batches.work(
        int(run_id), me=f"{os.getpid()} {new_id()}", clock=lambda: at + timedelta(seconds=time.monotonic() - began)
    ):
        time.sleep(0.01)  # whoever waits for the writer gets in


if __name__ == "__main__":
    main(*sys.argv[1:])
