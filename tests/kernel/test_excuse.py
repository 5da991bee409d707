"""An excuse: a director's, for a promise that ended late or broken, and for no other; the first verdict stays beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.models import Clock
from tests.support import a_case, act, refused
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=2)


@pytest.fixture
def late(world):
    """A job finished a day after its four working hours."""
    case = act(world, "begin", a_case(world, "job"))
    return act(world, "finish", case, at=MONDAY + timedelta(days=1))


def test_late_is_excused_and_stays_on_record(world, late):
    act(world, "excuse", late, who="director", at=LATER, clock="quick.1.1")
    clock = Clock.objects.get(case=late, key="quick")
    assert (clock.verdict, clock.original) == ("excused", "late")


@pytest.mark.clause("S6-1.03")
@pytest.mark.parametrize("clock", ["daily.1.1", "quick.1.2", "quick", "window.1.1", "quick.1.1 "])
def test_what_was_kept_still_runs_or_never_ran_is_not_excused(world, late, clock):
    data = {"clock": clock.strip() + "x" if clock.endswith(" ") else clock, "note": "台风"}
    assert (
        refused("excuse", actor=world.actor("director", at=LATER), case=late, data=data, at=LATER).clause == "S6-1.03"
    )


@pytest.mark.clause("S6-1.03")
def test_nobody_but_the_director_excuses(world, late):
    data = {"clock": "quick.1.1", "note": "台风"}
    for who in ("desk", "supervisor", "steward1"):
        assert refused("excuse", actor=world.actor(who, at=LATER), case=late, data=data, at=LATER).status == 403
