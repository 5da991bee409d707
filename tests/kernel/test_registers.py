"""Cards: each edit journaled before and after, checked in sentences, never overlapping, refused to others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shouwen.ground.models import ContactPoint, Holding, Office, Party, Place, Role, Staff
from shouwen.ground.search import find
from shouwen.kernel import audit, words
from shouwen.kernel.models import Entry, EntryData, Look, Stream
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Stale, Unknown
from shouwen.kernel.registers import Register, held_by, register, registers
from tests.support import everything
from tests.world import MONDAY, World, at

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def add(world: World, name: str, who: str = "manager", /, *, when: Any = MONDAY, **values: Any) -> Any:
    return register(name).add(values, actor=world.actor(who, at=when), at=when)


def edit(world: World, name: str, row: Any, who: str = "manager", /, *, when: Any = MONDAY, **values: Any) -> Any:
    return register(name).edit(row, values, actor=world.actor(who, at=when), at=when)


def refused(sort: type[Refusal], act: Any, /, *args: Any, **values: Any) -> Refusal:
    before = everything()
    with pytest.raises(sort) as caught:
        act(*args, **values)
    assert everything() == before
    return caught.value


def card(kind: str, key: Any) -> list[tuple[str, dict[str, Any]]]:
    stream = Stream.objects.get(stream_type=f"register.{kind}", key=str(key))
    rows = Entry.objects.filter(stream_type=stream.stream_type, stream_id=stream.pk).order_by("seq")
    return [(entry.step, EntryData.objects.get(pk=entry.pk).body) for entry in rows]


@pytest.mark.clause("S6-1.12")
def test_a_customer_with_number_and_role_is_found_at_once(world):
    party = add(world, "party", "desk", kind="person", name="单如意")
    add(world, "contact", "desk", party=party, kind="phone", shown="138 0000 7391")
    add(world, "role", "desk", party=party, place=world.home, role="TENANT", from_date="2026-01-01")

    assert (party.pinyin, party.initials) == ("shanruyi", "sry")
    assert ContactPoint.objects.get(party=party).normal == "+8613800007391"
    for asked in ("shanruyi", "sry", "单如意", "7391", "13800007391", "1-1-101"):
        assert party.pk in find(asked, org_id=world.org.pk, kind="party")


def test_each_edit_is_journaled_before_and_after_on_one_card(world):
    party = add(world, "party", kind="person", name="方小满")
    contact = add(world, "contact", party=party, kind="phone", shown="13800007391")
    edit(world, "party", party, name="方大满", when=MONDAY + HOUR)
    register("contact").remove(contact, actor=world.actor("manager"), at=MONDAY + 2 * HOUR, note="wrong number")

    steps = card("party", party.pk)
    assert [step for step, _body in steps] == ["add", "add", "edit", "remove"]
    assert steps[2][1] == {"before": {"name": "方小满"}, "after": {"name": "方大满"}}
    assert steps[3][1]["before"]["shown"] == "13800007391" and steps[3][1]["note"] == "wrong number"
    assert list(register("party").history(party).values_list("step", flat=True)) == [step for step, _body in steps]
    assert list(audit.audit_journal()) == []


def test_facts_in_the_chain_hold_no_values(world):
    party = add(world, "party", kind="person", name="canary7391")

    entry = Entry.objects.get(stream_type="register.party", facts__row=party.pk)
    assert entry.facts == {"register": "party", "row": party.pk, "fields": sorted(register("party").fields)}


def test_edit_without_a_change_writes_nothing(world):
    party = world.parties["fang"]
    before = everything()
    assert edit(world, "party", party, name=party.name).pk == party.pk
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} in (
        {},
        {"kernel.Stream": after["kernel.Stream"]},
    )


def test_card_changed_meanwhile_is_stale(world):
    party = add(world, "party", kind="person", name="方小满")
    edit(world, "party", party, name="方大满")
    with pytest.raises(Stale):
        register("party").edit(party, {"name": "方中满"}, actor=world.actor("desk"), at=MONDAY, seen_seq=1)
    assert Party.objects.get(pk=party.pk).name == "方大满"


@pytest.mark.parametrize(
    "name, values, field",
    [
        ("party", {"kind": "person", "name": ""}, "name"),
        ("party", {"kind": "robot", "name": "方"}, "kind"),
        ("party", {"kind": "person", "name": "方", "erased_at": "2026-01-01"}, "erased_at"),
        ("contact", {"party": "fang", "kind": "phone", "shown": "没有"}, "shown"),
        ("contact", {"party": "fang", "kind": "email", "shown": "nobody"}, "__all__"),
        ("role", {"party": "fang", "place": "home", "role": "TENANT", "from_date": "2026-05-01", "until_date": "2026-04-01"}, "__all__"),
        ("place", {"kind": "unit", "code": "9-9-901", "name": "9-9-901"}, "parent"),
        ("place", {"kind": "unit", "code": "1-1-101", "name": "again", "parent": "b1"}, "__all__"),
        ("staff", {"name": "某某", "number": "S001"}, "__all__"),
        ("office", {"role": "steward", "building": "1-1-101"}, "building"),
        ("holding", {"office": "steward1", "staff": "nobody", "from_at": MONDAY, "stand_in": True}, "until_at"),
    ],
)  # fmt: skip
def test_what_is_not_right_is_said_under_its_field(world, name, values, field):
    rows = {"party": world.parties, "place": world.places, "parent": world.places, "building": world.places,
            "office": world.offices, "staff": world.staff}  # fmt: skip
    given = {
        key: world.home if value == "home" else rows[key].get(value, value) if key in rows else value
        for key, value in values.items()
    }

    error = refused(Invalid, add, world, name, **given)

    assert list(error.errors) == [field]
    said = str(list(error.errors.values()))
    assert not any(word in said.lower() for word in ("constraint", "约束", "_", "org ", "已存在", "already exists")), (
        said
    )


def test_same_role_twice_at_a_time_is_refused_and_possible_afterwards(world):
    party = add(world, "party", kind="person", name="方小满")
    values = {"party": party, "place": world.home, "role": "TENANT"}
    first = add(world, "role", **values, from_date="2026-01-01", until_date="2026-06-30")
    error = refused(Invalid, add, world, "role", **values, from_date="2026-06-30")
    assert list(error.errors) == ["from_date"]

    second = add(world, "role", **values, from_date="2026-07-01")

    role = register("role")
    for day, row in (("2026-03-01", first), ("2026-06-30", first), ("2026-07-01", second), ("2027-01-01", second)):
        assert list(role.as_of(at(f"{day} 12:00"), org_id=world.org.pk, party=party)) == [row]
    assert list(role.as_of(at("2025-12-31 23:59"), org_id=world.org.pk, party=party)) == []
    refused(Invalid, edit, world, "role", first, until_date="2026-07-01")


def test_holdings_are_dated_to_the_second(world):
    office, old, new = world.offices["steward1"], world.staff["steward1"], world.staff["nobody"]
    held = Holding.objects.get(office=office)
    edit(world, "holding", held, "supervisor", until_at=MONDAY)
    add(world, "holding", "supervisor", office=office, staff=new, from_at=MONDAY)

    def who(when: Any) -> list[Staff]:
        return [row.staff for row in register("holding").as_of(when, org_id=world.org.pk, office=office)]

    assert who(MONDAY - timedelta(seconds=1)) == [old]
    assert who(MONDAY) == [new]
    assert [step for step, _body in card("office", office.pk)] == ["edit", "add"]


def test_stand_in_holds_from_until(world):
    row = add(
        world, "holding", "supervisor", office=world.offices["steward1"], staff=world.staff["steward2"], stand_in=True,
        from_at=MONDAY, until_at=MONDAY + 8 * HOUR, reason="年假",
    )  # fmt: skip
    assert row in register("holding").as_of(MONDAY + HOUR, org_id=world.org.pk, stand_in=True)
    assert world.actor("steward2", at=MONDAY + HOUR).offices != world.actor("steward2", at=MONDAY + 9 * HOUR).offices


def test_place_knows_its_community_building_and_path(world):
    building = add(world, "place", "desk", kind="building", code="7", name="7 栋", parent=world.places["site"])
    entrance = add(world, "place", "desk", kind="entrance", code="7-1", name="7-1", parent=building)
    unit = add(world, "place", "desk", kind="unit", code="7-1-701", name="7-1-701", parent=entrance)

    assert (unit.site_id, unit.building_id) == (world.places["site"].pk, building.pk)
    assert unit.path == f"{entrance.path}{unit.pk}/" and entrance.path.startswith(building.path)

    edit(world, "place", entrance, "desk", parent=world.places["b2"])
    unit.refresh_from_db()
    assert unit.building_id == world.places["b2"].pk and str(world.places["b2"].path) in unit.path


def test_place_cannot_lie_within_itself_or_leave_its_community(world):
    building = add(world, "place", kind="building", code="7", name="7 栋", parent=world.places["site"])
    unit = add(world, "place", kind="unit", code="7-1-701", name="7-1-701", parent=building)

    assert "parent" in refused(Invalid, edit, world, "place", building, parent=unit).errors
    assert "parent" in refused(Invalid, edit, world, "place", unit, parent=world.places["other"]).errors


def test_office_cannot_report_to_itself(world):
    low = add(world, "office", role="fitter", site=world.places["site"], reports_to=world.offices["supervisor"])
    top = Office.objects.get(pk=world.offices["supervisor"].pk)

    assert "reports_to" in refused(Invalid, edit, world, "office", top, reports_to=low).errors


@pytest.mark.parametrize("name", sorted(registers))
def test_stranger_sees_and_changes_nothing(world, name):
    fang = world.actor("fang")
    rows = register(name).rows(world.actor("manager"))
    assert rows.exists() or name in ("contact", "identity", "vehicle", "pet", "area_card", "care", "assessment")
    assert not register(name).rows(fang).exists()
    refused(NotAllowed, register(name).add, {}, actor=fang, at=MONDAY)
    if rows.first() is not None:
        refused(Unknown, register(name).edit, rows.first(), {}, actor=fang, at=MONDAY)


@pytest.mark.parametrize("name", ["staff", "office", "holding", "department", "organization"])
def test_desk_sees_but_does_not_keep_the_staff_list(world, name):
    row = register(name).rows(world.actor("desk")).first()

    assert row is not None
    refused(NotAllowed, register(name).edit, row, {}, actor=world.actor("desk"), at=MONDAY)


def test_another_organizations_card_is_unknown(world):
    from tests.world import Organization

    other = Organization.objects.create(name="别处")
    place = Place.objects.create(org=other, kind="community", code="x", name="x", path="/x/")

    refused(Unknown, edit, world, "place", place, name="y")
    refused(Invalid, add, world, "place", kind="building", code="1", name="1", parent=place)
    assert place not in register("place").rows(world.actor("manager"))


def test_only_contacts_are_ever_removed(world):
    row = Role.objects.order_by("id").first()
    refused(Refusal, register("role").remove, row, actor=world.actor("manager"), at=MONDAY)


@pytest.mark.clause("S6-1.13")
def test_a_look_at_a_protected_value_is_written_down(world):
    contact = add(world, "contact", party=world.parties["fang"], kind="phone", shown="13800007391")
    actor = world.actor("desk")

    assert register("contact").look(contact, "shown", actor=actor, purpose="call back", at=MONDAY) == "13800007391"

    look = Look.objects.get()
    assert (look.staff_id, look.party_id, look.what, look.purpose) == (
        actor.staff_id,
        contact.party_id,
        "contact.shown",
        "call back",
    )
    with pytest.raises(Refusal):
        register("contact").look(contact, "shown", actor=actor, purpose=" ", at=MONDAY)
    with pytest.raises(Unknown):
        register("contact").look(contact, "kind", actor=actor, purpose="curious", at=MONDAY)


def test_organization_is_edited_never_made(world):
    assert edit(world, "organization", world.org, zone="Asia/Urumqi").zone == "Asia/Urumqi"
    assert "zone" in refused(Invalid, edit, world, "organization", world.org, zone="Mars/Base").errors
    refused(NotAllowed, add, world, "organization", name="x")


def test_the_glossary_names_every_register_and_field():
    for found in registers.values():
        assert words.known(found.name), found
        for field in found.fields:
            assert words.known(f"{found.name}.{field}") or words.known(field), f"{found.name}.{field}"


def test_a_word_that_is_no_column_is_refused_with_the_nearest():
    with pytest.raises(words.UnknownWord, match="did you mean 'name'"):
        Register("odd", Party, sees=held_by(), edits=held_by(), fields="nam")
    with pytest.raises(words.UnknownWord, match="did you mean 'place'"):
        register("plase")
    assert "odd" not in registers


def test_erased_card_is_not_written_again(world):
    party = world.parties["fang"]
    Party.objects.filter(pk=party.pk).update(erased_at=MONDAY, name="—")
    party.refresh_from_db()

    assert refused(Invalid, edit, world, "party", party, name="方小满").errors
    assert date(2026, 1, 1) < MONDAY.date()
