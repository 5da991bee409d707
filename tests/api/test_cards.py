"""Registers over the API: every card listed, read, added and edited by the register's own rules."""

from __future__ import annotations

import pytest

from shouwen.ground.models import ContactPoint, Party
from shouwen.kernel.models import Entry, Look
from shouwen.kernel.registers import registers
from tests.api.caller import Caller
from tests.support import unchanged
from tests.world import MONDAY


@pytest.fixture
def desk(world) -> Caller:
    return Caller(world, "desk")


def test_a_customer_is_added_with_a_number_and_a_home_and_edited(world, desk):
    status, party = desk.post("/registers/party", {"kind": "person", "name": "单小满"})
    assert (status, party["name"]) == (201, "单小满")
    status, contact = desk.post("/registers/contact", {"party": party["id"], "kind": "phone", "shown": "138 0000 0287"})
    assert (status, contact["shown"]) == (201, "••••0287")
    status, role = desk.post(
        "/registers/role", {"party": party["id"], "place": "1-1-102", "role": "OWNER", "from_date": "2026-01-01"}
    )
    assert (status, role["place"], role["party"]) == (201, "1-1-102", party["id"])

    status, changed = desk.send("PATCH", f"/registers/party/{party['id']}", {"name": "单大满", "seen_seq": 3})
    assert (status, changed["name"]) == (200, "单大满")
    assert desk.send("PATCH", f"/registers/party/{party['id']}", {"name": "单", "seen_seq": 3})[0] == 409
    lines = desk.get(f"/registers/party/{party['id']}/journal")[1]
    assert [line["step"] for line in lines] == ["add", "add", "add", "edit"]
    assert (lines[3]["before"], lines[3]["after"], lines[3]["actor"]) == (
        {"name": "单小满"},
        {"name": "单大满"},
        "S001",
    )
    assert "02871" not in str(lines) and "138 0000" not in str(lines)
    assert desk.send("DELETE", f"/registers/contact/{contact['id']}")[0] == 204
    assert desk.get(f"/registers/contact/{contact['id']}")[0] == 404


def test_a_protected_value_is_masked_until_looked_at_for_a_purpose(world, desk):
    row = ContactPoint.objects.filter(party=world.parties["fang"]).get()
    row.shown = row.normal
    row.save()
    one = desk.get("/registers/contact")[1]["items"]
    assert row.normal not in str(one)
    key = next(c["id"] for c in one if c["shown"] == f"••••{row.normal[-4:]}")
    path = f"/registers/contact/{key}/look"
    assert desk.post(path, {"field": "shown", "purpose": " "})[0] == 409
    assert desk.post(path, {"field": "party", "purpose": "回访"})[0] == 404
    assert not Look.objects.exists()
    assert desk.post(path, {"field": "shown", "purpose": "回访"}) == (200, {"value": row.normal})
    look = Look.objects.get()
    assert (look.party, look.purpose, look.staff) == (world.parties["fang"], "回访", world.staff["desk"])


def test_what_is_wrong_is_said_at_its_field(desk):
    for path, body, field in (
        ("/registers/party", {"kind": "robot", "name": "x"}, "kind"),
        ("/registers/party", {"kind": "person"}, "name"),
        ("/registers/party", {"kind": "person", "name": "x", "colour": "red"}, "colour"),
        ("/registers/place", {"kind": "unit", "parent": "9-9-9", "code": "x", "name": "x"}, "parent"),
        ("/registers/contact", {"party": "nobody", "kind": "phone", "shown": "1"}, "party"),
    ):
        with unchanged():
            status, said = desk.post(path, body)
        assert (status, field in said["errors"]) == (422, True), (path, said)


def test_a_code_that_names_several_asks_which(world, desk):
    registers["place"].add(
        {"kind": "building", "parent": world.places["other"], "code": "1", "name": "1"},
        actor=world.actor("desk"), at=MONDAY,
    )  # fmt: skip
    status, said = desk.post("/registers/place", {"kind": "unit", "parent": "1", "code": "1-9", "name": "x"})
    assert (status, set(said["errors"])) == (422, {"parent"})


def test_a_card_sent_twice_under_one_key_is_made_once(world, desk):
    first = desk.post("/registers/party", {"kind": "person", "name": "单一"}, key="p1")
    assert desk.post("/registers/party", {"kind": "person", "name": "单一"}, key="p1") == first
    assert Party.objects.filter(name="单一").count() == 1
    assert desk.post("/registers/party", {"kind": "person", "name": "单二"}, key="p1")[0] == 409
    assert desk.post("/registers/place", {"kind": "person", "name": "单一"}, key="p1")[0] == 409


@pytest.mark.parametrize("name", sorted(registers))
def test_a_customer_and_a_stranger_learn_nothing_of_cards(world, name):
    desk, customer = Caller(world, "manager"), Caller(world, "fang")
    items = desk.get(f"/registers/{name}")[1]["items"]
    assert customer.get("/registers")[1] == []
    assert customer.get(f"/registers/{name}") == (200, {"items": [], "next": None})
    with unchanged():
        for one in items[:1]:
            assert customer.get(f"/registers/{name}/{one['id']}")[0] == 404
            assert customer.get(f"/registers/{name}/{one['id']}/journal")[0] == 404
            assert customer.send("PATCH", f"/registers/{name}/{one['id']}", {})[0] == 404
        assert customer.post(f"/registers/{name}", {})[0] == 403


def test_the_key_of_one_sort_opens_no_other(world, desk):
    person = desk.get("/registers/party")[1]["items"][0]
    assert desk.get(f"/registers/party/{person['id']}")[0] == 200
    assert desk.get(f"/registers/contact/{person['id']}")[0] == 404
    assert desk.get("/registers/party/1:x")[0] == 404


@pytest.mark.parametrize("name", sorted(registers))
def test_a_list_costs_the_same_for_1_3_and_50_rows(world, desk, name):
    model, counts = registers[name].model, []
    manager = Caller(world, "manager")
    for limit in (1, 3, 50):
        count, _found = manager.queries(f"/registers/{name}", limit=limit)
        counts.append(count)
    assert counts[0] == counts[1] == counts[2], (model, counts)


def test_lists_are_filtered_and_paged(world, desk):
    assert [p["code"] for p in desk.get("/registers/place", kind="building")[1]["items"]] == ["1", "2"]
    assert len(desk.get("/registers/place", parent="1")[1]["items"]) == 2
    assert desk.get("/registers/place", parent="nowhere")[0] == 422
    seen, cursor = [], ""
    while cursor is not None:
        found = desk.get("/registers/place", limit=3, cursor=cursor)[1]
        seen += [one["id"] for one in found["items"]]
        cursor = found["next"]
    assert len(seen) == len(set(seen)) == 8
    assert Entry.objects.count() == 0
