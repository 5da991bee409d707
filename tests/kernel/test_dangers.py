"""What would hurt most: yesterday judged by today's rules, event and recording time mixed up, the machine's own zone."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from shouwen.desk.prints import html_of
from shouwen.kernel import audit, figures, policies, rulebook
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Alarm, Case, Clock, Figure
from shouwen.kernel.perform import perform
from shouwen.kernel.registry import kinds
from tests.support import a_case, act, travel, verdicts
from tests.world import MONDAY, at

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)


def test_arrived_in_time_and_sent_late_is_kept_and_the_alarm_stays(world):
    """On the spot at 09:14, out of network until 11:00; meanwhile the sweep told of 09:15."""
    nine = at("2026-11-24 09:00")
    case = a_case(world, "job", at=nine, urgent=True)
    travel(nine + timedelta(minutes=16))
    figures.fold_deltas(at=nine + timedelta(minutes=16))
    clock = Clock.objects.get(case=case, key="attend")
    assert (clock.due_at, clock.verdict, clock.overdue(nine + HOUR)) == (nine + timedelta(minutes=15), None, True)

    perform(
        "begin",
        actor=world.actor("steward1", at=nine),
        at=nine + 2 * HOUR,
        happened_at=nine + timedelta(minutes=14),
        case=case,
    )
    figures.fold_deltas(at=nine + 2 * HOUR)

    clock.refresh_from_db()
    assert (clock.verdict, clock.stopped_at) == ("kept", nine + timedelta(minutes=14))
    counted = Figure.objects.filter(kind="job", key="attend").values_list("verdict", "count")
    assert {verdict: count for verdict, count in counted if count} == {"kept": 1}
    assert [str(d) for d in audit.audit_clocks()] == []


def test_a_new_value_is_used_from_its_moment_on_and_never_before(world):
    """Another process publishes; this one's memory of the rules is found out of date, and older cases stay as they are."""
    old = a_case(world, "job", at=MONDAY)
    due = Clock.objects.get(case=old, key="quick").due_at
    remembered = rulebook.rulebook(world.org.pk, old.site_id)
    starts = MONDAY + 3 * HOUR

    policies.publish("job.quick", "1wh", actor=world.actor("manager"), at=MONDAY + HOUR, effective_at=starts)
    before = a_case(world, "job", at=starts - timedelta(seconds=1))
    after = a_case(world, "job", at=starts)

    assert remembered is not rulebook.rulebook(world.org.pk, old.site_id)
    spans = [Clock.objects.get(case=case, key="quick").goal for case in (old, before, after)]
    assert spans == ["4wh", "4wh", "1wh"]
    assert Clock.objects.get(case=old, key="quick").due_at == due
    act(world, "begin", old, at=MONDAY + 4 * HOUR)
    assert Clock.objects.get(case=old, key="quick").due_at == due, "a later step judges by the rules of the beginning"
    assert [str(d) for d in audit.audit_clocks()] == []


def test_the_form_of_an_older_case_stays_as_it_was_to_the_letter(world):
    case = a_case(world, "complaint", "told", at=MONDAY)
    form, actor = kinds["complaint"].prints[0], world.actor("desk")
    before = html_of(case, form, actor=actor, at=MONDAY + HOUR)
    manager = world.actor("manager")
    for key in ("complaint.minor", "complaint.follow_up"):
        policies.publish(key, "1h" if key.endswith("minor") else "9wd", actor=manager, at=MONDAY + HOUR)

    fresh = Case.objects.get(pk=case.pk)
    assert html_of(fresh, form, actor=actor, at=MONDAY + HOUR) == before


def test_who_held_the_office_then_is_who_owed_it(world):
    """The steward changes in mid-flight: what ended before is the first one's, the case's history says so."""
    from shouwen.ground.models import Holding

    case = a_case(world, "job", "done", at=MONDAY)
    owed = Clock.objects.get(case=case, key="quick").owed_by_id
    Holding.objects.filter(staff=world.staff["steward1"]).update(until_at=MONDAY + HOUR)
    Holding.objects.create(
        org=world.org, office=world.offices["steward1"], staff=world.staff["steward2"], from_at=MONDAY + HOUR
    )
    act(world, "close", case, at=MONDAY + 2 * HOUR)

    assert Clock.objects.get(case=case, key="quick").owed_by_id == owed == world.staff["steward1"].pk
    assert [str(d) for d in audit.audit_clocks()] == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_zone_of_the_machine_changes_nothing(zone):
    """The parts that count days are run again on a machine that lives elsewhere."""
    files = ["tests/kernel/test_fold.py", "tests/kernel/test_perform.py", "tests/complaints/test_minor.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files], cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}, "TZ": zone}, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("order", ["opened_at", "due_at"])
@pytest.mark.parametrize("who", ["desk", "steward1", "director", "manager"])
def test_each_list_in_each_order_walks_an_index(world, who, order):
    """No scan of the whole table and no sorting of it, whatever the office and the order."""
    a_case(world, "job")
    rows = visible_to(world.actor(who)).filter(closed_at__isnull=True, kind="job").order_by(f"-{order}", "-id")[:25]
    statement, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        plan = [row[3] for row in cursor.fetchall()]
    assert not [line for line in plan if line.startswith("SCAN kernel_case")], plan
    assert not [line for line in plan if "TEMP B-TREE" in line and "ORDER" in line], plan


def test_alarms_that_were_given_stay_given(world):
    case = a_case(world, "job", at=MONDAY)
    travel(MONDAY + timedelta(days=2))
    given = Alarm.objects.filter(clock__case=case).count()
    assert given > 0
    act(world, "withdraw", case, at=MONDAY + timedelta(days=3))
    assert Alarm.objects.filter(clock__case=case).count() == given
    assert "void" in verdicts(case).values()
