"""Tallies: what the worker adds up of whole communities is what the clocks themselves give, by day, week and length."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from shouwen.kernel import audit, figures, tallies
from shouwen.kernel.models import Clock, FigureDelta, Tally
from tests.support import act, travel
from tests.tamper import by_hand
from tests.world import MONDAY

HOUR = timedelta(hours=1)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture
def answered(world):
    """Answers in both communities over three weeks: in time, late, and one never given."""
    for n, (unit, hours) in enumerate(
        (("1-1-101", 1), ("2-1-101", 2), ("1-1-102", 40), ("1-1-101", 0), ("2-1-102", 1))
    ):
        at = MONDAY + timedelta(days=4 * n)
        case = act(world, "open", kind="enquiry", who="desk", at=at, place=unit)
        if hours:
            act(world, "reply", case, who="desk", at=at + hours * HOUR)
    travel(MONDAY + timedelta(days=30))
    return world


def folded(world) -> None:
    figures.fold_deltas(at=MONDAY + timedelta(days=30))


def rows() -> dict[tuple, tuple]:
    read = Tally.objects.values_list(*tallies.DIMS, "count", "took")
    return {tuple(row[:-2]): row[-2:] for row in read if row[-2]}


@pytest.mark.django_db
def test_tallies_are_what_the_clocks_give(answered):
    assert tallies.stored(answered.org.pk) == tallies.recount(answered.org.pk) != Counter(), "before they are folded"
    folded(answered)

    assert tallies.stored(answered.org.pk) == tallies.recount(answered.org.pk) != Counter()
    assert {key[-1] for key in tallies.recount(answered.org.pk)} >= {None, 60, 120, 2400}
    assert tallies.uneven(answered.org.pk) == []
    assert list(audit.audit_clocks(answered.org)) == []


@pytest.mark.django_db
def test_a_verdict_taken_back_leaves_its_row_and_its_length(answered):
    """Folded in parts, as several workers do, whichever comes first."""
    clock = Clock.objects.filter(verdict="kept", key="answer_by").order_by("id").first()
    delta = FigureDelta.objects.filter(clock_id=clock.pk).get()
    delta.pk, delta.amount = 1, -1
    delta.save(force_insert=True)
    tallies.add([delta])
    folded(answered)
    whole = Counter(tallies.recount(answered.org.pk))
    whole[(delta.day, delta.clause, delta.kind, delta.key, "kept", delta.took)] -= 2  # here, and with those that waited

    assert tallies.stored(answered.org.pk) == Counter({key: count for key, count in whole.items() if count})


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"count": 9}, {"took": {"60": 9}}])
@pytest.mark.parametrize("span", [tallies.DAY, tallies.WEEK])
def test_a_falsified_tally_is_named(answered, change, span):
    folded(answered)
    row = Tally.objects.filter(span=span, site_id=tallies.EVERYWHERE, verdict="kept").order_by("id").first()
    Tally.objects.filter(pk=row.pk).update(**change)

    found = [difference.where for difference in audit.audit_clocks(answered.org)]

    assert found and all(name.startswith("tally ") for name in found)
    assert any(f"{row.day} {row.clause}" in name for name in found)


@pytest.mark.django_db
def test_a_database_of_an_earlier_version_gets_its_tallies(answered):
    """Deltas of then hold no lengths; what waited is counted when it is folded."""
    folded(answered)
    wanted = rows()
    tallies.anew(answered.org.pk)
    assert rows() == wanted
    by_hand("UPDATE kernel_figuredelta SET took = NULL")

    import_module("shouwen.kernel.migrations.0007_tallies").fill(apps, None)

    assert rows() == wanted != {}


@given(DAYS, st.integers(0, 500))
def test_weeks_and_days_hold_each_day_once(since, more):
    until = since + timedelta(days=more)
    held: Counter[date] = Counter()
    for part in tallies.parts(since, until):
        last = part.get("day__lte") or part["day__lt"] - timedelta(days=1)
        first = part["day__gte"]
        assert part["span"] == tallies.DAY or (first.weekday(), last.weekday()) == (0, 6)
        held.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    assert held == Counter(since + timedelta(days=n) for n in range(more + 1))


def test_lengths_are_counted_in_steps():
    minutes = [0.4, 0.5, 7.6, 59.6, 61, 63, 359, 368, 1441, 1471, 4400, 21000, 100_000, 200_000]
    assert [tallies.in_steps(60 * m) for m in minutes] == [
        0, 1, 8, 60, 60, 65, 360, 375, 1440, 1500, 4320, 21600, 99_360, 201_600,
    ]  # fmt: skip


@given(st.floats(60, 86400 * 700))
def test_a_step_is_close_to_the_length(seconds):
    assert abs(60 * tallies.in_steps(seconds) - seconds) <= max(30, seconds / 20)
