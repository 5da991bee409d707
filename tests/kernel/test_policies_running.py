"""A policy's version over clocks that run: previewed, applied in the background, resumable, finished clocks untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.kernel import clocks, policies
from shouwen.kernel.audit import audit_clocks
from shouwen.kernel.models import Clock, Entry, PolicyVersion
from tests.support import a_case, act
from tests.world import MONDAY, at

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def running(world):
    """Enquiries under way: one just taken, one with a finished clock, one that other promises hold too."""
    cases = [a_case(world, "enquiry", at=MONDAY) for _n in range(5)]
    act(world, "reply", cases[4], at=MONDAY + timedelta(minutes=30))
    return cases


def due_times() -> dict[str, object]:
    return dict(Clock.objects.filter(key="answer_by").values_list("case__no", "due_at"))


def test_the_preview_says_what_applying_then_does(world, running):
    before = due_times()

    seen = policies.preview("enquiry.answer", "3wd", actor=world.actor("manager"), at=LATER)
    policies.publish("enquiry.answer", "3wd", actor=world.actor("manager"), at=LATER, to_running=True)
    moved = policies.apply_waiting(at=LATER)

    after = due_times()
    assert (seen.looked_at, seen.moved, seen.late, moved) == (4, 4, 0, 4)
    assert {(no, old, new) for no, _key, old, new in seen.examples} == {
        (case.no, before[case.no], after[case.no]) for case in running[:4]
    }
    assert after[running[4].no] == before[running[4].no]
    assert after[running[0].no] == at("2026-11-26 18:00")
    assert [str(d) for d in audit_clocks()] == []


def test_a_shorter_limit_shows_what_would_turn_late(world, running):
    seen = policies.preview("enquiry.answer", "30min", actor=world.actor("manager"), at=LATER)
    assert (seen.moved, seen.late) == (4, 4)


def test_a_version_for_new_ones_alone_moves_nothing(world, running):
    seen = policies.preview("enquiry.answer", "3wd", actor=world.actor("manager"), at=LATER, to_running=False)
    assert (seen.looked_at, seen.moved) == (4, 0)


def test_a_straight_preview_says_what_the_fold_says(world, running, monkeypatch):
    asked = {"actor": world.actor("manager"), "at": LATER}
    straight = [policies.preview("enquiry.answer", goal, **asked) for goal in ("30min", "1wd", "2wd", "10wd")]
    monkeypatch.setattr(policies, "_reckoned", lambda *given: None)
    assert straight == [policies.preview("enquiry.answer", goal, **asked) for goal in ("30min", "1wd", "2wd", "10wd")]


def test_broken_off_it_goes_on_where_it_stopped(world, running, monkeypatch):
    whole, calls = clocks.refold_many, []

    def dying(cases, **given):
        calls.append(len(cases))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(cases, **given)

    monkeypatch.setattr(policies, "BATCH", 2)
    monkeypatch.setattr(clocks, "refold_many", dying)
    version = policies.publish("enquiry.answer", "3wd", actor=world.actor("manager"), at=LATER, to_running=True)
    with pytest.raises(KeyboardInterrupt):
        policies.apply_waiting(at=LATER)
    assert PolicyVersion.objects.get(pk=version.pk).applied_at is None

    monkeypatch.setattr(clocks, "refold_many", whole)
    done = policies.apply_waiting(at=LATER)

    assert (done, policies.apply_waiting(at=LATER)) == (2, 0)
    assert Clock.objects.filter(key="answer_by", policy_version=version.pk).count() == 4
    assert Entry.objects.filter(stream_type="policy", step="publish").count() == 1
    assert [str(d) for d in audit_clocks()] == []


def test_many_cases_take_as_many_queries_as_few(world):

    counts = []
    for more in (2, 4):
        cases = [a_case(world, "enquiry", at=MONDAY) for _n in range(more)]
        with CaptureQueriesContext(connection) as caught:
            policies.refold_cases([case.pk for case in cases], at=LATER)
        counts.append(len(caught))
    assert counts[0] == counts[1]
