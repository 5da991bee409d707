"""The sweep: what a rung does survives being killed at any point, and happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel import outbox
from shouwen.kernel import sweep as sweeping
from shouwen.kernel.models import Alarm, Case, Entry
from shouwen.kernel.perform import perform
from tests.world import MONDAY

LATER = MONDAY + timedelta(days=30)


class Killed(Exception):
    """The process dies here."""


def a_job(world) -> Case:
    entry = perform(
        "open", actor=world.actor("desk"), at=MONDAY, kind="job", data={"place": "1-1-101", "words": "滴水"}
    )
    return Case.objects.get(pk=entry.stream_id)


def stops_of(case: Case) -> list[tuple[str, object]]:
    rows = Entry.objects.filter(stream_type="case", stream_id=case.pk, step="stop")
    return [(entry.to_state, entry.happened_at) for entry in rows]


def test_a_rung_takes_its_step_dated_at_the_rung(world):
    case = a_job(world)

    done = sweeping.sweep(at=LATER)

    limit = Alarm.objects.get(clock__key="limit")
    assert done.steps == 1
    assert stops_of(case) == [("stopped", limit.planned_at)]


def test_killed_between_alarm_and_step_the_step_is_taken_by_the_next_delivery_once(world, monkeypatch):
    case = a_job(world)

    def dies(*_args, **_named):
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(outbox, "hand", dies)
        with pytest.raises(Killed):
            sweeping.sweep(at=LATER)
    assert Alarm.objects.filter(clock__key="limit").count() == 1
    assert stops_of(case) == []

    while outbox.drain("other", at=LATER):
        pass
    sweeping.sweep(at=LATER)

    assert [state for state, _at in stops_of(case)] == ["stopped"]
    assert Alarm.objects.filter(clock__key="limit").count() == 1
