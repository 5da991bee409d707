"""A prepared query says what the queryset itself says, whatever the values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from shouwen.ground.models import Holding, Staff
from shouwen.ground.prepared import Counted, Prepared, columns_of, instances
from tests.world import LONG_AGO, MONDAY

HELD = Prepared(
    lambda staff_id, at: Holding.objects.filter(staff_id=staff_id, from_at__lte=at).order_by("id").values_list("id", "from_at"),
    staff_id=int, at=datetime,
)  # fmt: skip
NAMED = Prepared(lambda number: Staff.objects.filter(number=number).values_list(*columns_of(Staff)), number=str)


@pytest.mark.parametrize("at", [MONDAY, LONG_AGO, LONG_AGO - timedelta(microseconds=1)])
def test_rows_are_those_of_the_queryset(world, at):
    for staff in world.staff.values():
        wanted = Holding.objects.filter(staff_id=staff.pk, from_at__lte=at).order_by("id").values_list("id", "from_at")
        assert HELD.rows(staff_id=staff.pk, at=at) == list(wanted)


def test_rows_become_whole_instances(world):
    (found,) = instances(Staff, NAMED.rows(number=world.staff["desk"].number))
    assert (found, found.name, found._state.adding) == (world.staff["desk"], world.staff["desk"].name, False)
    assert NAMED.rows(number="nobody has this") == []


def test_rows_of_some_columns_become_instances_that_know_these(world):
    some = columns_of(Staff, "number", "id", "name")
    named = Prepared(lambda number: Staff.objects.filter(number=number).values_list(*some), number=str)

    (found,) = instances(Staff, named.rows(number=world.staff["desk"].number), some)

    assert (found, found.name, found.number) == (
        world.staff["desk"],
        world.staff["desk"].name,
        world.staff["desk"].number,
    )
    assert "left_date" in found.get_deferred_fields()


def test_objects_are_those_of_the_queryset_with_their_related_rows(world, django_assert_num_queries):
    def make(staff_id):
        rows = Holding.objects.filter(staff_id=staff_id).select_related("office__dept", "staff", "office__building")
        return rows.order_by("id")

    held = Prepared(make, staff_id=int)
    for staff in world.staff.values():
        wanted = list(make(staff.pk))
        with django_assert_num_queries(1):
            found = held.objects(staff_id=staff.pk)
            names = [(one.office.role, one.office.dept, one.office.building, one.staff.name) for one in found]
        assert found == wanted
        assert names == [(one.office.role, one.office.dept, one.office.building, one.staff.name) for one in wanted]
        assert [one.from_at for one in found] == [one.from_at for one in wanted]


def test_a_condition_that_can_never_hold_finds_nothing(world):
    never = Prepared(lambda number: Staff.objects.filter(number=number, pk__in=[]), number=str)
    assert never.objects(number=world.staff["desk"].number) == never.rows(number=world.staff["desk"].number) == []


def test_a_second_question_reuses_the_statement(world, monkeypatch):
    HELD.rows(staff_id=1, at=MONDAY)
    monkeypatch.setattr(HELD, "_put_together", None)
    assert HELD.rows(staff_id=2, at=datetime(1999, 1, 1, tzinfo=UTC)) == []


def test_a_value_that_is_not_in_the_statement_is_an_error(db):
    deaf = Prepared(lambda number: Staff.objects.values_list("id"), number=str)
    connection.__dict__.get("_prepared", {}).pop(deaf, None)
    with pytest.raises(AssertionError, match="number is not in the statement"):
        deaf.rows(number="1")


def test_a_count_is_that_of_the_queryset_up_to_its_bound(world):
    several = Counted(lambda org_id: Staff.objects.filter(org_id=org_id).values_list("pk")[:3], org_id=int)
    none = Counted(lambda org_id: Staff.objects.filter(org_id=org_id, pk__in=[]).values_list("pk")[:3], org_id=int)

    assert Staff.objects.filter(org_id=world.org.pk).count() > 3
    assert (several.count(org_id=world.org.pk), several.count(org_id=1)) == (3, 0)
    assert none.count(org_id=world.org.pk) == 0
