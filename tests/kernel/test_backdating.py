"""What happened earlier is recorded with its own time: as far back as the office allows, never before what it builds on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Case, Entry
from shouwen.kernel.perform import perform
from shouwen.kernel.policies import publish
from shouwen.kernel.refusals import Refusal
from tests.support import a_case, refused
from tests.world import MONDAY

HOUR = timedelta(hours=1)
DATA = {"place": "1-1-101", "words": "昨天接的电话"}


def opened(world, who: str, hours: int, **more) -> Entry:
    actor = world.actor(who, at=MONDAY)
    return perform("open", actor=actor, at=MONDAY, kind="job", data=DATA, happened_at=MONDAY - hours * HOUR, **more)


@pytest.mark.clause("S6-1.08")
@pytest.mark.parametrize(("who", "hours"), [("desk", 24), ("supervisor", 168), ("director", 744)])
def test_a_call_is_written_down_with_its_own_time_as_far_back_as_the_office_allows(world, who, hours):
    entry = opened(world, who, hours)
    assert (entry.happened_at, entry.recorded_at) == (MONDAY - hours * HOUR, MONDAY)
    assert Case.objects.get(pk=entry.stream_id).opened_at == entry.happened_at

    refusal = refused(
        "open", actor=world.actor(who), kind="job", data=DATA, happened_at=MONDAY - hours * HOUR - timedelta(seconds=1)
    )
    assert refusal.clause == "S6-1.08"


@pytest.mark.clause("S6-1.08")
def test_a_customer_reports_nothing_back_in_time(world):
    assert opened(world, "fang", 0).happened_at == MONDAY
    with pytest.raises(Refusal):
        opened(world, "fang", 1)


@pytest.mark.clause("S6-1.08")
def test_the_manager_changes_how_far_back_the_desk_may_record(world):
    hours = {"staff": 2, "supervisor": 168, "director": 744, "customer": 0}
    publish("journal.backdate_hours", hours, actor=world.actor("manager"), at=MONDAY - HOUR)

    assert opened(world, "desk", 2).happened_at == MONDAY - 2 * HOUR
    with pytest.raises(Refusal):
        opened(world, "desk", 3)


@pytest.mark.clause("S6-1.08")
def test_a_devices_own_record_may_lie_further_back(world):
    assert opened(world, "desk", 30, trusted=True).happened_at == MONDAY - 30 * HOUR


@pytest.mark.clause("S6-1.08")
def test_nothing_is_dated_before_the_case_or_before_the_step_it_builds_on(world):
    case = a_case(world, "job", "done", at=MONDAY)  # taken 10:00, begun 10:10, finished 10:20
    later = MONDAY + 2 * HOUR
    for step, minutes in (("note", -1), ("close", 19)):
        with pytest.raises(Refusal):
            perform(
                step, actor=world.actor("desk", at=later), at=later, case=case, data={"note": "补记"},
                happened_at=MONDAY + timedelta(minutes=minutes),
            )  # fmt: skip
    entry = perform(
        "close", actor=world.actor("desk", at=later), at=later, case=case, happened_at=MONDAY + timedelta(minutes=21)
    )
    assert Case.objects.get(pk=case.pk).closed_at == entry.happened_at
