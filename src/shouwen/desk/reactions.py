"""What the desk does behind the pages: papers that take long are set, and removed when they were kept long enough."""

from __future__ import annotations

from datetime import datetime

from shouwen.desk import bulk
from shouwen.kernel.models import Outbox
from shouwen.kernel.outbox import consumer
from shouwen.kernel.worker import scheduled


@consumer(bulk.KEY, "set", calls_out=True)
def set_papers(message: Outbox, at: datetime) -> None:
    bulk.start(message.ref or 0, at=at)


@scheduled("papers.tidy", "10 * * * *")
def tidy(org_id: int, at: datetime) -> None:
    bulk.tidy(org_id, at=at)
