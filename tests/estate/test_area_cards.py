"""Of each type of area other things are kept: of a dwelling, a classroom, a dormitory, a shop; nothing that does not belong there."""

from __future__ import annotations

import pytest

from shouwen.ground.models import Place
from shouwen.kernel.models import Entry
from shouwen.kernel.refusals import Invalid, NotAllowed
from shouwen.kernel.registers import register
from shouwen.rooms.estate import reading
from shouwen.rooms.estate.models import AreaCard
from tests.estate.test_pages import page_of
from tests.support import unchanged
from tests.world import MONDAY, World

pytestmark = pytest.mark.clause("S5-8")
SAID = {
    "dwelling": {"rooms": "3室2厅", "people": 3}, "teaching": {"unit_name": "物理学院", "seats": 120},
    "dormitory": {"beds": 4, "for_whom": "for_women"},
    "trading": {"sign": "南乔面馆", "trade": "餐饮", "open_from": "06:30", "open_until": "21:00"},
}  # fmt: skip


def of_sort(world: World, sort: str) -> Place:
    Place.objects.filter(pk=world.home.pk).update(sort=sort)
    return Place.objects.get(pk=world.home.pk)


def keep(world: World, place: Place, who: str = "desk", **values):
    return register("area_card").add({"place": place, **values}, actor=world.actor(who), at=MONDAY)


@pytest.mark.parametrize("sort", SAID)
def test_each_type_of_area_keeps_its_own_fields_and_no_others(world, sort):
    place = of_sort(world, sort)
    for other, values in SAID.items():
        if other != sort and not set(values) <= set(AreaCard.FIELDS[sort]):
            with unchanged(), pytest.raises(Invalid) as refused:
                keep(world, place, **values)
            assert set(refused.value.errors) == set(values) - set(AreaCard.FIELDS[sort])
    keep(world, place, **SAID[sort])
    assert len(reading.area_of(place)) == len(SAID[sort])
    assert Entry.objects.get(stream_type="register.place").facts["register"] == "area_card"


def test_without_a_type_there_is_no_side_card_and_only_its_keepers_write_one(world):
    place = of_sort(world, "")
    with unchanged(), pytest.raises(Invalid):
        keep(world, place, people=3)
    place = of_sort(world, "dwelling")
    with unchanged(), pytest.raises(NotAllowed):
        keep(world, place, "fitter", people=3)


def test_on_the_page_the_fields_of_the_type_are_asked_kept_and_changed(world):
    desk, url = page_of(world, "desk"), f"/estate/places/{world.home.pk}"
    assert desk.post(url, SAID["dormitory"]).status_code == 404
    of_sort(world, "trading")
    html = desk.get(f"{url}?edit=area").content.decode()
    assert 'name="trade"' in html and 'name="beds"' not in html
    wrong = desk.post(url, {"sign": "南乔面馆", "trade": "餐饮", "open_from": "06:30", "open_until": ""})
    assert wrong.status_code == 422 and not AreaCard.objects.exists()
    assert desk.post(url, SAID["trading"]).status_code == 302
    assert desk.post(url, {**SAID["trading"], "trade": "小吃", "beds": "9"}).status_code == 302
    page = desk.get(url).content.decode()
    assert "小吃" in page and "06:30" in page and AreaCard.objects.get().beds is None
    steps = Entry.objects.filter(stream_type="register.place").order_by("seq").values_list("step", flat=True)
    assert list(steps) == ["add", "edit"]
    fitter = page_of(world, "fitter")
    assert "小吃" in fitter.get(url).content.decode() and "?edit=area" not in fitter.get(url).content.decode()
    assert fitter.post(url, SAID["trading"]).status_code == 404
