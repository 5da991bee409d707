"""What is read once for a case as it is at hand: its steps until one is added, its offices at a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.ground.models import Account
from shouwen.kernel.models import Case
from shouwen.kernel.reading import lines_of
from shouwen.kernel.steps_taken import steps_taken
from shouwen.kernel.who import roster_of
from tests.support import a_case, act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def test_steps_are_read_anew_once_one_was_added(world):
    case = a_case(world, "job", at=MONDAY)
    assert steps_taken(case) == {"open"}
    act(world, "note", case, at=MONDAY, note="x")
    now = Case.objects.get(pk=case.pk)
    assert steps_taken(now) == {"open", "note"} and steps_taken(now, cycle=2) == set()

    case.refresh_from_db()
    assert steps_taken(case) == {"open", "note"}


def test_the_journal_that_was_read_tells_the_steps(world):
    case = a_case(world, "job", at=MONDAY)
    act(world, "note", case, at=MONDAY, note="x")
    case = Case.objects.get(pk=case.pk)
    lines_of(case, actor=world.actor("supervisor"))

    with CaptureQueriesContext(connection) as asked:
        assert steps_taken(case) == {"open", "note"}
    assert len(asked) == 0


def test_offices_are_read_once_a_moment_and_place(world):
    case = a_case(world, "job", at=MONDAY)
    roster = roster_of(case, MONDAY)

    assert roster_of(case, MONDAY) is roster
    assert roster_of(case, MONDAY + timedelta(hours=1)) is not roster
    case.site_id = world.places["other"].pk
    assert roster_of(case, MONDAY) is not roster


def test_an_account_is_found_by_its_id_as_by_anything_else(world):
    account = world.accounts["desk"]

    assert Account.objects.get(pk=account.pk) == Account.objects.get(username="desk") == account
    assert Account.objects.get(pk=account.pk).check_password("wrong") is False
    for pk in (1, 2**70, "x"):
        with pytest.raises((Account.DoesNotExist, ValueError)):
            Account.objects.get(pk=pk)
