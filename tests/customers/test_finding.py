"""Who is meant: the right one first, by whatever was typed, the same on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from shouwen.desk import callers
from shouwen.kernel.registers import register
from tests.ground.test_identity import resident
from tests.world import MONDAY

NUMBER = resident("33010619900307123")


@pytest.fixture
def people(world):
    """Three with the same last four digits, one in each building and one elsewhere; one has them only in the middle."""
    found = {}
    for name, phone, home, kind in (
        ("单小满", "13800110287", "1-1-102", "person"), ("解语花", "13900220287", "2-1-101", "person"),
        ("仇千里", "13700330287", "", "person"), ("尉迟恭", "13028712345", "1-1-102", "person"),
        ("临江咖啡有限公司", "057187650000", "2-1-102", "company"),
    ):  # fmt: skip
        party = register("party").add({"kind": kind, "name": name}, actor=world.actor("desk"), at=MONDAY)
        register("contact").add({"party": party, "kind": "phone", "shown": phone}, actor=world.actor("desk"), at=MONDAY)
        if home:
            values = {"party": party, "place": world.places[home], "role": "OWNER", "from_date": date(2026, 1, 1)}
            register("role").add(values, actor=world.actor("desk"), at=MONDAY)
        found[name] = party
    return found


def names(world, text: str, who: str = "desk") -> list[str]:
    return [person.party.name for person in callers.find(text, world.actor(who), at=MONDAY)]


@pytest.mark.clause("S6-1.12")
def test_four_digits_bring_the_people_of_my_building_first(world, people):
    assert names(world, "0287", "steward1")[:2] == ["单小满", "解语花"]
    assert names(world, "0287", "steward2")[0] == "解语花"
    assert names(world, "0287")[2:] == ["仇千里", "尉迟恭"], "no home here, then those that only hold the digits"


@pytest.mark.clause("S6-1.12")
@pytest.mark.clause("S7-5")
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2871", ["尉迟恭"]), ("13900220287", ["解语花"]), ("+86 139-0022-0287", ["解语花"]), ("ycg", ["尉迟恭"]), ("yuchi", ["尉迟恭"]),
        ("解语", ["解语花"]), ("临江", ["临江咖啡有限公司"]), ("咖啡", ["临江咖啡有限公司"]), ("0571-8765", ["临江咖啡有限公司"]),
        ("2-1-102", ["临江咖啡有限公司"]), ("2栋1单元102室", ["临江咖啡有限公司"]), ("2#1-102", ["临江咖啡有限公司"]),
        ("nobody", []), ("9-9-999", []), ("", []), ("\x00", []),
    ],
)  # fmt: skip
def test_whatever_was_typed(world, people, text, wanted):
    assert names(world, text) == wanted


def test_a_home_names_those_of_today_before_those_of_yesterday(world, people):
    role = people["单小满"].roles.get()
    register("role").edit(role, {"until_date": date(2026, 6, 30)}, actor=world.actor("desk"), at=MONDAY)
    assert names(world, "1栋1单元102") == ["单小满"] or names(world, "1-1-102")[0] == "尉迟恭"


def test_a_plate_and_a_whole_document_number_name_their_owner(world, people):
    add = {"actor": world.actor("desk"), "at": MONDAY}
    register("vehicle").add({"party": people["仇千里"], "plate": "浙AD12345", "from_date": date(2026, 1, 1)}, **add)
    register("identity").add({"party": people["解语花"], "kind": "resident_id", "number": NUMBER}, **add)
    assert names(world, "浙A·D12345") == names(world, "浙ad12345") == ["仇千里"]
    assert names(world, NUMBER.lower()) == ["解语花"]
    assert names(world, NUMBER[:12]) == [], "part of a number finds nobody"


def test_strangers_find_nobody(world, people):
    for who in ("nobody", "fang"):
        assert names(world, "0287", who) == []


def test_the_look_up_page_shows_them_in_that_order(world, people):
    client = Client()
    client.force_login(world.accounts["steward2"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/lookup", {"q": "0287"}).content.decode()
    assert 0 < page.index("解语花") < page.index("单小满") < page.index("仇千里")
    assert "13900220287" not in page, "the list shows the last four alone"
    assert "2-1-102" in client.get("/lookup", {"q": "2栋1单元102"}).content.decode()
