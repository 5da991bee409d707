"""What a page costs one process: processor time, queries, bytes; without a server, on a database that is there already.

usage: pages.py [--turns N] [--profile PAGE] [--plans] [--only PAGE]
Fill a database first (`SHOUWEN_DATA=folder shouwen demo --scale 20000`). `--profile` shows where the time of a page goes,
`--plans` which queries read a whole table.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import pstats
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.scratch import start

ROLES = ("supervisor", "desk")
Ask = Callable[[str], bytes]


def cookie_of(role: str) -> str:
    """A session of the first person with an office."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from shouwen.ground.models import Account

    account = Account.objects.filter(staff__holdings__office__role=role, is_active=True).order_by("id").first()
    assert account is not None, role
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[1]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def asker(cookie: str) -> Ask:
    """Asks the web application as a server would, through all its layers."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()

    def ask(address: str) -> bytes:
        address = quote(address, safe="/?=&-%")
        path, _, query = address.partition("?")
        said: list[str] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": cookie,
            "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1",
        }  # fmt: skip
        answer = application(environ, lambda status, headers, exc=None: said.append(status))
        body = b"".join(answer)
        answer.close()
        assert said[0].startswith("200"), f"{address}: {said[0]}"
        return body

    return ask


def addresses(role: str) -> dict[str, list[str]]:
    """The pages by name, each with several addresses, so that nothing is measured twice in a row."""
    from shouwen.ground.models import Account, ContactPoint, Party
    from shouwen.kernel.models import Case

    holder = Account.objects.filter(staff__holdings__office__role=role, is_active=True).order_by("id").first()
    site = holder.staff.holdings.order_by("id").first().office.site_id
    numbers = list(
        Case.objects.filter(site_id=site, kind="complaint").order_by("-opened_at").values_list("no", flat=True)[:40]
    )
    parties = Party.objects.filter(pk__in=Case.objects.filter(site_id=site).values("party_id")).order_by("id")
    ends = ContactPoint.objects.filter(party__in=parties).order_by("id").values_list("last4", flat=True)[:40]
    names = parties.values_list("name", flat=True)[:40]
    views = ("all", "open", "over", "closed")
    return {
        "list": [*(f"/cases?view={view}" for view in views), "/cases?view=all&kind=complaint"],
        "case": [f"/cases/{no}" for no in numbers],
        "today": ["/"],
        "intake": ["/intake", "/intake?kind=complaint&place=1-1-101"],
        "look-up": [f"/lookup?q={text}" for pair in zip(ends, names, strict=False) for text in pair],
        "caller": [f"/intake?who={text}" for text in ends],
        "promises": ["/promises", "/promises?days=365"],
    }


def measured(ask: Ask, pages: list[str], turns: int) -> tuple[float, float, int, int]:
    """Milliseconds of processor time (middle and 95th of a hundred), queries at most, bytes at most."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    queries = size = 0
    for page in pages[:10]:
        with CaptureQueriesContext(connection) as caught:
            size = max(size, len(ask(page)))
        queries = max(queries, len(caught))
    spent = []
    for turn in range(turns):
        began = time.process_time()
        ask(pages[turn % len(pages)])
        spent.append(1000 * (time.process_time() - began))
    spent.sort()
    return spent[len(spent) // 2], spent[int(len(spent) * 0.95)], queries, size


def profiled(ask: Ask, pages: list[str], turns: int) -> None:
    """Where the time of a page goes."""
    for page in pages[:5]:
        ask(page)
    profile = cProfile.Profile()
    profile.enable()
    for turn in range(turns):
        ask(pages[turn % len(pages)])
    profile.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(profile).sort_stats(order).print_stats(70 if order == "cumulative" else 30)


def scans(ask: Ask, pages: list[str]) -> list[str]:
    """The queries of some pages that read a whole table, with the line of the plan that says so."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found: dict[str, str] = {}
    for page in pages[:6]:
        with CaptureQueriesContext(connection) as caught:
            ask(page)
        for query in caught:
            sql = query["sql"]
            if sql.startswith("SELECT"):
                found.update({line: sql for line in plan(connection, sql) if whole_table(line)})
    return [f"{line}\n      {sql[:400]}" for line, sql in found.items()]


def plan(connection: Any, sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {sql}")
        return [str(row[-1]) for row in cursor.fetchall()]


def whole_table(line: str) -> bool:
    """Whether a line of a plan reads all rows of a table that grows."""
    grows = re.search(
        r"kernel_(case|clock|entry|entrydata|caseactor|notice|figure\w*|attachment)\b|ground_(party|contact)", line
    )
    return bool(grows) and bool(re.search(r"\bSCAN (?!.*USING INDEX)|Seq Scan", line))


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--turns", type=int, default=100)
    reading.add_argument("--only", default="")
    reading.add_argument("--profile", default="")
    reading.add_argument("--plans", action="store_true")
    asked = reading.parse_args()
    start()
    for role in ROLES:
        ask, pages = asker(cookie_of(role)), addresses(role)
        if asked.profile:
            profiled(ask, pages[asked.profile], asked.turns)
            return 0
        for name, these in pages.items():
            if asked.only in ("", name):
                middle, late, queries, size = measured(ask, these, asked.turns)
                print(
                    f"{role:12}{name:10}{middle:8.1f} ms CPU{late:8.1f} p95{queries:5} queries{size / 1000:8.1f} kB",
                    flush=True,
                )
                for line in scans(ask, these) if asked.plans else ():
                    print(f"    {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
