"""A building laid out from a few numbers: shown first, written whole or not at all."""

from __future__ import annotations

import pytest

from shouwen.ground.models import Place
from shouwen.kernel import audit
from shouwen.kernel.models import Entry
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal
from shouwen.kernel.registers import register
from shouwen.rooms.estate.generator import Layout, plan, write
from tests.support import unchanged
from tests.world import MONDAY

TALL = Layout(floors=18, entrances=2, units=4, without=(4,))


@pytest.fixture
def building(world) -> Place:
    values = {"kind": "building", "parent": world.places["site"], "code": "9", "name": "9 栋"}
    return register("place").add(values, actor=world.actor("desk"), at=MONDAY)


def test_a_plan_is_drawn_without_the_storeys_left_out_and_writes_nothing(building):
    with unchanged():
        made = plan(building, TALL)
    assert len(made.homes) == 18 * 2 * 4
    assert [storey for storey, _doors in made.rows] == [*range(19, 4, -1), 3, 2, 1]
    assert made.rows[-1] == (
        1,
        [["9-1-101", "9-1-102", "9-1-103", "9-1-104"], ["9-2-101", "9-2-102", "9-2-103", "9-2-104"]],
    )
    assert made.taken == []


def test_a_plan_is_written_whole_and_journaled(world, building):
    assert write(plan(building, TALL), actor=world.actor("desk"), at=MONDAY) == 2 + 144

    home = Place.objects.get(code="9-2-1903")
    assert (home.door, home.storey, home.position) == ("2", 19, 3)
    assert (home.building, home.site, home.parent.code) == (building, world.places["site"], "9-2")
    assert home.path == f"{home.parent.path}{home.pk}/"
    assert Entry.objects.filter(stream_type="register.place").count() == 1 + 146
    assert [str(d) for d in audit.audit_journal()] == []


def test_a_code_that_is_there_refuses_the_whole_plan(world, building):
    values = {"kind": "unit", "parent": building, "code": "9栋1单元101", "name": "旧"}
    assert register("place").add(values, actor=world.actor("desk"), at=MONDAY).code == "9-1-101"
    made = plan(building, TALL)
    assert made.taken == ["9-1-101"]
    with unchanged(), pytest.raises(Refusal, match="9-1-101"):
        write(made, actor=world.actor("desk"), at=MONDAY)


def test_written_twice_is_refused_the_second_time(world, building):
    first, second = plan(building, Layout(2, 1, 2)), plan(building, Layout(2, 1, 2))
    write(first, actor=world.actor("desk"), at=MONDAY)
    with unchanged(), pytest.raises(Refusal):
        write(second, actor=world.actor("desk"), at=MONDAY)


@pytest.mark.parametrize(
    ("layout", "field"),
    [
        (Layout(0, 1, 1), "floors"), (Layout(121, 1, 1), "floors"), (Layout(1, 21, 1), "entrances"),
        (Layout(1, 1, 41), "units"), (Layout(3, 1, 1, without=(0,)), "without"),
    ],
)  # fmt: skip
def test_impossible_numbers_are_named(building, layout, field):
    with pytest.raises(Invalid) as refused:
        plan(building, layout)
    assert field in refused.value.errors


def test_only_a_building_is_laid_out_and_only_by_its_keepers(world, building):
    with pytest.raises(Refusal):
        plan(world.places["site"], TALL)
    with unchanged(), pytest.raises(NotAllowed):
        write(plan(building, Layout(2, 1, 2)), actor=world.actor("fitter"), at=MONDAY)


@pytest.mark.clause("S5-8")
def test_an_area_type_and_a_state_stand_on_the_card(world):
    place = register("place")
    values = {"kind": "unit", "parent": world.places["b1"], "code": "1-1-201", "name": "201", "sort": "dormitory",
              "state": "vacant", "gross_dm2": 8950, "inner_dm2": 7200}  # fmt: skip
    row = place.add(values, actor=world.actor("desk"), at=MONDAY)
    assert (row.sort, row.state, row.gross_dm2) == ("dormitory", "vacant", 8950)
    with unchanged(), pytest.raises(Invalid) as refused:
        place.edit(row, {"inner_dm2": 9000}, actor=world.actor("desk"), at=MONDAY)
    assert "__all__" in refused.value.errors
    with unchanged(), pytest.raises(Invalid):
        place.edit(row, {"state": "sunk"}, actor=world.actor("desk"), at=MONDAY)
