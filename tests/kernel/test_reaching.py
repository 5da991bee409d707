"""Customers are disturbed when they want it and as they want it: messages wait, call lists say so, links to call are gone."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shouwen.kernel import outbox, reaching
from shouwen.kernel.models import Entry, Notice, Outbox
from shouwen.kernel.registers import register
from tests.moments import Moment
from tests.support import a_case
from tests.world import MONDAY, World, at

NIGHT = at("2026-11-23 22:40")


@pytest.fixture
def fang(world, settings):
    settings.EMAIL_HOST = "localhost"
    party, add = world.parties["fang"], {"actor": world.actor("desk"), "at": MONDAY}
    party.contacts.all().delete()
    register("contact").add({"party": party, "kind": "phone", "shown": "13800110287"}, **add)
    register("contact").add({"party": party, "kind": "email", "shown": "fang@example.invalid"}, **add)
    wished(world, wish="by_email", quiet_from=time(22, 0), quiet_until=time(7, 30))
    return party


def wished(world: World, **values: object) -> None:
    register("party").edit(world.parties["fang"], values, actor=world.actor("desk"), at=MONDAY)
    world.parties["fang"].refresh_from_db()


@pytest.mark.clause("S6-1.13")
@pytest.mark.parametrize(
    ("now", "start", "end", "free"),
    [
        ("21:59", 22, 7, "23 21:59"), ("22:00", 22, 7, "24 07:00"), ("23:59", 22, 7, "24 07:00"), ("00:00", 22, 7, "23 07:00"),
        ("06:59", 22, 7, "23 07:00"), ("07:00", 22, 7, "23 07:00"), ("12:30", 12, 14, "23 14:00"), ("14:00", 12, 14, "23 14:00"),
        ("11:59", 12, 14, "23 11:59"),
    ],
)  # fmt: skip
def test_quiet_hours_end_when_they_end_also_over_midnight(world, now, start, end, free):
    fang = world.parties["fang"]
    fang.quiet_from, fang.quiet_until = time(start), time(end)
    assert reaching.free_at(fang, at(f"2026-11-23 {now}")) == at(f"2026-11-{free}")
    fang.wish = "not_at_all"
    assert reaching.free_at(fang, at(f"2026-11-23 {now}")) is None


@pytest.fixture
def moment(monkeypatch) -> Moment:
    found = Moment(MONDAY + timedelta(hours=1))
    monkeypatch.setattr(timezone, "now", lambda: found.at)
    return found


def told(world: World, when: object) -> Notice:
    """A notice for the customer, written by a step that tells them."""
    case = a_case(world, "job", customer=str(world.parties["fang"].pk))
    entry = Entry.objects.filter(stream_type="case", stream_id=case.pk).order_by("-seq").first()
    Notice.objects.filter(party__isnull=False).delete()
    return Notice.objects.create(
        org_id=case.org_id, party=world.parties["fang"], case=case, entry=entry, template="job.note", created_at=when
    )


def to_fang(mails: list) -> list:
    """The mails that went to the customer; colleagues get theirs at once."""
    return [mail for mail in mails if mail.to == ["fang@example.invalid"]]


def drain(when: object) -> None:
    for _turn in range(5):
        outbox.drain("w", at=when)


@pytest.mark.clause("S6-1.13")
def test_a_message_written_in_quiet_hours_waits_for_their_end(world, fang, mailoutbox):
    notice = told(world, NIGHT)
    drain(NIGHT)
    assert to_fang(mailoutbox) == []
    waiting = Outbox.objects.get(topic=reaching.TOPIC)
    assert (waiting.ref, waiting.not_before) == (notice.pk, at("2026-11-24 07:30"))
    drain(at("2026-11-24 07:29"))
    assert to_fang(mailoutbox) == []

    drain(at("2026-11-24 07:30"))
    (mail,) = to_fang(mailoutbox)
    assert notice.case.no in mail.subject
    drain(at("2026-11-24 09:00"))
    assert len(to_fang(mailoutbox)) == 1, "once"


@pytest.mark.clause("S6-1.13")
def test_in_the_day_it_goes_at_once_and_to_nobody_who_did_not_wish_it(world, fang, mailoutbox):
    told(world, MONDAY)
    drain(MONDAY)
    assert len(to_fang(mailoutbox)) == 1
    for wish in ("", "by_phone", "by_message", "not_at_all"):
        wished(world, wish=wish)
        told(world, MONDAY)
        drain(MONDAY)
    assert len(to_fang(mailoutbox)) == 1


@pytest.mark.clause("S6-1.13")
def test_an_address_of_somebody_else_or_not_to_be_written_to_is_left_alone(world, fang, mailoutbox):
    fang.contacts.filter(kind="email").update(whose="妻子")
    told(world, MONDAY)
    drain(MONDAY)
    fang.contacts.filter(kind="email").update(whose="", may_call=False)
    told(world, MONDAY)
    drain(MONDAY)
    assert to_fang(mailoutbox) == []


@pytest.mark.clause("S6-1.13")
def test_lists_and_the_case_say_what_is_to_be_heeded_and_offer_no_call(world, fang, moment):
    case = a_case(world, "job", customer=str(fang.pk))
    desk = Client()
    desk.force_login(world.accounts["desk"], backend="django.contrib.auth.backends.ModelBackend")
    assert "方小满（22:00 至 07:30 不打扰）" in desk.get("/cases").content.decode()
    assert "tel:" not in desk.get(f"/cases/{case.no}").content.decode(), "told by e-mail, no call"
    wished(world, wish="by_phone")
    assert "tel:+8613800110287" in desk.get(f"/cases/{case.no}").content.decode()
    moment.at = NIGHT
    page = desk.get(f"/cases/{case.no}").content.decode()
    assert "tel:" not in page and "07:30 前不打扰" in page
    moment.at = MONDAY + timedelta(hours=1)
    wished(world, wish="not_at_all")
    page = desk.get(f"/cases/{case.no}").content.decode()
    assert "tel:" not in page and "勿致电" in page
    assert "方小满（勿致电）" in desk.get("/cases").content.decode()


@pytest.mark.clause("S6-1.13")
def test_a_number_that_must_not_be_called_is_no_link_on_the_case(world, fang):
    fang.contacts.filter(kind="phone").update(may_call=False)
    case = a_case(world, "job", customer=str(fang.pk))
    desk = Client()
    desk.force_login(world.accounts["desk"], backend="django.contrib.auth.backends.ModelBackend")
    page = desk.get(f"/cases/{case.no}").content.decode()
    assert "138 0011 0287" in page and "tel:" not in page
