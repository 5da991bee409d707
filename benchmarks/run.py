"""`make bench`: our figures beside the promised ones, on SQLite and PostgreSQL, from a real server.

usage: run.py [--cases N] [--customers N] [--alarms N] [--rows N] [--seconds N] [--databases sqlite,postgresql] [--port N]
              [--keep FOLDER [--fill]] [--write FILE]
Fills a scratch database by `shouwen demo --scale`, serves it by `shouwen serve`, asks by HTTP, then measures the worker's
part in a process of its own. `--write docs/performance.md` writes the table.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import loads, people, register, working
from benchmarks.scratch import DATABASES, ROOT, address, machine, start, versions

QUIET = 0.15  # seconds of processor in five: a server that waits
SHOUWEN = [sys.executable, "-m", "shouwen.project"]
PROMISED = {  # work: unit, gate, aim; "<" = at most, ">" = at least
    "due times, one core": ("/s", "> 100,000", "> 250,000"),
    "load the cases": ("s", "", ""),
    "cold start to first answer": ("s", "< 2", "< 0.9"),
    "list, one client, p50": ("ms", "< 30", "< 21"),
    "CPU a list page": ("ms", "< 15", "< 10"),
    "list, 8 clients": ("/s", "> 60", "> 87"),
    "list, 8 clients, p95": ("ms", "< 250", ""),
    "case page, one client, p50": ("ms", "< 30", "< 17"),
    "caller look-up, p95": ("ms", "< 50", "< 20"),
    **people.PROMISED,
    **{f"{name}, with 2,000 customers": row for name, row in people.PROMISED.items()},
    **register.PROMISED,
    "search, common word, p50": ("ms", "< 60", "< 30"),
    "search, rare word, p50": ("ms", "< 20", "< 12"),
    "promises report of a year, p50": ("ms", "< 300", "< 100"),
    "one PDF, warm": ("s", "< 0.6", "< 0.3"),
    "open a case, one client, p50": ("ms", "< 20 SQLite, < 30 PostgreSQL", "< 10"),
    "clocks of the case opened": ("", "", ""),
    "open, 8 clients": ("/s", "> 70 SQLite, > 90 PostgreSQL", "> 150"),
    "open, 8 clients, errors": ("", "0", "0"),
    "web (2) and worker, PSS": ("MiB", "< 320", "< 200"),
    "database on disk": ("MiB", "", ""),
    "alarms that tell, one sweep": ("s", "< 60 for 100,000", "< 20"),
    "policy preview over running clocks": ("s", "< 10 for 100,000", ""),
    "desk step while it sweeps, p95": ("ms", "", ""),
    "policy change over running clocks": ("s", "< 60 for 100,000", "< 20"),
    "calendar preview over running clocks": ("s", "< 10 for 100,000", ""),
    "calendar change over running clocks": ("s", "< 60 for 100,000", ""),
}  # fmt: skip


def due_times() -> float:
    """Due times a second of one process: mixed goals from random moments of a year."""
    from shouwen.worktime import calendar

    cn, chance = calendar("cn"), random.Random(1)
    goals = ("24h", "8wh", "3wd", "7wd", "30wmin", "3d", "1wd@17:30", "2wd@start")
    first = datetime(2026, 1, 1, tzinfo=UTC)
    asked = [(first + timedelta(seconds=chance.randrange(31_000_000)), chance.choice(goals)) for _n in range(20_000)]
    for at, goal in asked[:1000]:
        cn.due(at, goal)
    began = time.process_time()
    for at, goal in asked:
        cn.due(at, goal)
    return len(asked) / (time.process_time() - began)


class Server:
    """`shouwen serve` on the scratch database, with the seconds until its first answer."""

    def __init__(self, port: int) -> None:
        began = time.perf_counter()
        self.process = subprocess.Popen([*SHOUWEN, "serve", "--port", str(port)], stdout=subprocess.DEVNULL)
        self.port = port
        while True:
            try:
                loads.Client(port, {}).ask(("GET", "/healthz", None))
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - began > 120:
                    raise SystemExit("the server did not start") from None
                time.sleep(0.02)
        self.seconds = time.perf_counter() - began

    def settle(self, *, patience: float = 600) -> None:
        """Waits until the worker has added up what the filling left to it: what is measured is a day, not that hour."""
        until = time.perf_counter() + patience
        used = loads.cpu_seconds(self.process.pid)
        while time.perf_counter() < until:
            time.sleep(5)
            before, used = used, loads.cpu_seconds(self.process.pid)
            if used - before < QUIET:
                return

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Subject:
    """Somebody at the desk with a session and a token, and what there is to ask for."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore
        from django.utils import timezone

        from shouwen.ground.models import Account, ContactPoint, Place
        from shouwen.kernel import tokens
        from shouwen.kernel.models import Case

        account = (
            Account.objects.filter(staff__holdings__office__role="supervisor", is_active=True).order_by("id").first()
        )
        desk = Account.objects.filter(staff__holdings__office__role="desk", is_active=True).order_by("id").first()
        assert account is not None and desk is not None
        store = SessionStore()
        store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[1]
        store[HASH_SESSION_KEY] = account.get_session_auth_hash()
        store.save()
        self.cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={store.session_key}"}
        _row, token = tokens.make(desk, name="bench", at=timezone.now())
        self.token = {"Authorization": f"Bearer {token}"}
        site = desk.staff.holdings.order_by("id").first().office.site_id
        self.places = list(
            Place.objects.filter(site_id=site, kind="unit").order_by("id").values_list("id", flat=True)[:400]
        )
        seen = Case.objects.filter(site_id=site)
        self.numbers = list(seen.order_by("-opened_at").values_list("no", flat=True)[:400])
        self.complaints = list(
            seen.filter(kind="complaint", closed_at__isnull=False)
            .order_by("-opened_at")
            .values_list("no", flat=True)[:20]
        )
        self.ends = list(ContactPoint.objects.order_by("id").values_list("last4", flat=True)[:200])


def pages(server: Server, subject: Subject, seconds: float) -> dict[str, float]:
    """Everything that is read."""
    found: dict[str, float] = {}
    one, eight = (
        loads.Client(server.port, subject.cookie),
        [loads.Client(server.port, subject.cookie) for _n in range(8)],
    )
    lists = ("/cases?view=all", "/cases", "/cases?view=all&kind=complaint", "/cases?view=over", "/cases?view=closed")

    def ask(client: int, turn: int) -> loads.Ask:
        return "GET", lists[(client + turn) % len(lists)], None

    def get(*addresses: str) -> Any:
        return lambda client, turn: ("GET", addresses[(client + turn) % len(addresses)], None)

    loads.load([one], ask, seconds=1)
    before = loads.cpu_seconds(server.process.pid)
    alone = loads.load([one], ask, seconds=seconds)
    found["list, one client, p50"] = alone.part(0.5)
    found["CPU a list page"] = 1000 * (loads.cpu_seconds(server.process.pid) - before) / len(alone.seconds)
    together = loads.load(eight, ask, seconds=seconds)
    found["list, 8 clients"], found["list, 8 clients, p95"] = together.rate, together.part(0.95)
    cases = loads.load([one], get(*(f"/cases/{no}" for no in subject.numbers)), seconds=seconds)
    found["case page, one client, p50"] = cases.part(0.5)
    found["caller look-up, p95"] = loads.load(
        [one], get(*(f"/lookup?q={end}" for end in subject.ends)), seconds=seconds
    ).part(0.95)
    common, rare = "%E6%BC%8F%E6%B0%B4", subject.numbers[0]
    found["search, common word, p50"] = loads.load([one], get(f"/lookup?q={common}"), seconds=seconds).part(0.5)
    found["search, rare word, p50"] = loads.load([one], get(f"/cases?q={rare}"), seconds=seconds).part(0.5)
    found["promises report of a year, p50"] = loads.load([one], get("/promises?days=365"), seconds=seconds).part(0.5)
    if subject.complaints:
        papers = [f"/cases/{no}/print/complaint_form?format=pdf" for no in subject.complaints]
        printed = next((page for page in papers if one.ask(("GET", page, None))[0] == 200), None)
        if printed:
            found["one PDF, warm"] = loads.load([one], get(printed), seconds=1, least=4).part(0.5) / 1000
    return found


def openings(server: Server, subject: Subject, seconds: float) -> dict[str, float]:
    """Cases opened over the API."""
    from shouwen.kernel.models import Case, Clock

    def ask(client: int, turn: int) -> loads.Ask:
        place = subject.places[(client * 50 + turn) % len(subject.places)]
        return "POST", "/api/v1/cases/complaint", loads.body(place=str(place), words="样例：楼道漏水", harm=True)

    one, eight = loads.Client(server.port, subject.token), [loads.Client(server.port, subject.token) for _n in range(8)]
    status, answer = one.ask(ask(0, 0), **{"Idempotency-Key": "first"})
    if status != 201:
        print(f"a case could not be opened: {status} {answer[:300]!r}", file=sys.stderr)
        return {}
    alone, together = loads.load([one], ask, seconds=seconds), loads.load(eight, ask, seconds=seconds)
    last = Case.objects.filter(kind="complaint").order_by("-id").first()
    return {
        "open a case, one client, p50": alone.part(0.5), "open, 8 clients": together.rate,
        "open, 8 clients, errors": alone.errors + together.errors,
        "clocks of the case opened": Clock.objects.filter(case=last).count(),
    }  # fmt: skip


def filled(asked: argparse.Namespace, kept: Path | None) -> float:
    """Seconds that the filling took; of a database that is kept, of all its turns together."""
    clock = kept / "seconds" if kept else None
    before = float(clock.read_text()) if clock and clock.exists() else 0.0
    began = time.perf_counter()
    size = ["--scale", str(asked.cases), "--customers", str(asked.customers or asked.cases // 5)]
    if not before:
        subprocess.run([*SHOUWEN, "demo", *size], check=True, stdout=None if kept else subprocess.DEVNULL)
        before = time.perf_counter() - began
    if clock:
        clock.write_text(f"{before}")
    return before


def measure(vendor: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Every row on one database."""
    kept = asked.keep and (asked.keep / vendor).resolve()
    with address(vendor, kept) as url:
        os.environ["PORT"] = str(asked.port)
        os.environ["SHOUWEN_LANG"] = "en"
        found: dict[str, Any] = {"due times, one core": due_times()}
        found["load the cases"] = filled(asked, kept)
        if asked.fill:
            return found
        start()
        from django.db import connection

        if vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
                size, version = cursor.fetchone()
        else:
            size, version = Path(url.removeprefix("sqlite:///")).stat().st_size, ""
        found["database"], found["database on disk"] = f"{vendor} {version}".strip(), size / 2**20
        server = Server(asked.port)
        try:
            found["cold start to first answer"] = server.seconds
            server.settle()
            subject = Subject()
            found |= pages(server, subject, asked.seconds)
            found |= people.pages(server.port, subject.cookie, seconds=asked.seconds)
            found |= openings(server, subject, asked.seconds)
            found["web (2) and worker, PSS"] = loads.pss_mib(server.process.pid)
        finally:
            server.stop()
        connection.close()
        return found


def few(vendor: str, asked: argparse.Namespace) -> dict[str, Any]:
    """The pages about customers in a small company: what the large one is compared with."""
    with address(vendor):
        os.environ["PORT"] = str(asked.port)
        command = [*SHOUWEN, "demo", "--scale", "4000", "--customers", "2000"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        start()
        from django.db import connection

        server = Server(asked.port)
        try:
            found = people.pages(server.port, Subject().cookie, seconds=asked.seconds)
        finally:
            server.stop()
        connection.close()
        return {f"{name}, with 2,000 customers": value for name, value in found.items()}


def in_a_process(part: Any, *given: Any) -> dict[str, Any]:
    """A process a database: the product is loaded for one database only."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, part, *given))
    process.start()
    theirs.close()
    try:
        return mine.recv()
    except EOFError:
        raise SystemExit(f"{given[0]}: the run ended without a result") from None
    finally:
        process.join()


def _send(pipe: Any, part: Any, *given: Any) -> None:
    pipe.send(part(*given))


def shown(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return "–"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(results: list[dict[str, Any]]) -> list[str]:
    heads = [result["database"] for result in results]
    lines = ["| work | gate | aim | " + " | ".join(heads) + " |", "|---|---|---|" + "---|" * len(heads)]
    for work, (unit, gate, aim) in PROMISED.items():
        values = [
            f"{shown(result.get(work))}{unit if unit == '/s' else f' {unit}' if unit else ''}" for result in results
        ]
        lines.append(f"| {work} | {gate} | {aim} | " + " | ".join(values) + " |")
    return lines


def page(results: list[dict[str, Any]], asked: argparse.Namespace, load: str) -> str:
    """docs/performance.md."""
    command = " ".join(["benchmarks/run.py", *sys.argv[1:]])
    return "\n".join([
        "# Performance", "",
        "Load tool, server and database on the same machine; the server is `shouwen serve` with two web processes and a worker. "
        "Gates must hold on two cores of a machine that does nothing else; aims are twice as good as the best of five help desks "
        "measured on the same work.", "",
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d} · {load} · {versions()}", "",
        f"Data: {asked.cases:,} cases, {asked.customers or asked.cases // 5:,} customers, {asked.alarms:,} running clocks for "
        f"the worker's rows, {asked.rows:,} rows of a register.", "", *table(results), "",
    ])  # fmt: skip


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--cases", type=int, default=100_000)
    reading.add_argument("--customers", type=int, default=0, help="default: a fifth of the cases")
    reading.add_argument("--alarms", type=int, default=100_000)
    reading.add_argument("--rows", type=int, default=50_000, help="of the register that is taken in")
    reading.add_argument("--seconds", type=float, default=10)
    reading.add_argument("--port", type=int, default=8180)
    reading.add_argument("--keep", type=Path, help="folder for the filled database, used again by the next run")
    reading.add_argument("--fill", action="store_true", help="only fill the database that is kept")
    reading.add_argument("--databases", default=",".join(DATABASES))
    reading.add_argument("--write", type=Path)
    asked = reading.parse_args()
    load, results = machine(), []
    for vendor in asked.databases.split(","):
        if asked.fill:
            print(f"{vendor}: filled in {in_a_process(measure, vendor, asked)['load the cases']:,.0f} s", flush=True)
            continue
        results.append(
            in_a_process(measure, vendor, asked)
            | in_a_process(working.figures, vendor, asked.alarms)
            | in_a_process(few, vendor, asked)
            | in_a_process(register.figures, vendor, asked.rows)
        )
        print("\n".join(table(results[-1:])), flush=True)
        if asked.write:  # after each database, so that what was measured is not lost with the next
            asked.write.write_text(page(results, asked, load), encoding="utf-8")
            print(f"written: {asked.write.resolve().relative_to(ROOT)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
