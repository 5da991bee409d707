"""Customers' cards: documents, numbers, roles, shares and vehicles, each refused with its sentence where it cannot be."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from shouwen.ground import search
from shouwen.ground.models import ContactPoint, Identity, Party, Role, Vehicle
from shouwen.kernel import audit, erase
from shouwen.kernel.models import EntryData, Look
from shouwen.kernel.refusals import Invalid, NotAllowed, Unknown
from shouwen.kernel.registers import register
from tests.ground.test_identity import resident
from tests.support import unchanged
from tests.world import MONDAY, World

NUMBER = resident("33010619900307123")
DAY = date(2026, 1, 1)


def add(world: World, card: str, /, who: str = "desk", **values):
    return register(card).add(values, actor=world.actor(who), at=MONDAY)


def wrong(world: World, card: str, field: str, /, **values) -> str:
    """The sentence at a field, with nothing changed."""
    with unchanged(), pytest.raises(Invalid) as refused:
        add(world, card, **values)
    assert field in refused.value.errors, refused.value.errors
    return refused.value.errors[field][0]


def found(world: World, text: str) -> list[str]:
    ids = search.find(text, org_id=world.org.pk, kind="party")
    return sorted(Party.objects.filter(pk__in=ids).values_list("name", flat=True))


@pytest.mark.clause("S6-1.12")
@pytest.mark.parametrize(
    ("name", "sounds"),
    [("单小满", "shan"), ("曾如初", "zeng"), ("解语花", "xie"), ("仇千里", "qiu"), ("尉迟恭", "yuchi"), ("查良", "zha")],
)  # fmt: skip
def test_surnames_are_read_as_surnames(world, name, sounds):
    party = add(world, "party", kind="person", name=name)
    assert party.pinyin.startswith(sounds)
    assert found(world, party.pinyin[:6]) == found(world, party.initials) == [name]


@pytest.mark.clause("S6-1.12")
def test_any_four_digits_in_a_row_find_the_number(world):
    party = add(world, "party", kind="person", name="单小满")
    add(world, "contact", party=party, kind="phone", shown="138-1234-5678", whose="妻子")
    for digits in ("5678", "1234", "13812345678", "+86 138 1234 5678", "3456", "138 1234 5678", "8123"):
        assert found(world, digits) == ["单小满"], digits
    assert found(world, "9999") == []


@pytest.mark.clause("S6-2.02")
def test_a_document_is_checked_sealed_everywhere_and_masked(world):
    row = add(world, "identity", party=world.parties["fang"], kind="resident_id", number=f"{NUMBER[:6]} {NUMBER[6:]}")

    assert row.number == NUMBER
    assert register("identity").masked(row, "number") == f"••••{NUMBER[-4:]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM ground_identity")
        assert NUMBER not in str(cursor.fetchall())
        cursor.execute("SELECT body FROM kernel_entrydata")
        assert NUMBER not in str(cursor.fetchall())
    assert [str(d) for d in audit.audit_journal()] == []


@pytest.mark.clause("S6-2.02")
def test_a_refused_document_is_recorded_as_refused_and_blocks_nothing(world):
    row = add(world, "identity", party=world.parties["fang"], kind="passport", number="", refused=True)
    assert (row.refused, row.number, row.fingerprint) == (True, "", "")
    wrong(world, "identity", "number", party=world.parties["zeng"], kind="passport", number="E1234567", refused=True)
    assert add(world, "role", party=world.parties["fang"], place=world.places["1-1-102"], role="TENANT", from_date=DAY)


def test_each_wrong_value_gets_its_sentence(world):
    fang = world.parties["fang"]
    wrong(world, "identity", "number", party=fang, kind="resident_id", number="330106199003071230")
    wrong(world, "identity", "number", party=fang, kind="resident_id", number="")
    wrong(world, "contact", "shown", party=fang, kind="phone", shown="138O0000287")
    wrong(world, "party", "name", kind="person", name="🐦‍⬛")
    wrong(world, "party", "name", kind="company", name="长" * 300)
    wrong(world, "party", "name", kind="person", name="  ")
    wrong(world, "party", "__all__", kind="person", name="方", quiet_from="21:00")
    wrong(world, "role", "from_date", party=fang, place=world.home, role="FAMILY", from_date="2026-02-30")
    wrong(
        world,
        "role",
        "__all__",
        party=fang,
        place=world.home,
        role="FAMILY",
        from_date="2026-02-03",
        until_date="2026-02-02",
    )
    wrong(world, "role", "role", party=fang, place=world.home, role="KING", from_date=DAY)
    wrong(world, "role", "scope", party=fang, place=world.home, role="AGENT", from_date=DAY)
    wrong(world, "role", "share", party=fang, place=world.home, role="TENANT", from_date=DAY, share=10)
    wrong(world, "vehicle", "plate", party=fang, plate="12345", from_date=DAY)


def test_shares_of_a_home_are_never_more_than_the_whole(world):
    home = world.places["1-1-102"]
    add(world, "role", party=world.parties["fang"], place=home, role="OWNER", from_date=DAY, share=7500)
    assert "25" in wrong(
        world, "role", "share", party=world.parties["zeng"], place=home, role="CO_OWNER", from_date=DAY, share=7500
    )
    add(world, "role", party=world.parties["zeng"], place=home, role="CO_OWNER", from_date=DAY, share=2500)
    first = Role.objects.get(place=home, role="OWNER")
    register("role").edit(first, {"until_date": date(2026, 6, 30)}, actor=world.actor("desk"), at=MONDAY)
    add(world, "role", party=world.parties["zeng"], place=home, role="OWNER", from_date=date(2026, 7, 1), share=7500)


@pytest.mark.clause("S6-6.02")
def test_former_owners_stay_findable(world):
    fang = world.parties["fang"]
    role = Role.objects.get(party=fang, role="OWNER")
    register("role").edit(role, {"until_date": date(2026, 6, 30)}, actor=world.actor("desk"), at=MONDAY)
    assert fang.name in found(world, "1-1-101")


@pytest.mark.clause("S6-6.02")
def test_a_plate_finds_its_customer_and_stands_once(world):
    fang, zeng = world.parties["fang"], world.parties["zeng"]
    car = add(world, "vehicle", party=fang, plate="浙a·d12345", from_date=DAY)
    assert car.plate == "浙AD12345"
    assert found(world, "浙AD12345") == [fang.name]
    wrong(world, "vehicle", "__all__", party=zeng, plate="浙AD12345", from_date=date(2026, 5, 1))
    register("vehicle").edit(car, {"until_date": date(2026, 6, 30)}, actor=world.actor("desk"), at=MONDAY)
    assert add(world, "vehicle", party=zeng, plate="浙AD12345", from_date=date(2026, 7, 1))


@pytest.mark.clause("S1-1")
def test_who_brought_a_customer_is_counted_and_nobody_brings_themselves(world):
    fang = world.parties["fang"]
    party = add(
        world, "party", kind="company", name="临江咖啡", source="from_referral", referred_by=fang, segment="business"
    )
    assert list(fang.referred.all()) == [party]
    with pytest.raises(Invalid):
        register("party").edit(fang, {"referred_by": fang}, actor=world.actor("desk"), at=MONDAY)


@pytest.mark.clause("S6-1.13")
def test_documents_are_for_those_who_need_them_and_each_look_is_written_down(world):
    row = add(world, "identity", party=world.parties["fang"], kind="resident_id", number=NUMBER)
    documents = register("identity")
    for who in ("fitter", "nobody", "fang"):
        actor = world.actor(who)
        assert not documents.rows(actor).exists()
        with pytest.raises(Unknown):
            documents.look(row, "number", actor=actor, purpose="核对身份", at=MONDAY)
        with pytest.raises((Unknown, NotAllowed)):
            documents.edit(row, {"refused": True}, actor=actor, at=MONDAY)
    assert not Look.objects.exists()
    assert documents.look(row, "number", actor=world.actor("desk"), purpose="核对身份", at=MONDAY) == NUMBER
    assert Look.objects.get().what == "identity.number"


def test_an_erased_customer_leaves_no_document_vehicle_or_number(world):
    zeng = world.parties["zeng"]
    add(world, "identity", party=zeng, kind="resident_id", number=NUMBER)
    add(world, "vehicle", party=zeng, plate="浙AD12345", from_date=DAY)
    erase.erase_party(zeng, actor=world.actor("manager"), at=MONDAY, reason="本人要求")

    assert not Identity.objects.filter(party=zeng).exists()
    assert not Vehicle.objects.filter(party=zeng).exists()
    assert not ContactPoint.objects.filter(party=zeng).exists()
    bodies = EntryData.objects.filter(entry__stream_type="register.party", body__isnull=False)
    assert "浙AD12345" not in str(list(bodies.values_list("body", flat=True)))
    assert [str(d) for d in audit.audit_journal()] == []
