"""Two cards of one customer become one and two again; nothing is lost on the way, nothing merges by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.ground.models import ContactPoint, Identity, Party, Role
from shouwen.kernel import audit, erase
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Unknown
from shouwen.kernel.registers import register
from shouwen.rooms.customers import merging
from tests.customers.test_finding import names
from tests.customers.test_page import page_of
from tests.ground.test_identity import resident
from tests.support import a_case, unchanged
from tests.world import MONDAY

HOUR = timedelta(hours=1)


@pytest.fixture
def two(world):
    """Fang once with the home, once with another number and a case of their own."""
    add = {"actor": world.actor("desk"), "at": MONDAY}
    fang = world.parties["fang"]
    ContactPoint.objects.all().delete()
    other = register("party").add({"kind": "person", "name": "方晓满"}, **add)
    register("contact").add({"party": fang, "kind": "phone", "shown": "13800110287"}, **add)
    register("contact").add({"party": other, "kind": "phone", "shown": "13800110287"}, **add)
    register("contact").add({"party": other, "kind": "phone", "shown": "13900225566"}, **add)
    register("role").add(
        {"party": other, "place": world.places["1-1-102"], "role": "TENANT", "from_date": date(2026, 1, 1)}, **add
    )
    a_case(world, "job", customer=str(fang.pk))
    a_case(world, "job", customer=str(other.pk))
    return fang, other


def counts() -> list[int]:
    return [model.objects.count() for model in (Party, ContactPoint, Role, Identity, Case)]


@pytest.mark.clause("S6-6.02")
def test_merged_number_finds_the_survivor_and_undone_it_finds_its_own(world, two):
    fang, other = two
    desk, before = world.actor("desk"), counts()
    assert names(world, "5566") == ["方晓满"]

    merging.merge(other, fang, actor=desk, at=MONDAY)
    assert names(world, "5566") == names(world, "方晓满") == ["方小满"]
    assert names(world, "1-1-102") == ["方小满"]
    page = page_of(world, "desk").get(f"/customers/{fang.pk}").content.decode()
    numbers = list(Case.objects.filter(party__in=two).values_list("no", flat=True))
    assert all(no in page for no in numbers) and "139 0022 5566" in page
    moved = page_of(world, "desk").get(f"/customers/{other.pk}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/customers/{fang.pk}")

    merging.undo(Party.objects.get(pk=other.pk), actor=desk, at=MONDAY + HOUR)
    assert names(world, "5566") == ["方晓满"]
    assert counts() == before
    assert page_of(world, "desk").get(f"/customers/{other.pk}").status_code == 200
    steps = Entry.objects.filter(stream_type="register.party", step__in=("merge", "unmerge")).values_list(
        "step", flat=True
    )
    assert sorted(steps) == ["merge", "merge", "unmerge", "unmerge"]
    assert [str(d) for d in audit.audit_journal()] == []


def test_the_likely_same_are_proposed_with_the_reason_and_nothing_merges_by_itself(world, two):
    fang, other = two
    add = {"actor": world.actor("desk"), "at": MONDAY}
    third = register("party").add({"kind": "person", "name": "方三"}, **add)
    for party in (other, third):
        register("identity").add(
            {"party": party, "kind": "resident_id", "number": resident("33010619900307123")}, **add
        )
    assert [(one.party, str(one.reason)) for one in merging.duplicates(fang)] == [(other, "号码相同")]
    assert [(one.party.name, str(one.reason)) for one in merging.duplicates(other)] == [
        ("方三", "证件相同"),
        ("方小满", "号码相同"),
    ]
    assert merging.duplicates(world.parties["zeng"]) == []
    assert not Party.objects.filter(merged_into__isnull=False).exists()


def test_what_cannot_be_merged_is_refused_with_nothing_changed(world, two):
    fang, other = two
    desk = world.actor("desk")
    company = register("party").add({"kind": "company", "name": "临江咖啡"}, actor=desk, at=MONDAY)
    with unchanged():
        for gone, into, error, who in (
            (fang, fang, Refusal, "desk"), (company, fang, Refusal, "desk"), (other, fang, NotAllowed, "fitter"),
            (other, fang, NotAllowed, "fang"),
        ):  # fmt: skip
            with pytest.raises(error):
                merging.merge(gone, into, actor=world.actor(who), at=MONDAY)
        with pytest.raises(Refusal):
            merging.undo(other, actor=desk, at=MONDAY)
    merging.merge(other, fang, actor=desk, at=MONDAY)
    with unchanged():
        with pytest.raises(Refusal):
            merging.merge(other, fang, actor=desk, at=MONDAY)
        with pytest.raises(Refusal):
            merging.merge(fang, Party.objects.get(pk=other.pk), actor=desk, at=MONDAY)
        with pytest.raises(Invalid):
            register("party").edit(Party.objects.get(pk=other.pk), {"name": "x"}, actor=desk, at=MONDAY)


def test_erasing_the_survivor_erases_what_was_merged_into_it(world):
    add = {"actor": world.actor("desk"), "at": MONDAY}
    zeng = world.parties["zeng"]
    other = register("party").add({"kind": "person", "name": "曾如出"}, **add)
    register("contact").add({"party": other, "kind": "phone", "shown": "13900225566"}, **add)
    merging.merge(other, zeng, actor=world.actor("desk"), at=MONDAY)

    erase.erase_party(zeng, actor=world.actor("manager"), at=MONDAY + HOUR, reason="本人要求")

    assert not ContactPoint.objects.filter(party__in=(zeng, other)).exists()
    assert Party.objects.get(pk=other.pk).erased_at is not None
    assert names(world, "5566") == []
    with pytest.raises(Unknown):
        merging.undo(Party.objects.get(pk=other.pk), actor=world.actor("desk"), at=MONDAY + 2 * HOUR)


def test_on_the_page_by_hand(world, two):
    fang, other = two
    desk = page_of(world, "desk")
    assert "号码相同" in desk.get(f"/customers/{fang.pk}").content.decode()
    assert desk.post(f"/customers/{fang.pk}/merge/{other.pk}").status_code == 302
    assert Party.objects.get(pk=other.pk).merged_into == fang
    assert desk.post(f"/customers/{fang.pk}/merge/{fang.pk}").status_code == 409
    assert desk.post(f"/customers/{fang.pk}/merge/{other.pk}", {"_do": "undo"}).status_code == 302
    assert Party.objects.get(pk=other.pk).merged_into is None
    assert page_of(world, "fitter").post(f"/customers/{fang.pk}/merge/{other.pk}").status_code == 403
