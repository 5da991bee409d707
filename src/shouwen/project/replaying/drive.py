"""The clock of a replay: acts in the order of their own times, the sweep and the daily seal in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from shouwen.kernel import seals
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.sweep import sweep
from shouwen.kernel.zones import local_date, midnight
from shouwen.project.replaying.scene import Scene

LOOK = timedelta(hours=1)  # of simulated time between two sweeps
Say = Callable[[str], None]


class Drive:
    """Takes steps at simulated times. Nothing leaves the outbox: no worker runs here."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.steps = self.alarms = 0
        self.now: datetime | None = None
        self.look_at: datetime | None = None
        self.progress: Callable[[], object] = lambda: None
        self.spoilt: Counter[str] = Counter()
        self.named: dict[str, list[str]] = {}

    def until(self, at: datetime) -> None:
        """Lets simulated time pass: rungs fire hour by hour, each day is sealed when it has ended."""
        if self.now is None or self.look_at is None:
            self.now, self.look_at = at, at + LOOK
            return
        if at < self.look_at:
            self.now = max(self.now, at)
            return
        if local_date(at) > local_date(self.now):
            self._sweeps(midnight(local_date(at)))
            day = midnight(local_date(at)) - timedelta(microseconds=1)
            seals.seal_day(self.scene.org.pk, at=day)
        self._sweeps(at)
        self.now, self.look_at = at, at + LOOK

    def _sweeps(self, at: datetime) -> None:
        """Every sweep up to a moment at which a rung is due; the hours without one are passed over."""
        while True:
            first: datetime | None = Clock.objects.aggregate(first=Min("alarm_at"))["first"]
            if first is None or first > at:
                return
            self.alarms += sweep(at=min(at, first + LOOK)).alarms

    def take(self, step: str, *, at: datetime, case: Case | None = None, kind: str = "", **data: Any) -> Entry | None:
        """One step at its own time; a refusal is counted under its sentence."""
        self.until(at)
        try:
            entry = perform(step, actor=self.scene.actor, at=at, case=case, kind=kind, data=data)
        except Refusal as refusal:
            self.spoil(f"{step}: {refusal.sentence}", case.no if case else "")
            return None
        self.steps += 1
        if self.steps % 1000 == 0:
            self.progress()
        return entry

    def spoil(self, why: str, which: str) -> None:
        """Counts a row that cannot be carried out, and names the first ones."""
        self.spoilt[why] += 1
        names = self.named.setdefault(why, [])
        if len(names) < 5:
            names.append(which)

    def tell_spoilt(self, say: Say) -> None:
        for why, count in self.spoilt.most_common():
            say(f"{count} × {why} ({', '.join(name for name in self.named[why] if name)})")
