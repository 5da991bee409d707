"""The drawing of a building: one cell a home, told by what is open; a home's archive; laying out on the page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shouwen.ground.models import Place
from shouwen.kernel.registers import register
from shouwen.rooms.estate import generator, reading
from tests.support import a_case, act, unchanged
from tests.world import MONDAY, World


def page_of(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.accounts[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def tower(world) -> Place:
    """A building of three storeys, two entrances, two homes each."""
    add = {"actor": world.actor("desk"), "at": MONDAY}
    row = register("place").add(
        {"kind": "building", "parent": world.places["site"], "code": "9", "name": "9 栋"}, **add
    )
    generator.write(generator.plan(row, generator.Layout(3, 2, 2)), **add)
    return row


def cells(drawn: reading.Drawing) -> dict[str, reading.Cell]:
    return {cell.place.code: cell for cell in drawn.cells}


@pytest.mark.clause("S5-8")
def test_each_cell_tells_what_is_open_what_is_over_and_what_waits(world, tower):
    open_case = a_case(world, "job", place="9-1-101")
    a_case(world, "job", "parked", place="9-2-302")
    a_case(world, "job", "closed", place="9-1-201")
    vacant = Place.objects.get(code="9-1-301")
    register("place").edit(vacant, {"state": "vacant"}, actor=world.actor("desk"), at=MONDAY)

    found = cells(reading.drawing_of(tower, world.actor("desk"), at=MONDAY + timedelta(minutes=20)))
    assert (found["9-1-101"].open, found["9-1-101"].css, found["9-1-101"].mark) == (1, "sw-op", "open")
    assert (found["9-2-302"].open, found["9-2-302"].mark) == (1, "paused")
    assert (found["9-1-201"].open, found["9-1-201"].css) == (0, "")
    assert found["9-1-301"].css == "sw-vac"

    late = cells(reading.drawing_of(tower, world.actor("desk"), at=open_case.due_at + timedelta(minutes=1)))
    assert (late["9-1-101"].css, late["9-1-101"].mark) == ("sw-ov", "over")


@pytest.mark.clause("S5-8")
@pytest.mark.parametrize("state", reading.STANDING)
def test_how_homes_stand_is_coloured_when_chosen_whatever_is_open_there(world, tower, state):
    home = Place.objects.get(code="9-1-301")
    register("place").edit(home, {"state": state}, actor=world.actor("desk"), at=MONDAY)
    a_case(world, "job", place="9-1-301")
    a_case(world, "job", place="9-1-101")
    html = page_of(world, "desk").get(f"/estate/{tower.pk}", {"show": state}).content.decode()
    drawing = html.split('<div class="sw-key">')[0]
    coloured = dict(re.findall(r'class="sw-cell ([\w-]*)"[^>]*home=(9-[\d-]+)"', drawing))
    assert {css: code for css, code in coloured.items() if css} == {home_css(state): "9-1-301"}


def home_css(state: str) -> str:
    return "sw-ren" if state == "renovating" else "sw-vac"


@pytest.mark.clause("S5-8")
def test_the_drawing_stands_as_the_building_does(world, tower):
    drawn = reading.drawing_of(tower, world.actor("desk"), at=MONDAY)
    assert drawn.doors == ["1", "2"]
    assert [storey for storey, _landings in drawn.rows] == [3, 2, 1]
    first = [[cell.place.code for cell in landing.cells if cell] for landing in drawn.rows[2][1]]
    assert first == [["9-1-101", "9-1-102"], ["9-2-101", "9-2-102"]]
    old = reading.drawing_of(world.places["b1"], world.actor("desk"), at=MONDAY)
    assert [storey for storey, _landings in old.rows] == [1], "homes entered before there was a drawing stand in it too"


def test_a_chosen_home_is_told_beside_the_drawing(world, tower):
    case = a_case(world, "job", customer=str(world.parties["fang"].pk))
    page = page_of(world, "desk").get(f"/estate/{world.places['b1'].pk}", {"home": "1-1-101"}).content.decode()
    assert 'aria-current="true"' in page and "方小满" in page and case.no in page
    assert "/intake?place=1-1-101" in page
    assert re.search(r'aria-label="1-1-101[^"]*1', page)


def test_who_may_not_see_a_case_sees_no_mark_of_it(world, tower):
    a_case(world, "job", place="9-1-101")
    hidden = cells(reading.drawing_of(tower, world.actor("elsewhere"), at=MONDAY))
    assert all(cell.open == 0 for cell in hidden.values())
    for path in ("/estate", f"/estate/{tower.pk}", f"/estate/places/{world.home.pk}"):
        for who in ("fang", "nobody"):
            assert page_of(world, who).get(path).status_code == 404
        assert page_of(world, "fitter").get(path).status_code == 200


def test_the_drawing_costs_the_same_however_high_the_building(world, tower):
    counts = []
    for building in (world.places["b1"], tower):
        client = page_of(world, "desk")
        client.get(f"/estate/{building.pk}")
        with CaptureQueriesContext(connection) as caught:
            client.get(f"/estate/{building.pk}")
        counts.append(len(caught))
    assert counts[0] == counts[1]


@pytest.mark.clause("S6-2.04")
def test_a_homes_archive_holds_people_papers_and_what_is_missing(world):
    case = a_case(world, "job", "doing", customer=str(world.parties["fang"].pk))
    from tests.support import picture

    act(world, "finish", case, at=MONDAY + timedelta(hours=1), photo=picture("渗水.png"))
    page = page_of(world, "desk").get(f"/estate/places/{world.home.pk}").content.decode()
    assert "渗水.png" in page and "方小满" in page and "缺少：状态" in page


def test_a_building_is_laid_out_on_the_page_shown_first(world):
    desk = page_of(world, "desk")
    building = register("place").add(
        {"kind": "building", "parent": world.places["site"], "code": "8", "name": "8 栋"},
        actor=world.actor("desk"),
        at=MONDAY,
    )
    url, said = f"/estate/{building.pk}/lay-out", {"floors": "5", "entrances": "2", "units": "2", "without": "4"}
    with unchanged():
        shown = desk.post(url, {**said, "_do": "show"}).content.decode()
        assert desk.post(url, {**said, "floors": "x"}).status_code == 422
    assert "8-2-602" in shown and "8-1-401" not in shown
    assert desk.post(url, {**said, "_do": "write"}).status_code == 302
    assert Place.objects.filter(building=building, kind="unit").count() == 20
    assert desk.post(url, {**said, "_do": "write"}).status_code == 422
    assert page_of(world, "fitter").get(url).status_code == 404


def test_the_list_of_buildings_counts_what_is_open(world, tower):
    a_case(world, "job", place="9-1-101")
    page = page_of(world, "desk").get("/estate").content.decode()
    assert "9 栋" in page and "云栖里" not in page
