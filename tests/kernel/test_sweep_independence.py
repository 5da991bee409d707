"""A verdict depends on what happened and when, not on when or how often the sweep ran."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwen.kernel.audit import audit_clocks
from shouwen.kernel.models import Clock
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.sweep import sweep
from tests.support import a_case
from tests.world import MONDAY, World

STEPS = {
    "inform": {"told": "样例", "how": "phone"}, "promise": {"told": "样例"}, "postpone": {"told": "样例", "note": "样例"},
    "reply": {"answer": "样例", "how": "phone"}, "withdraw": {"note": "样例"},
}  # fmt: skip
MINUTES = st.integers(1, 5 * 24 * 60)
ACTS = st.lists(
    st.tuples(MINUTES, st.sampled_from(sorted(STEPS)), st.integers(0, 300), st.integers(1, 2000)), max_size=6
)
END = MONDAY + timedelta(days=9)


def lived(world: World, acts: list, sweeps: list[int]) -> list[tuple]:
    """A case through these acts (minute recorded, step, minutes late, minutes promised), swept at these minutes; its clocks."""
    case = a_case(world, "enquiry", at=MONDAY)
    actor = world.actor("steward1")
    for minute, (what, *act) in sorted([(m, ("act", *rest)) for m, *rest in acts] + [(m, ("sweep",)) for m in sweeps]):
        now = MONDAY + timedelta(minutes=minute)
        if what == "sweep":
            sweep(at=now)
            continue
        step, late, ahead = act
        data = dict(STEPS[step])
        if step in ("promise", "postpone"):
            data["promised_at"] = (now + timedelta(minutes=ahead)).isoformat()
        happened = max(MONDAY, now - timedelta(minutes=late))
        try:
            perform(step, actor=actor, at=now, happened_at=happened, case=case, data=data)
        except Refusal:
            continue
    sweep(at=END)
    assert [str(d) for d in audit_clocks()] == []
    columns = (
        "key",
        "cycle",
        "seq",
        "starts_at",
        "due_at",
        "stopped_at",
        "ended_at",
        "verdict",
        "postponed",
        "answerable_id",
    )
    return sorted(Clock.objects.filter(case=case).values_list(*columns), key=str)


@pytest.mark.clause("S6-1.08")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS, often=st.lists(MINUTES, max_size=8), rarely=st.lists(MINUTES, max_size=1))
def test_a_verdict_does_not_depend_on_the_sweep(world, acts, often, rarely):
    with transaction.atomic():
        assert lived(world, acts, often) == lived(world, acts, rarely)
        transaction.set_rollback(True)
