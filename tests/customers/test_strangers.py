"""The stranger's tests: for each role and each class of field who sees, who sees masked, who finds nothing; and what a thief reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shouwen.ground.models import ContactPoint, Identity
from shouwen.kernel import indexing, outbox, policies
from shouwen.kernel.models import Look
from shouwen.kernel.registers import register
from shouwen.rooms.customers import archive, care
from shouwen.rooms.customers.models import ArchivedCopy, CareFact
from tests.customers.test_care import assessed
from tests.customers.test_copies import photo
from tests.customers.test_page import NUMBER, PHONE, page_of
from tests.customers.test_page import fang as fang
from tests.kernel.test_erase import places_with
from tests.support import a_case
from tests.world import MONDAY, World

HOUR = timedelta(hours=1)
ORDINARY, SENSITIVE = "打太极拳", "allergy7391花生过敏"
pytestmark = pytest.mark.clause("S6-1.13")


@pytest.fixture
def known(world, fang):
    """The customer with a value of each class: number, document, ordinary and sensitive care, a copy, words of a case."""
    desk = world.actor("desk")
    assessed(world)
    for switch in (care.PROFILE, care.DELICATE):
        policies.publish(switch.key, True, actor=world.actor("manager"), at=MONDAY)
    for topic, value in (("hobby", ORDINARY), ("health", SENSITIVE)):
        care.give(fang, topic, how="signed", actor=desk, at=MONDAY + HOUR)
        values = {"party": fang, "topic": topic, "value": value, "source": "本人告知"}
        row = register("care").add(values, actor=desk, at=MONDAY + HOUR)
    register("care").edit(row, {"value": f"{SENSITIVE}，慎"}, actor=desk, at=MONDAY + HOUR)
    sent = SimpleUploadedFile("身份证.png", photo())
    archive.keep(fang, sent, kind="id_copy", purpose="move_in", actor=desk, at=MONDAY + HOUR)
    a_case(world, "complaint", customer=str(fang.pk), words="客厅滴水七夜")
    return fang


KEEPER = {
    "number": "clear",
    "document": "masked",
    "care": "clear",
    "sensitive": "masked",
    "copy": "named",
    "case": "clear",
}
ROLES = {
    "desk": KEEPER, "desk2": KEEPER, "steward1": KEEPER, "supervisor": KEEPER, "director": KEEPER, "property_gm": KEEPER,
    "manager": KEEPER,
    "steward2": {**KEEPER, "case": "none"},
    "elsewhere": {**KEEPER, "number": "masked", "case": "none"},
    "fitter": {"number": "masked", "document": "none", "care": "none", "sensitive": "none", "copy": "none", "case": "none"},
    "dispatcher": {"number": "masked", "document": "none", "care": "none", "sensitive": "none", "copy": "none", "case": "none"},
    "engineering": {"number": "masked", "document": "none", "care": "none", "sensitive": "none", "copy": "none", "case": "none"},
    "nobody": None, "fang": None, "zeng": None,
}  # fmt: skip


def seen(page: str) -> dict[str, str]:
    """What of each class a page shows."""
    return {
        "number": "clear" if PHONE in page else "masked" if "••••0287" in page else "none",
        "document": "clear" if NUMBER in page else "masked" if f"••••{NUMBER[-4:]}" in page else "none",
        "care": "clear" if ORDINARY in page else "none",
        "sensitive": "clear" if "allergy7391" in page else "masked" if "健康状况 <b>••••" in page else "none",
        "copy": "named" if "身份证件复印件 <span" in page else "none",
        "case": "clear" if "客厅滴水七夜" in page else "none",
    }  # fmt: skip


@pytest.mark.parametrize("who", ROLES)
def test_what_each_role_sees_of_each_class(world, known, who):
    answer = page_of(world, who).get(f"/customers/{known.pk}")
    page = answer.content.decode()
    if ROLES[who] is None:
        assert answer.status_code == 404
        assert not any(text in page for text in ("方小满", PHONE, NUMBER[-4:], ORDINARY, "allergy7391"))
        return
    assert (answer.status_code, seen(page)) == (200, ROLES[who])


def wanted(party) -> dict[str, tuple[str, dict[str, str], str]]:
    """How a value of each protected class is asked for, and what then stands in the answer."""
    url, purpose = f"/customers/{party.pk}", {"purpose": "check_identity"}
    number = ContactPoint.objects.get(party=party, whose="")
    document, health = Identity.objects.get(party=party), CareFact.objects.get(party=party, topic="health")
    look = {
        "number": ("contact", number.pk, "13800110287"),
        "document": ("identity", document.pk, NUMBER),
        "sensitive": ("care", health.pk, "allergy7391"),
    }
    asked = {
        name: (f"{url}/look", {**purpose, "register": sort, "row": str(pk)}, text)
        for name, (sort, pk, text) in look.items()
    }
    return {**asked, "copy": (f"{url}/copies/{ArchivedCopy.objects.get().pk}", purpose, "")}


@pytest.mark.parametrize("who", ROLES)
def test_who_opens_a_protected_value_for_a_purpose_and_who_finds_nothing_there(world, known, who):
    client, opens = page_of(world, who), ROLES[who] is not None and ROLES[who]["document"] != "none"
    for name, (url, data, text) in wanted(known).items():
        answer = client.post(url, data)
        assert answer.status_code == (200 if opens else 404), name
        if opens and text:
            assert text in answer.content.decode(), name
    assert Look.objects.filter(staff__isnull=False).count() == (4 if opens else 0)


def test_of_another_customers_card_nothing_is_opened(world, known):
    """A row that lies on one card is not found under another's address."""
    desk, zeng = page_of(world, "desk"), world.parties["zeng"]
    for url, data, _text in wanted(known).values():
        assert desk.post(url.replace(str(known.pk), str(zeng.pk)), data).status_code == 404
    assert not Look.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_thief_of_the_database_and_the_files_reads_no_number_and_nothing_sensitive(world: World, known):
    """Tables, index, outbox, logs and stored files as bytes: what is sealed stands nowhere in clear, what is not does."""
    document = Identity.objects.get(party=known)
    register("identity").edit(document, {"valid_until_date": "2036-01-01"}, actor=world.actor("desk"), at=MONDAY + HOUR)
    desk = page_of(world, "desk")
    for url, data, _text in wanted(known).values():
        assert desk.post(url, data).status_code == 200
    indexing.index_party(known.pk, at=MONDAY + HOUR)
    while outbox.drain("test", at=MONDAY + 2 * HOUR):
        pass
    assert places_with(NUMBER, NUMBER[:17], "allergy7391", "花生过敏") == []
    assert places_with("客厅滴水七夜") != [], "the search itself finds what is in clear"
