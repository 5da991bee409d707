"""What belongs to a home and its people: pets with their dates, papers that are missing or have run out, what customers said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.ground.models import Pet
from shouwen.kernel import erase
from shouwen.kernel.models import Entry
from shouwen.kernel.refusals import Invalid
from shouwen.kernel.registers import register
from shouwen.rooms.customers import archive, own_data, reading
from tests.customers.test_cards import NUMBER, add
from tests.customers.test_page import page_of
from tests.support import a_case, act, picture, unchanged
from tests.world import MONDAY

DAY = date(2026, 3, 1)


@pytest.fixture
def dog(world):
    return add(
        world,
        "pet",
        party=world.parties["fang"],
        place=world.home,
        kind="dog",
        name="豆豆",
        tag="杭犬 0287",
        from_date=DAY,
    )


@pytest.mark.clause("S6-6.02")
def test_a_pet_stands_on_the_card_and_in_its_home_until_it_leaves_and_keeps_its_history(world, dog):
    desk, fang = page_of(world, "desk"), world.parties["fang"]
    assert "豆豆" in desk.get(f"/customers/{fang.pk}").content.decode()
    assert "豆豆" in desk.get(f"/estate/places/{world.home.pk}").content.decode()
    assert own_data.gather(fang, at=MONDAY)["pets"][0]["tag"] == "杭犬 0287"

    assert desk.post(f"/customers/{fang.pk}/pet/{dog.pk}/off").status_code == 302

    assert Pet.objects.get().until_date is not None
    assert "豆豆" not in desk.get(f"/estate/places/{world.home.pk}").content.decode()
    steps = Entry.objects.filter(stream_type="register.party", facts__register="pet").order_by("seq")
    assert list(steps.values_list("step", flat=True)) == ["add", "edit"]


@pytest.mark.clause("S6-6.02")
def test_a_pet_is_entered_on_the_page_by_the_code_of_its_home(world):
    desk, url = page_of(world, "desk"), f"/customers/{world.parties['fang'].pk}"
    assert 'name="tag"' in desk.get(f"{url}?add=pet").content.decode()
    sent = {
        "place": "1栋1单元101",
        "kind": "cat",
        "name": "年糕",
        "tag": "",
        "from_date": "2026-03-01",
        "until_date": "",
    }
    assert desk.post(f"{url}/pet", {**sent, "until_date": "2026-02-01"}).status_code == 422
    assert desk.post(f"{url}/pet", sent).status_code == 302
    assert (Pet.objects.get().place, Pet.objects.get().kind) == (world.home, "cat")


def test_the_same_pet_twice_is_refused_and_an_erased_customer_leaves_none(world, dog):
    values = {"party": dog.party, "place": world.home, "kind": "dog", "name": "豆豆", "from_date": DAY}
    with unchanged(), pytest.raises(Invalid):
        add(world, "pet", **values)
    erase.erase_party(dog.party, actor=world.actor("manager"), at=MONDAY, reason="asked")
    assert not Pet.objects.exists()


def missing(world, party) -> list[str]:
    party.refresh_from_db()
    return reading.context_of(party, world.actor("desk"), at=MONDAY)["missing"]


@pytest.mark.clause("S6-2.04")
def test_a_document_that_has_run_out_is_missing_again(world):
    fang = world.parties["fang"]
    row = add(world, "identity", party=fang, kind="resident_id", number=NUMBER, valid_until_date=date(2026, 11, 23))
    assert missing(world, fang) == [], "its last day still counts"
    register("identity").edit(
        row, {"valid_until_date": date(2026, 11, 22)}, actor=world.actor("desk"), at=MONDAY + timedelta(minutes=1)
    )
    assert missing(world, fang) == ["居民身份证"]


@pytest.mark.clause("S6-2.04")
def test_who_acts_for_another_owes_the_power_of_attorney_and_a_company_its_licence(world):
    zeng = world.parties["zeng"]
    before = missing(world, zeng)
    add(
        world, "role", party=zeng, place=world.home, role="AGENT", from_date=DAY, until_date=date(2026, 12, 31),
        scope="签收房屋",
    )  # fmt: skip
    assert missing(world, zeng) == [*before, "授权委托书"]
    archive.keep(
        zeng, picture(), kind="power_of_attorney", purpose="contract_work", actor=world.actor("desk"), at=MONDAY
    )
    assert missing(world, zeng) == before

    shop = add(world, "party", kind="company", name="一诺商贸有限公司")
    assert "营业执照" in missing(world, shop)


def test_how_often_a_customer_was_satisfied_stands_on_the_page(world):
    case = a_case(world, "complaint", "told", customer=world.parties["fang"])
    act(world, "satisfied", case, who="supervisor", at=MONDAY + timedelta(hours=2), how="phone")
    context = reading.context_of(world.parties["fang"], world.actor("supervisor"), at=MONDAY + timedelta(hours=3))
    assert context["said"] == {"satisfied": 1, "unsatisfied": 0}
    assert (
        "<dt>客户满意</dt><dd>1</dd>"
        in page_of(world, "supervisor").get(f"/customers/{world.parties['fang'].pk}").content.decode()
    )
