"""Workers as real processes: killed between an alarm and its mark, dying with messages in hand, several at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count

from shouwen.kernel.audit import audit_clocks, audit_journal
from shouwen.kernel.missed import GATHERING, TEMPLATE
from shouwen.kernel.models import Alarm, Beat, Clock, Notice, Outbox, OutboxDone
from shouwen.kernel.sweep import sweep
from shouwen.kernel.worker import STALE, Worker
from tests.project.places import PATIENCE, ROOT, Place, database_of_the_run, end
from tests.support import a_case
from tests.world import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = MONDAY + timedelta(days=1, hours=9)
CASES = 6
CRASHES = {
    "before the alarm is written": r"INSERT INTO .kernel_alarm",
    "between alarm and notice": r"INSERT INTO .kernel_notice",
    "between alarm and mark": r"UPDATE .kernel_clock. SET .alarm_at",
    "between claim and delivery": r"INSERT INTO .kernel_outboxdone",
    "between delivery and mark": r"UPDATE .kernel_outbox. SET .*done_at",
    "while figures are added up": r"UPDATE .kernel_figuredelta",
}


@pytest.fixture
def place(tmp_path) -> Place:
    connection.close()
    return Place(tmp_path / "data", database_of_the_run())


@pytest.fixture
def cases(world):
    a_case(world, "complaint", "told", at=MONDAY)  # with verdicts, for the figures
    return [a_case(world, "complaint", at=MONDAY + timedelta(minutes=n), words=f"滴水 {n}") for n in range(CASES)]


def facts() -> dict[str, object]:
    """What the alarms of a night came to, whatever happened on the way."""
    told = Notice.objects.filter(alarm__isnull=False).values_list("case__no", "staff__number", "alarm_id")
    return {
        "alarms": sorted(Alarm.objects.values_list("clock__case__no", "clock__key", "clock__seq", "rung")),
        "told": sorted(told),
        "gathered": sum(notice.words["count"] for notice in Notice.objects.filter(template=TEMPLATE)),
        "armed": sorted(Clock.objects.filter(alarm_at__lte=TUESDAY).values_list("case__no", "key")),
        "left": Outbox.objects.filter(done_at__isnull=True).count(),
    }


def work_off(at) -> None:
    worker = Worker(lambda: at)
    while worker.turn():
        pass
    worker.stop()


@pytest.mark.parametrize("point", CRASHES)
def test_worker_killed_doubles_nothing_and_loses_nothing(place, cases, point):
    died = subprocess.run(
        [sys.executable, str(ROOT / "tests/project/dying_worker.py"), CRASHES[point], TUESDAY.isoformat()],
        env=place.env, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr

    work_off(TUESDAY + STALE + timedelta(seconds=6))
    work_off(TUESDAY + STALE + GATHERING + timedelta(seconds=6))  # the digest of what came late is mailed

    found = facts()
    assert found["armed"] == [] and found["left"] == 0
    assert {(no, key) for no, key, _seq, _rung in found["alarms"]} >= {(case.no, "minor") for case in cases}
    assert len(found["told"]) == len(set(found["told"]))
    assert len(found["told"]) + found["gathered"] >= CASES
    twice = OutboxDone.objects.values("consumer", "message").annotate(n=Count("id")).filter(n__gt=1)
    assert not twice.exists()
    assert list(audit_journal()) == list(audit_clocks()) == []


def test_a_dead_workers_messages_are_taken_over_within_thirty_seconds(cases):
    dying = Worker(lambda: TUESDAY)
    dying.beat()
    sweep(at=TUESDAY)
    held = Outbox.objects.filter(done_at__isnull=True, not_before__lte=TUESDAY)
    held.update(claimed_by=dying.name, claimed_until=TUESDAY + timedelta(hours=1))  # it died with everything in hand

    heir = Worker(lambda: TUESDAY + timedelta(seconds=30))
    assert held.count() > CASES
    heir.turn()
    while heir.turn():
        pass

    assert held.count() == 0
    assert Beat.objects.get(worker=dying.name).stopped_at is not None


def test_several_workers_at_once_fire_each_alarm_once(place, cases):
    """Real time: the cases are long overdue, three workers begin together, and one is killed on its way."""
    workers = [place.start("worker", "--pause", "0.05") for _ in range(3)]
    try:
        _settled(workers)
        for worker in workers[1:]:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(PATIENCE) for worker in workers[1:]] == [0, 0]
    finally:
        for worker in workers:
            end(worker)
    found = facts()
    assert found["armed"] == []
    assert len(found["alarms"]) == len(set(found["alarms"])) >= CASES
    assert len(found["told"]) == len(set(found["told"]))
    assert not Beat.objects.filter(stopped_at__isnull=True, pid__in=[worker.pid for worker in workers[1:]]).exists()


def _settled(workers: list[subprocess.Popen[str]]) -> None:
    """Kills the first worker once alarms have been written, and waits until none is due and no message waits."""
    import time

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if Alarm.objects.exists() and workers[0].poll() is None:
            workers[0].kill()
        waiting = Outbox.objects.filter(done_at__isnull=True).exclude(topic="missed")  # digests wait for their pass
        if (
            workers[0].poll() is not None
            and not waiting.exists()
            and not Clock.objects.filter(alarm_at__lte=TUESDAY).exists()
        ):
            return
        time.sleep(0.05)
    raise AssertionError(f"the workers did not finish: {facts()}")
