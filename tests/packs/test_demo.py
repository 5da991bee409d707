"""The demo: a history played through the real steps, with a present day that has something of everything."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Q

from shouwen.ground.models import Account, ContactPoint, Party, Place
from shouwen.kernel.audit import audit_clocks, audit_journal
from shouwen.kernel.models import Alarm, Case, Clock, Entry, Notice, Outbox, Seal
from shouwen.packs.choice import found, packs
from shouwen.packs.property import cast, story
from shouwen.rooms.requests.models import QuoteLine, RepairSheet
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-11-25 15:40")
DAYS = 9


@pytest.fixture
def told(settings, tmp_path, same_ids, monkeypatch):
    """A shorter history than the demo's own, told in the same way; the weekly sample draws the same complaints."""
    monkeypatch.setattr(secrets, "token_hex", lambda n: "5a" * n)
    settings.FILES = tmp_path
    org = found(packs()["property"], name=story.NAME, at=NOW - timedelta(days=DAYS + 1), is_demo=True)
    return story.tell(org, now=NOW, days=DAYS)


def test_demo_is_a_whole_community_whose_records_prove(told):
    homes = Place.objects.filter(kind="unit")
    assert (Place.objects.filter(kind="building").count(), homes.count()) == (6, 400)
    assert Place.objects.filter(kind="entrance").count() == 12
    assert Account.objects.filter(staff__isnull=False, is_demo=True).count() == len(cast.STAFF)
    assert ContactPoint.objects.filter(kind="phone").count() == Party.objects.count() > 400
    assert list(audit_journal()) == []
    assert list(audit_clocks()) == []
    _history(told)
    _present()
    _first_customer()


def _history(told) -> None:
    """It happened in order, alarms fired at their time, every night was sealed, and nothing is left to be delivered."""
    assert not Entry.objects.filter(recorded_at__gt=NOW).exists()
    assert Seal.objects.count() == DAYS
    lateness = sorted(alarm.fired_at - alarm.planned_at for alarm in Alarm.objects.all())
    assert lateness[0] >= timedelta(0)
    assert lateness[len(lateness) * 9 // 10] <= timedelta(minutes=1)  # the rest: promises found out late to be owed
    assert not Outbox.objects.filter(done_at__isnull=True).exists()
    assert Notice.objects.filter(seen_at__isnull=True).exists()
    assert not Notice.objects.filter(seen_at__isnull=True, created_at__lt=NOW - timedelta(days=2)).exists()
    assert told.walk.done > 200
    assert sum(told.walk.refused.values()) < told.walk.done / 10, told.walk.refused.most_common(10)


def _present() -> None:
    """Running, soon due and overdue promises; several before everybody who serves customers."""
    live = Clock.objects.filter(verdict__isnull=True)
    assert live.filter(due_at__lt=NOW, paused_at__isnull=True).count() >= 5
    assert live.filter(due_at__gte=NOW, due_at__lt=NOW + timedelta(hours=6)).count() >= 5
    assert live.filter(due_at__gte=NOW + timedelta(hours=6)).count() >= 5
    busy = Counter(live.values_list("owed_by__account__username", flat=True))
    for name in ("linzhixia", "zhoumuye", "jiangwanqing", "gunanxing", "baiyuan", "qiaoyinuo"):
        assert busy[name] >= 2, (name, busy)
    verdicts = set(Clock.objects.values_list("verdict", flat=True))
    assert {"kept", "late", "broken", "void", None} <= verdicts
    assert Case.objects.filter(closed_at__isnull=False).count() >= 15
    assert Case.objects.filter(kind="followup", state="answered").exists()
    assert not QuoteLine.objects.filter(item="样例").exists()
    leaking = RepairSheet.objects.filter(Q(words__contains="马桶") | Q(words__contains="漏水"))
    assert set(leaking.values_list("trade", flat=True)) == {"water"}


def _first_customer() -> None:
    """The leaking ceiling is told in full, and signed."""
    case = Case.objects.filter(party__name=cast.FIRST_CUSTOMER[0], kind="complaint").order_by("opened_at").first()
    assert case is not None
    entries = Entry.objects.filter(stream_type="case", stream_id=case.pk)
    taken = entries.exclude(actor_id__isnull=True, party_id__isnull=True).exclude(
        step="check_up"
    )  # of people, not the weekly sample
    steps = taken.order_by("seq").values_list("step", flat=True)
    assert list(steps) == [name for name, _minutes, _said in story.STORY]
    assert case.attachments.filter(word="sign_off").exists()
