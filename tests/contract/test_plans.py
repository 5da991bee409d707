"""No list, count or page reads a large table as a whole: work stays the same when the tables grow fourfold.

Every statement of a page is looked at on the database in use: its plan for full scans, and how much it had to touch
(SQLite: instructions of its virtual machine; PostgreSQL: rows of large tables) at two sizes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from shouwen.desk import counts, nearby
from shouwen.desk.listing import EQUAL, ORDERS, VIEWS
from shouwen.ground import search
from shouwen.ground.ids import new_id
from shouwen.ground.models import ContactPoint, Department, Party, Place, Role, Staff
from shouwen.kernel import tokens
from shouwen.kernel.models import Case, Clock, Entry, Notice
from tests.world import World

LARGE = ("kernel_case", "kernel_clock", "kernel_entry", "kernel_notice", "ground_party", "ground_contactpoint",
         "ground_searchdoc", "ground_place", "ground_role", "kernel_alarm", "kernel_outbox")  # fmt: skip
SMALL, BIG = 300, 1500
RARE = 12  # rows that a condition finds; fewer than a page, and last in the usual order
LATE = 40  # of the common ones, how many are past due or due today
SLACK = 1.5
WALK = {
    "sqlite": 10,
    "postgresql": 1,
}  # a row of what still owes something, the small part of a table that may be walked
FIND = {
    "kind": "enquiry", "state": "asked", "place": "2-1-101", "building": "2", "owner": "S004", "first": "S004",
    "dept": "engineering", "grade": "rare", "channel": "media",
}  # fmt: skip
API = {"kind": "enquiry", "state": "asked", "place": "2-1-101", "owner": "S004"}
PAGES = (
    "/", "/notices", "/lookup?q=0284", "/lookup?q=8000", "/promises",
    "/lookup?q=8-1-10", "/lookup?q=8栋1单元10", "/lookup?q=rareword", "/lookup?q=客户12",
    "/customers?q=8-1-10", "/intake?q=8-1-10", "/lookup/places?q=h",
    *(f"/cases?view={view}&sort={sort}" for view in VIEWS for sort in ("", *ORDERS)),
    *(f"/cases?view={view}&{key}={FIND[key]}" for view in ("open", "all", "closed", "over") for key in EQUAL),
    *(f"/cases?view=all&sort=due&{key}={FIND[key]}" for key in EQUAL),
    "/cases?q=rareword", "/cases?clause=S6-9.99", "/cases?view=all&clause=S6-9.99&verdict=late", "/cases?view=all&verdict=broken",
    *(f"/api/v1/cases?order={order}&open={still}" for order in ("opened", "due") for still in ("true", "false")),
    *(f"/api/v1/cases?order={order}&{key}={value}" for order in ("opened", "due") for key, value in API.items()),
    "/api/v1/cases?overdue=true", "/api/v1/cases?q=rareword", "/api/v1/clocks", "/api/v1/clocks?overdue=true",
    "/api/v1/clocks?mine=true",
    "/settings/numbers",
    "/settings/work",
)  # fmt: skip


def widen(world: World) -> None:
    """Twenty more of everything that a condition names, so that each finds a small part."""
    site = world.places["site"]
    for n in range(20):
        more = {"org": world.org, "parent": site, "site": site}
        world.places[f"more{n}"] = Place.objects.create(
            kind="building", code=f"m{n}", name="-", path=f"/site/m{n}/", **more
        )
        world.places[f"home{n}"] = Place.objects.create(
            kind="unit", code=f"h{n}", name="-", path=f"/site/h{n}/", **more
        )
        world.depts[f"d{n}"] = Department.objects.create(org=world.org, key=f"d{n}", name="-")
        world.staff[f"s{n}"] = Staff.objects.create(org=world.org, name="-", number=f"T{n:03d}")


def fill(world: World, first: int, until: int, now: datetime) -> None:
    """Cases with a clock, an entry and a notice each; the first RARE ones are those that conditions look for."""
    site, supervisor, steward2 = world.places["site"], world.staff["supervisor"], world.staff["steward2"]
    cases, clocks, entries, notices, parties = [], [], [], [], []
    for n in range(first, until):
        rare, closed, turn = n < RARE, n % 5 != 0, n % 20
        opened = now - timedelta(days=400) + timedelta(minutes=n)
        due = None if closed else now + (timedelta(days=90) if rare else timedelta(minutes=12 * (n - LATE * 5)))
        party = Party(org=world.org, name=f"客户{n}")
        case = Case(
            id=new_id(), org=world.org, kind="enquiry" if rare else "complaint", no=f"X{n:06d}", party=party, site=site,
            state="asked" if rare else f"state{turn}", opened_at=opened, folded_at=opened, due_at=due,
            closed_at=opened if closed else None, building=world.places["b2" if rare else f"more{turn}"],
            place=world.places["2-1-101" if rare else f"home{turn}"], dept=world.depts["engineering" if rare else f"d{turn}"],
            owner=steward2 if rare else world.staff[f"s{turn}"], first_contact=steward2 if rare else world.staff[f"s{turn}"],
            owner_office=world.offices["steward2" if rare else "steward1"], grade="rare" if rare else f"g{turn}",
            channel="media" if rare else f"c{turn}", title=f"件{n}", head_seq=1, rev=1,
        )  # fmt: skip
        parties.append(party)
        cases.append(case)
        clocks.append(Clock(
            org=world.org, case=case, kind=case.kind, key="progress", cycle=1, seq=1, starts_at=opened, site=site,
            clause="S6-9.99" if rare else "S6-1.02", started_by=1, due_at=due or opened, owed_by=case.owner,
            owed_by_office=case.owner_office, ended_at=opened if closed else None,
            verdict=("late" if rare else "kept") if closed else None,
        ))  # fmt: skip
        entries.append(Entry(
            org=world.org, stream_type="case", stream_id=case.pk, seq=1, step="open", happened_at=opened,
            recorded_at=opened, to_state=case.state, digest="", hash="", actor_id=supervisor.pk,
        ))  # fmt: skip
        notices.append(Notice(
            org=world.org, staff=supervisor if rare else steward2, case=case, template="complaint.open", created_at=opened
        ))  # fmt: skip
    for rows in (parties, cases, clocks, entries, notices):
        type(rows[0]).objects.bulk_create(rows, batch_size=400)
    ContactPoint.objects.bulk_create(
        ContactPoint(org=world.org, party=p, kind="phone", normal=f"139{n:08d}", shown=f"139{n:08d}", last4=f"{n % 10000:04d}")
        for n, p in enumerate(parties, start=first)
    )  # fmt: skip
    for case in cases:
        words = f"{case.title} {'rareword' if case.grade == 'rare' else 'usual'}"
        search.put(org_id=world.org.pk, kind="case", object_id=case.pk, text=words, at=now)
    homes = Place.objects.bulk_create(
        Place(org=world.org, kind="unit", code=f"8-1-{n:05d}", name="-", path=f"/site/8/{n}/", parent=site, site=site)
        for n in range(first, until)
    )
    today = now.date()
    Role.objects.bulk_create(
        Role(org=world.org, party=p, place=home, role="OWNER", from_date=today)
        for p, home in zip(parties, homes, strict=True)
    )
    for party in parties:
        search.put(org_id=world.org.pk, kind="party", object_id=party.pk, text=f"{party.name} usual", at=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Looked:
    """What the statements of a page did: work by statement, and the plans that read a large table as a whole."""

    def __init__(self) -> None:
        self.work: dict[str, int] = {}
        self.whole: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SELECT", "(SELECT", "WITH")) or not any(f'"{table}"' in sql for table in LARGE):
            return execute(sql, params, many, context)
        with connection.connection.cursor() if connection.vendor == "postgresql" else _plain() as cursor:
            work = self._postgresql(cursor, sql, params) if cursor is not None else self._sqlite(sql, params)
        self.work[sql] = self.work.get(sql, 0) + work
        return execute(sql, params, many, context)

    def _postgresql(self, cursor: Any, sql: str, params: Any) -> int:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING off, FORMAT json) {sql}", params)
        (plan,) = cursor.fetchone()
        return sum(
            self._touched(node, sql) for node in nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        )

    def _touched(self, node: dict[str, Any], sql: str) -> int:
        if node.get("Relation Name") not in LARGE:
            return 0
        each = (
            node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        )
        touched = int(each * node["Actual Loops"])
        if node["Node Type"] == "Seq Scan" and touched > SMALL:
            self.whole.append(f"Seq Scan on {node['Relation Name']}: {sql}")
        return touched

    def _sqlite(self, sql: str, params: Any) -> int:
        raw, steps = connection.connection, [0]
        statement = sql.replace("%s", "?").replace("%%", "%")
        for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", params or ()).fetchall():
            table = row[3].removeprefix("SCAN ").split(" ")[0]
            if row[3].startswith("SCAN ") and table in LARGE and "INDEX" not in row[3]:
                self.whole.append(f"{row[3]}: {sql}")
        raw.set_progress_handler(lambda: steps.__setitem__(0, steps[0] + 1) or 0, 20)
        raw.execute(statement, params or ()).fetchall()
        raw.set_progress_handler(None, 0)
        return steps[0] * 20


@contextmanager
def _plain():
    yield None


def as_if_large() -> None:
    """Tables of a test are so small that PostgreSQL would rather read them whole; then no plan says anything."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")


def nodes(plan: dict[str, Any]) -> Any:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def looked(client: Client, address: str) -> Looked:
    found = Looked()
    with connection.execute_wrapper(found):
        answer = client.get(address)
        assert answer.status_code == 200, address
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    return found


@pytest.fixture
def clients(world) -> dict[str, Client]:
    """Somebody who sees a whole community, in the browser and by key; and the manager, who sees them all."""
    page, key, manager = Client(), Client(), Client()
    for client, name in ((page, "supervisor"), (manager, "manager")):
        client.force_login(world.accounts[name], backend="django.contrib.auth.backends.ModelBackend")
    _row, text = tokens.make(world.accounts["supervisor"], name="plans", at=timezone.now())
    key.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    return {"page": page, "/api": key, "/sett": manager}


@pytest.fixture
def few_counted(monkeypatch) -> Iterator[None]:
    """Counts stop at fifty; questions that other tests put together count further."""
    monkeypatch.setattr(counts, "MOST", 50)
    counts._cases.cache_clear()
    yield
    counts._cases.cache_clear()


def test_no_page_reads_a_large_table_as_a_whole(world, clients, few_counted, monkeypatch):
    monkeypatch.setattr(search, "WALK", 150)
    now = timezone.now()
    assert set(FIND) == set(EQUAL), "a condition of the list is not looked at here"
    widen(world)
    as_if_large()
    fill(world, 0, SMALL, now)
    before = {address: looked(clients.get(address[:5].rstrip("/"), clients["page"]), address) for address in PAGES}
    fill(world, SMALL, BIG, now)
    wrong = []
    for address in PAGES:
        after = looked(clients.get(address[:5].rstrip("/"), clients["page"]), address)
        was, worked = (sum(found.work.values()) for found in (before[address], after))
        if worked > was * SLACK + WALK[connection.vendor] * (BIG - SMALL) / 5:
            worst = max(after.work, key=lambda sql: after.work[sql] - before[address].work.get(sql, 0))
            wrong.append(f"{address}: {was} → {worked}\n    {worst[:3000]}")
        wrong += [f"{address}: {plan[:600]}" for plan in after.whole]
    assert wrong == [], "\n".join(wrong)


def test_the_cases_under_a_case_are_found_without_reading_all(world):
    """Hardly any case lies under another; the index of such a key looks useless to a database that counts its values."""
    widen(world)
    fill(world, 0, BIG, timezone.now())
    as_if_large()
    found, case = Looked(), Case.objects.order_by("id").first()
    with connection.execute_wrapper(found):
        assert nearby.under(world.actor("supervisor"), case) == []
    assert len(found.work) == 1 and found.whole == []
    assert sum(found.work.values()) < BIG


def test_a_word_is_found_without_reading_all_that_have_it(world, monkeypatch):
    """A common word and the beginning of one: the newest are taken, whatever lies behind them."""
    monkeypatch.setattr(search, "WALK", 150)
    widen(world)
    as_if_large()
    work: dict[tuple[str, str], list[int]] = {}
    for first, until in ((0, SMALL), (SMALL, BIG)):
        fill(world, first, until, timezone.now())
        for text in ("usual", "usu", "u", "rareword"):
            for kind, much in (("case", {"rareword": RARE}), ("party", {"rareword": 0})):
                found = Looked()
                with connection.execute_wrapper(found):
                    ids = search.find(text, org_id=world.org.pk, kind=kind, most=50)
                assert len(ids) == much.get(text, 50)
                assert found.whole == []
                work.setdefault((text, kind), []).append(sum(found.work.values()))
    slack = 20 * WALK[connection.vendor]
    assert {asked: did for asked, did in work.items() if did[1] > did[0] * SLACK + slack} == {}
