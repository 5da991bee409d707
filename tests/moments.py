"""The time that the edge reads while a test runs: it stands still until moved."""

from __future__ import annotations

from datetime import datetime, timedelta


class Moment:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def go(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at
