"""Clocks under fire: workers killed with SIGKILL and crashing at random statements, and still each alarm once.

usage: kill.py [--clocks N] [--kills N] [--crashes N] [--minutes N] [--databases sqlite,postgresql] [--json] [--write FILE]
Two workers. One is killed from outside at random moments; the other ends itself in the middle of a random statement's
transaction. Prints for each database: alarms doubled, alarms lost, and how late they came.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.scratch import DATABASES, address, machine, start, versions

STATEMENTS = 400  # a crash comes within so many statements of a worker
CRASHED = 137
GATES = {"doubled": 0, "lost": 0, "lateness_p99": 30.0}


class Crash:
    """Ends the process at one statement, before or after it was carried out."""

    def __init__(self, chance: random.Random) -> None:
        self.left, self.before = chance.randint(1, STATEMENTS), chance.random() < 0.5

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left == 0 and self.before:
            os._exit(CRASHED)
        found = execute(sql, params, many, context)
        if self.left == 0:
            os._exit(CRASHED)
        return found


def work(crashing: bool, seed: int) -> int:
    """Forks a worker; returns its process id. No connection is open in the parent meanwhile."""
    pid = os.fork()
    if pid:
        return pid
    from django.db import connection
    from django.utils import timezone

    from shouwen.kernel.worker import Worker
    from shouwen.project.serving import die_with_parent

    die_with_parent()
    if crashing:
        connection.execute_wrappers.append(Crash(random.Random(seed)))
    worker = Worker(timezone.now)
    while True:
        try:
            busy = worker.turn()
        except Exception as error:  # as `run` does: the next round begins anew
            print(f"a round failed: {error}", file=sys.stderr)
            busy = 0
        if not busy:
            time.sleep(0.05)


def fire(kills: int, crashes: int, until: float, chance: random.Random) -> dict[str, int]:
    """Kills and lets crash until both numbers are reached or time is over; then stops the workers."""
    done = {"kills": 0, "crashes": 0}
    pids = {work(False, 0): "kills", work(True, chance.getrandbits(32)): "crashes"}
    wanted = {"kills": kills, "crashes": crashes}
    begun = time.monotonic()
    pause = max(0.02, (until - begun) / max(1, kills))
    next_kill = begun + pause * chance.random()
    while time.monotonic() < until and any(done[name] < wanted[name] for name in done):
        if done["kills"] < kills and time.monotonic() >= next_kill:
            os.kill(next(pid for pid, name in pids.items() if name == "kills"), signal.SIGKILL)
            next_kill += pause * 2 * chance.random()
        pid, _status = os.waitpid(-1, os.WNOHANG)
        if pid in pids:
            name = pids.pop(pid)
            done[name] += 1
            crashing = name == "crashes" and done[name] < crashes
            pids[work(crashing, chance.getrandbits(32))] = name
        else:
            time.sleep(0.005)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return done


def finish(last_due: datetime) -> None:
    """What a worker that lives does afterwards: everything that is left, with the dead ones' claims taken over."""
    from django.utils import timezone

    from shouwen.kernel import outbox
    from shouwen.kernel.worker import Worker

    while timezone.now() < last_due:
        time.sleep(0.05)
    worker = Worker(lambda: timezone.now() + outbox.CLAIM)
    while worker.turn():
        pass
    worker.stop()


def count(clocks: int) -> dict[str, Any]:
    """Alarms, messages, notices and deliveries: doubled and lost, by counting rows; and how late the alarms came."""
    from django.db.models import Count

    from shouwen.ground.ids import EPOCH_MS
    from shouwen.kernel.models import Alarm, Notice, Outbox, OutboxDone

    def twice(rows: Any, *by: str) -> int:
        return rows.values(*by).annotate(n=Count("id")).filter(n__gt=1).count()

    alarms = dict(Alarm.objects.values_list("id", "planned_at"))
    told = set(Notice.objects.filter(alarm__isnull=False).values_list("alarm_id", flat=True))
    sent = set(Outbox.objects.filter(topic="alarm").values_list("ref", flat=True))
    waiting = Outbox.objects.filter(topic="alarm", done_at__isnull=True).count()
    made = ((pk, datetime.fromtimestamp(((pk >> 22) + EPOCH_MS) / 1000, UTC)) for pk in alarms)
    late = sorted(max(0.0, (at - alarms[pk]).total_seconds()) for pk, at in made)
    delivered = Outbox.objects.filter(topic="alarm", done_at__isnull=False).values_list("created_at", "done_at")
    slow = sorted((done - created).total_seconds() for created, done in delivered)
    return {
        "clocks": clocks, "alarms": len(alarms),
        "doubled": twice(Alarm.objects, "clock", "rung", "due_at") + twice(Notice.objects.filter(alarm__isnull=False), "alarm", "staff")
        + twice(Outbox.objects.filter(topic="alarm"), "ref") + twice(OutboxDone.objects, "message", "consumer"),
        "lost": clocks - len(alarms) + len(set(alarms) - told) + len(set(alarms) - sent) + waiting,
        **{f"lateness_{name}": round(part(late, share), 2) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
        **{f"delivery_{name}": round(part(slow, share), 2) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
    }  # fmt: skip


def part(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def differences() -> int:
    """Both audits over what is left."""
    from shouwen.kernel.audit import audit_clocks, audit_journal

    found = [*audit_journal(), *audit_clocks()]
    for difference in found[:10]:
        print(difference, file=sys.stderr)
    return len(found)


def trial(vendor: str, asked: argparse.Namespace) -> dict[str, Any]:
    """One database: armed clocks that come due over the given time, and the fire."""
    with address(vendor):
        start()
        from django.db import connection, connections
        from django.utils import timezone

        from benchmarks.armed import armed
        from shouwen.project.replaying.scene import Scene

        spread = timedelta(minutes=asked.minutes)
        patience = timedelta(seconds=5 + asked.clocks / 500)  # making the clocks takes its time
        first = timezone.now() + patience
        armed(Scene("Clocks under fire"), asked.clocks, first_due=first, spread=spread)
        version = (
            connection.cursor().execute("SELECT version()").fetchone()[0].split(" on ")[0] if vendor != "sqlite" else ""
        )
        connections.close_all()
        began = time.monotonic()
        wait = max(0.0, (first - timezone.now()).total_seconds())
        done = fire(asked.kills, asked.crashes, began + wait + spread.total_seconds() * 1.5, random.Random(asked.seed))
        finish(first + spread)
        found = {"database": version or vendor, **done, **count(asked.clocks), "differences": differences()}
        connections.close_all()
        return {**found, "seconds": round(time.monotonic() - began, 1)}


def in_a_process(vendor: str, asked: argparse.Namespace) -> dict[str, Any]:
    """A process a database: the product is loaded for one database only."""
    mine, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_send, args=(theirs, vendor, asked))
    process.start()
    theirs.close()
    try:
        return mine.recv()
    except EOFError:
        raise SystemExit(f"{vendor}: the run ended without a result") from None
    finally:
        process.join()


def _send(pipe: Any, vendor: str, asked: argparse.Namespace) -> None:
    pipe.send(trial(vendor, asked))


def page(results: list[dict[str, Any]], command: str) -> str:
    """docs/reliability.md."""
    names = [name for name in results[0] if name != "database"]
    lines = [
        "# Clocks under fire", "",
        "Two workers sweep and deliver while one of them is killed with SIGKILL at random moments and the other ends itself in "
        "the middle of a random statement. Lateness is from a rung's time to the alarm's row; delivery is counted apart. Both "
        "audits run over what is left.", "",
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d} · {machine()} · {versions()}", "",
        "| | gate | " + " | ".join(result["database"] for result in results) + " |",
        "|---|---|" + "---|" * len(results),
    ]  # fmt: skip
    for name in names:
        gate = GATES.get(name, "")
        lines.append(
            f"| {name.replace('_', ' ')} | {gate} | " + " | ".join(str(result[name]) for result in results) + " |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--clocks", type=int, default=100_000)
    reading.add_argument("--kills", type=int, default=200)
    reading.add_argument("--crashes", type=int, default=1000)
    reading.add_argument("--minutes", type=float, default=10)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--databases", default=",".join(DATABASES))
    reading.add_argument("--json", action="store_true")
    reading.add_argument("--write", type=Path)
    asked = reading.parse_args()
    results = []
    for vendor in asked.databases.split(","):
        results.append(in_a_process(vendor, asked))
        print(
            json.dumps(results[-1]) if asked.json else "\n".join(f"{k}: {v}" for k, v in results[-1].items()),
            flush=True,
        )
    if asked.write:
        command = " ".join(["benchmarks/kill.py", *(word for word in sys.argv[1:] if word != "--json")])
        asked.write.write_text(page(results, command), encoding="utf-8")
    return int(any(result["doubled"] or result["lost"] or result["differences"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
