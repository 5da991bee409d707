"""Timed tasks: each slot once; one that fails holds up neither the others nor the rest of the worker's round."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel import worker
from shouwen.kernel.models import Beat, Schedule
from tests.world import MONDAY


@pytest.fixture
def ran(monkeypatch):
    """Two tasks every minute, the first of which always fails; what ran is noted."""
    noted: list[str] = []

    def fails(org_id, at):
        noted.append("fails")
        raise RuntimeError("a room's own trouble")

    monkeypatch.setattr(
        worker, "tasks", {"a": ("* * * * *", fails), "b": ("* * * * *", lambda org, at: noted.append("b"))}
    )
    return noted


def turn(at):
    return worker.Worker(lambda: at).turn()


def test_a_task_that_fails_holds_up_nothing_else(world, ran):
    turn(MONDAY)  # the slots are made
    Beat.objects.create(worker="dead", host="-", pid=1, started_at=MONDAY, beat_at=MONDAY - timedelta(hours=1))

    turn(MONDAY + timedelta(minutes=1))

    assert ran == ["fails", "b"]
    assert Beat.objects.get(worker="dead").stopped_at is not None


def test_it_is_tried_again_after_a_while_and_not_at_once(world, ran):
    for seconds in (0, 60, 61, 62, 60 + worker.AGAIN.seconds):
        turn(MONDAY + timedelta(seconds=seconds))

    assert ran.count("fails") == 2
    assert Schedule.objects.get(org=world.org, key="a").last_at is None
