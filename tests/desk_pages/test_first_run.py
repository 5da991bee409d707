"""The first day: an empty installation, from its page to the first complaint, without the command line."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from shouwen.ground.actors import actor_for
from shouwen.ground.models import Account, ContactPoint, Holding, Office, Organization, Party, Place, Role
from shouwen.ground.search import find
from shouwen.kernel import audit
from shouwen.kernel.models import Case
from shouwen.kernel.perform import perform
from shouwen.packs import beginning
from shouwen.project import first_run

pytestmark = pytest.mark.django_db
LIST = "3-1-1502, 方小满, 138 0000 0287\n3-1-1503，曾如初，13800000288，0571-87654321\n3-2-101\n5-201, 方小满, 13800000287\n"
GOOD = {
    "organization": "青禾物业", "community": "青禾苑", "pack": "property", "name": "程远山", "username": "cheng",
    "password": "mountains-and-9", "again": "mountains-and-9", "buildings": "2", "entrances": "1", "floors": "3",
    "flats": "2", "units": "",
}  # fmt: skip


def test_an_empty_installation_leads_to_its_first_day_and_a_begun_one_has_none(client):
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/first-run"
    assert client.get("/first-run").status_code == 200
    assert client.post("/first-run", GOOD).url == "/first-run/done"
    assert client.get("/first-run/done").status_code == 200
    assert client.get("/first-run").status_code == 404
    assert client.post("/first-run", GOOD).status_code == 404
    assert Organization.objects.count() == 1
    assert Client().get("/first-run/done").status_code == 404


def test_from_the_first_day_to_the_first_complaint_without_the_command_line(client):
    client.post("/first-run", GOOD)
    account = Account.objects.get()
    assert (account.username, account.is_admin, account.must_change_password) == ("cheng", True, False)
    assert Place.objects.filter(kind="unit").count() == 12
    now = Holding.objects.first().from_at
    actor = actor_for(account, at=now)
    entry = perform("open", actor=actor, kind="complaint", at=now, data={"place": "2-1-302", "words": "电梯有异响"})
    case = Case.objects.get(pk=entry.stream_id)
    assert (case.owner.name, case.no[:2]) == ("程远山", "TS")
    assert client.get(f"/cases/{case.no}").status_code == 200
    assert client.get("/intake").status_code == 200
    assert list(audit.audit_journal()) == []


def test_offices_of_the_trade_are_there_each_under_the_one_above(client):
    client.post("/first-run", GOOD)
    roles = sorted(Office.objects.values_list("role", flat=True))
    assert roles == sorted("manager desk dispatcher supervisor director steward steward head head head head".split())
    assert Office.objects.get(role="director").reports_to.role == "manager"
    assert {one.building.code for one in Office.objects.filter(role="steward")} == {"1", "2"}
    assert sorted(Holding.objects.values_list("office__role", flat=True)) == ["desk", "manager", "supervisor"]
    page = client.get("/settings/offices")
    assert sum(row["vacant"] for row in page.context["rows"]) == len(roles) - 3


def test_a_list_brings_units_owners_and_their_numbers(client):
    client.post("/first-run", {**GOOD, "units": LIST})
    assert sorted(Place.objects.filter(kind="unit").values_list("code", flat=True)) == [
        "3-1-1502",
        "3-1-1503",
        "3-2-101",
        "5-201",
    ]
    assert sorted(Place.objects.filter(kind="entrance").values_list("code", flat=True)) == ["3-1", "3-2"]
    assert sorted(Party.objects.values_list("name", flat=True)) == ["方小满", "曾如初"]
    assert ContactPoint.objects.count() == 3
    fang = Party.objects.get(name="方小满")
    assert sorted(Role.objects.filter(party=fang).values_list("place__code", flat=True)) == ["3-1-1502", "5-201"]
    org = Organization.objects.get()
    assert {fang.pk} == set(find("0287", org_id=org.pk, kind="party"))
    assert list(audit.audit_journal()) == []


def test_what_is_wrong_with_a_list_is_said_line_by_line():
    listed = beginning.read("3-1-101\n\nno unit\n3-1-101\n3-1-102, 方, 12\n3-1-103, --, 13800000287")
    assert [home.code for home in listed.homes] == ["3-1-101"]
    assert [re.search(r"\d", sentence)[0] for sentence in listed.wrong] == ["3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"again": "other"}, "again"), ({"password": "short", "again": "short"}, "password"), ({"organization": ""}, "organization"),
        ({"units": "nonsense"}, "units"), ({"pack": "moon"}, "pack"), ({"username": "两 字"}, "username"), ({"buildings": "61"}, "buildings"),
    ],
)  # fmt: skip
def test_wrong_answers_are_said_beside_their_field_and_nothing_is_made(client, change, field):
    page = client.post("/first-run", {**GOOD, **change})
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert (Organization.objects.count(), Place.objects.count(), Account.objects.count()) == (0, 0, 0)
    assert change.get("organization", "青禾物业") in page.content.decode()


def test_from_another_machine_the_printed_code_is_asked_for():
    far = Client(REMOTE_ADDR="203.0.113.7")
    assert far.get("/first-run").status_code == 403
    assert far.post("/first-run", GOOD).status_code == 403
    assert far.get("/first-run", {"code": "guessed"}).status_code == 403
    assert far.get("/first-run", {"code": first_run.code()}).status_code == 200
    behind = Client(headers={"x-forwarded-for": "203.0.113.7"})
    assert behind.get("/first-run").status_code == 403
    assert Client(headers={"host": "shouwen.example"}).get("/first-run").status_code == 403
    assert Organization.objects.count() == 0
    assert far.post("/first-run", {**GOOD, "code": first_run.code()}).status_code == 302


def test_the_page_speaks_english_too_and_needs_no_script(client):
    client.get("/language", {"to": "en"})
    text = client.get("/first-run").content.decode()
    assert "The first day" in text
    assert re.findall("[一-鿿]+", text.replace("中文", "")) == []
    assert ("style=" in text, "onclick" in text) == (False, False)
