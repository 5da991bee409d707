"""After three days without a worker: every overdue rung in one pass, one digest a person, verdicts by what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from shouwen.kernel import missed, outbox
from shouwen.kernel.audit import audit_clocks
from shouwen.kernel.models import Alarm, Case, Clock, Notice
from shouwen.kernel.perform import perform
from shouwen.kernel.sweep import sweep
from tests.support import a_case
from tests.world import MONDAY

BACK = MONDAY + timedelta(days=3)
EARLY = timedelta(hours=2)


@pytest.fixture
def outage(world):
    """Eight enquiries taken on a Monday; then nothing sweeps for three days."""
    return [a_case(world, "enquiry", at=MONDAY) for _n in range(8)]


def notices(world, name: str):
    return Notice.objects.filter(staff=world.staff[name])


def test_all_overdue_rungs_fire_in_one_pass(outage):
    done = sweep(at=BACK)

    assert done.alarms == Alarm.objects.count() > 8
    assert not Clock.objects.filter(alarm_at__lte=BACK).exists()
    assert sweep(at=BACK).alarms == 0
    assert [str(d) for d in audit_clocks()] == []


def test_each_person_is_told_once(world, outage, settings):
    settings.EMAIL_HOST = "mail.invalid"
    Notice.objects.all().delete()

    alarms = sweep(at=BACK).alarms

    told = {name: notices(world, name).get() for name in ("steward1", "supervisor")}
    assert {digest.template for digest in told.values()} == {missed.TEMPLATE}
    assert sum(digest.words["count"] for digest in told.values()) == alarms
    assert told["steward1"].words["cases"] == [case.no for case in Case.objects.order_by("id")]
    mail.outbox.clear()
    while outbox.drain("after", at=BACK + missed.GATHERING):
        pass
    assert sorted(letter.to[0].split("@")[0] for letter in mail.outbox) == ["steward1", "supervisor"]
    assert "8" in mail.outbox[0].body


def test_what_follows_joins_a_digest_that_nobody_has_seen(world, outage, monkeypatch):
    monkeypatch.setattr("shouwen.kernel.sweep.BATCH", 12)

    sweep(at=BACK)

    assert notices(world, "supervisor").filter(template=missed.TEMPLATE).count() == 1
    assert notices(world, "supervisor").filter(template="alarm").count() == 0


def test_a_digest_that_was_seen_stays_as_it_is(world, outage):
    sweep(at=BACK)
    seen = notices(world, "supervisor").get(template=missed.TEMPLATE)
    Notice.objects.filter(pk=seen.pk).update(seen_at=BACK)
    for _n in range(8):
        a_case(world, "enquiry", at=BACK - timedelta(days=2))

    sweep(at=BACK + timedelta(minutes=1))

    assert notices(world, "supervisor").filter(template=missed.TEMPLATE).count() == 2
    assert Notice.objects.get(pk=seen.pk).words == seen.words


def test_a_few_late_ones_are_told_one_by_one(world):
    a_case(world, "enquiry", at=MONDAY)

    sweep(at=MONDAY + timedelta(days=2))

    assert not Notice.objects.filter(template=missed.TEMPLATE).exists()
    assert notices(world, "steward1").filter(template="alarm").exists()


def test_a_verdict_is_that_of_the_event_not_of_the_pass(world, outage):
    sweep(at=BACK)

    perform(
        "reply", actor=world.actor("steward1"), at=BACK, happened_at=MONDAY + EARLY, case=outage[0], trusted=True,
        data={"answer": "样例", "how": "phone"},
    )  # fmt: skip

    clock = Clock.objects.get(case=outage[0], key="answer_by")
    assert (clock.verdict, clock.stopped_at) == ("kept", MONDAY + EARLY)
    assert Alarm.objects.filter(clock=clock).exists(), "the alarm that went out stays as history"
