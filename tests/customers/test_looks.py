"""Unusual looking is told once a person and day to whoever answers for personal data, and stands in the log of looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.ground.models import Account, ContactPoint, Holding, Identity, Office, Party, Role
from shouwen.kernel import audit, outbox, policies, watching
from shouwen.kernel.mail import sentence
from shouwen.kernel.models import Look, Notice
from shouwen.kernel.registers import register
from shouwen.rooms.customers import own_data
from tests.customers.test_page import page_of
from tests.world import LONG_AGO, MONDAY, World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
pytestmark = pytest.mark.clause("S6-1.13")


def customers(world: World, count: int, place: str) -> list[ContactPoint]:
    """People of one home, each with a number."""
    found = []
    for number in range(count):
        party = Party.objects.create(org=world.org, name=f"住户{number}")
        home = {"org": world.org, "party": party, "place": world.places[place]}
        Role.objects.create(**home, role="FAMILY", from_date=date(2025, 1, 1))
        shown = f"1390000{number:04d}"
        found.append(
            ContactPoint.objects.create(org=world.org, party=party, kind="phone", normal=f"+86{shown}", shown=shown)
        )
    return found


def look(world: World, who: str, rows: list[ContactPoint], *, at=MONDAY, apart=MINUTE) -> None:
    actor = world.actor(who)
    for number, row in enumerate(rows):
        register("contact").look(row, "shown", actor=actor, purpose="call_back", at=at + number * apart)


@pytest.fixture
def officer(world):
    """Somebody who answers for personal data."""
    office = Office.objects.create(org=world.org, role="privacy")
    Holding.objects.create(org=world.org, office=office, staff=world.staff["director"], from_at=LONG_AGO)
    return world.staff["director"]


def limits(world, many=3, outside=2):
    for key, value in ((watching.MANY.key, many), (watching.OUTSIDE.key, outside)):
        policies.publish(key, value, actor=world.actor("manager"), at=MONDAY - DAY)


def test_many_customers_within_an_hour_are_told_once_a_person_and_day(world, officer):
    limits(world)
    rows = customers(world, 8, "1-1-101")
    look(world, "desk", rows[:3])
    look(world, "desk", [rows[0]] * 4, at=MONDAY + 5 * MINUTE)
    assert not Notice.objects.exists(), "three customers, however often"
    look(world, "desk", rows[3:6], at=MONDAY + 10 * MINUTE)

    notice = Notice.objects.get()
    assert (notice.staff, notice.template, notice.words) == (officer, "looks.unusual", {"why": "many", "count": 4})
    assert "4 位客户" in sentence(notice)
    (alert,) = watching.alerts(world.org.pk)
    assert (alert.facts["staff"], alert.facts["why"]) == (world.staff["desk"].pk, "many")
    look(world, "desk2", rows[:4], at=MONDAY + 20 * MINUTE)
    assert Notice.objects.count() == 2, "another person is told of apart"
    look(world, "desk", rows[:5], at=MONDAY + DAY)
    assert Notice.objects.count() == 3, "and the same person another day"
    assert list(audit.audit_journal()) == []


def test_the_same_looks_spread_over_a_day_are_usual(world, officer):
    limits(world)
    look(world, "desk", customers(world, 6, "1-1-101"), apart=timedelta(minutes=25))
    assert not Notice.objects.exists() and Look.objects.count() == 6


@pytest.mark.parametrize(
    ("who", "place", "told"),
    [
        ("steward1", "2-1-101", True), ("steward1", "1-1-101", False), ("elsewhere", "1-1-101", True), ("desk", "2-1-101", False),
        ("manager", "1-1-101", False),
    ],
)  # fmt: skip
def test_customers_outside_ones_buildings(world, officer, who, place, told):
    limits(world, many=50)
    look(world, who, customers(world, 3, place))
    assert Notice.objects.filter(words__why="outside").exists() == told


def test_without_an_officer_the_administrators_hear_of_it_and_nobody_of_their_own(world):
    limits(world)
    Account.objects.filter(pk__in=[world.accounts["desk"].pk, world.accounts["supervisor"].pk]).update(is_admin=True)
    look(world, "desk", customers(world, 4, "1-1-101"))
    assert [notice.staff for notice in Notice.objects.all()] == [world.staff["supervisor"]]


def test_an_own_data_folder_counts_as_a_look(world, officer):
    limits(world)
    for number, row in enumerate(customers(world, 4, "1-1-101")):
        own_data.give(row.party, actor=world.actor("supervisor"), at=MONDAY + number * MINUTE, reason="asked")
    assert Notice.objects.get().words["count"] == 4


@pytest.mark.django_db(transaction=True)
def test_it_is_mailed_too(world, settings, mailoutbox):
    settings.EMAIL_HOST = "localhost"
    office = Office.objects.create(org=world.org, role="privacy")
    Holding.objects.create(org=world.org, office=office, staff=world.staff["director"], from_at=LONG_AGO)
    limits(world)
    look(world, "desk", customers(world, 4, "1-1-101"))
    while outbox.drain("test", at=MONDAY + DAY):
        pass
    (mail,) = mailoutbox
    assert mail.to == ["director@example.invalid"] and "4 位客户" in mail.subject


@pytest.fixture
def now(monkeypatch):
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(hours=2))


def test_the_log_shows_who_looked_at_what_of_whom_and_why_and_what_was_unusual(world, officer, now):
    limits(world)
    rows = customers(world, 4, "1-1-101")
    Identity.objects.create(
        org=world.org, party=rows[0].party, kind="passport", number="P1234567", fingerprint="x" * 64
    )
    look(world, "desk", rows)
    document = Identity.objects.get()
    register("identity").look(document, "number", actor=world.actor("steward1"), purpose="check_identity", at=MONDAY)

    page = page_of(world, "director").get("/customers/looks").content.decode()
    for text in ("住户0", "住户3", "顾南星", "回访联系", "核对身份", "异常", "一小时内 4 位客户"):
        assert text in page, text
    assert "P1234567" not in page and rows[0].shown not in page
    only = (
        page_of(world, "director").get("/customers/looks", {"staff": world.staff["steward1"].number}).content.decode()
    )
    assert "核对身份" in only and "回访联系" not in only
    later = page_of(world, "director").get("/customers/looks", {"since": "2026-11-24"}).content.decode()
    assert "住户0" not in later
    assert page_of(world, "director").get("/customers/looks", {"since": "soon", "staff": "\x00"}).status_code == 200
    assert "/customers/looks" in page_of(world, "director").get("/customers").content.decode()


@pytest.mark.parametrize("who", ["desk", "steward1", "fang", "nobody", "fitter"])
def test_the_log_is_not_for_everybody(world, officer, now, who):
    assert page_of(world, who).get("/customers/looks").status_code == 404
    assert "/customers/looks" not in page_of(world, "desk").get("/customers").content.decode()
