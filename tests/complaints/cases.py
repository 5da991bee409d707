"""What the tests of the chapter share: a complaint just taken, one of its clocks, who was told of a step."""

from __future__ import annotations

from datetime import timedelta

from shouwen.kernel.models import Case, Clock, Notice
from tests.support import act
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def clock(case: Case, key: str, cycle: int = 1, seq: int = 1) -> Clock:
    return Clock.objects.get(case=case, key=key, cycle=cycle, seq=seq)


def told(case: Case, step: str) -> set[str]:
    rows = Notice.objects.filter(case=case, template=f"complaint.{step}").select_related("staff", "party")
    return {str(row.staff or row.party) for row in rows}


def opened(world: World, **given) -> Case:
    return act(world, "open", kind="complaint", who=given.pop("who", "desk"), **given)


def customer(world: World, name: str = "fang") -> str:
    return str(world.parties[name].pk)
