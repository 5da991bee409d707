"""What a pack chooses: the rooms that are used, policy values, departments and offices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shouwen.ground.actors import Actor
from shouwen.ground.models import Department
from shouwen.kernel import rooms
from shouwen.kernel.models import Case, Outbox
from shouwen.kernel.offers import openers
from shouwen.kernel.outbox import drain
from shouwen.kernel.policies import publish
from shouwen.kernel.rulebook import rulebook
from shouwen.packs.choice import found, packs, shut_of
from shouwen.rooms.clearance import kinds as clearance  # noqa: F401  (its duty comes up each day)
from tests.support import a_case, act, refused
from tests.world import MONDAY, at

DAY = timedelta(days=1)


def shut(world, *names: str) -> None:
    publish("rooms.shut", list(names), actor=world.actor("manager"), at=MONDAY - DAY)


@pytest.mark.django_db
def test_a_pack_shuts_the_rooms_it_does_not_name_and_sets_its_values():
    pack = replace(packs()["property"], rooms="complaints", policies={"complaint.minor": "12h"})
    org = found(pack, name="样例", at=MONDAY)
    book = rulebook(org.pk, None)
    assert book.policy("complaint.minor", "24h", MONDAY)[0] == "12h"
    closed = book.policy("rooms.shut", [], MONDAY)[0]
    assert set(closed) == set(rooms.rooms()) - {"complaints"}
    assert Department.objects.filter(org=org).count() == len(pack.departments)
    system = Actor(org_id=org.pk, system=True)
    assert {step.kind.key.split("_")[0] for step in openers(system, at=MONDAY)} <= {"complaint", "job", "part"}


def test_a_property_service_has_no_help_desk_and_every_named_room_is_there():
    pack = packs()["property"]
    assert shut_of(pack) == {"rooms.shut": ["tickets"]}
    assert set(pack.rooms.split()) <= set(rooms.rooms())


def test_nothing_is_opened_in_a_room_that_is_shut_and_what_is_there_goes_on(world):
    case = a_case(world, "complaint", at=MONDAY - 2 * DAY)
    shut(world, "complaints")
    desk = world.actor("desk")
    assert "complaint" not in {step.kind.key for step in openers(desk, at=MONDAY)}
    assert "complaint" in {step.kind.key for step in openers(desk, at=MONDAY - 2 * DAY)}
    refused("open", actor=desk, kind="complaint", data={"place": "1-1-101", "words": "样例"})
    assert act(world, "take_up", case, who="steward1").state == "in_hand"


def test_nothing_comes_up_by_itself_in_a_room_that_is_shut(world):
    from shouwen.kernel import daily

    shut(world, "clearance", "followups")
    daily.open_due(world.org.pk, at("2026-11-23 10:00"))
    repair = a_case(world, "repair", "closed", customer=str(world.parties["fang"].pk))
    drain("test", at=repair.closed_at)
    assert not Case.objects.filter(kind__in=("clearance", "followup")).exists()
    assert not Outbox.objects.filter(done_at__isnull=True, tries__gt=0).exists()


def test_a_complaint_does_not_become_a_repair_where_there_are_none(world):
    shut(world, "requests")
    case = a_case(world, "complaint")
    refused("convert", actor=world.actor("desk"), case=case, data={"note": "是报修"})


def test_the_desk_and_the_api_offer_only_what_is_used(world, client):
    shut(world, "requests")
    client.force_login(world.accounts["desk"])
    page = client.get("/intake")
    offered = {step.kind.key for _label, step, _chosen in page.context["kinds"]}
    assert "complaint" in offered and "repair" not in offered
    data = {"place": "1-1-101", "words": "样例"}
    assert refused("open", actor=world.actor("desk"), kind="repair", data=data).sentence
    publish("rooms.shut", [], actor=world.actor("manager"), at=MONDAY + DAY)
    assert act(world, "open", kind="repair", who="desk", at=MONDAY + 2 * DAY).state == "taken"
