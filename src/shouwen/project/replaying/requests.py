"""A log of requests, one row each: opened, due and done at their own times; compared with the log's own targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shouwen.kernel.models import Case, Clock
from shouwen.project.replaying.drive import Drive
from shouwen.project.replaying.plan import Allowed, Plan

NEAR = timedelta(minutes=2)  # how near a due time must be to the log's own


@dataclass
class Request:
    """One row of the log, read."""

    key: str
    opened_at: datetime
    done_at: datetime | None
    target_at: datetime | None
    verdict: str
    due_at: datetime | None
    row: dict[str, str]
    case: Case | None = None


def read(plan: Plan, rows: Iterable[dict[str, str]], limits: dict[str, Allowed], drive: Drive) -> list[Request]:
    """The requests of a log; rows the data spoil are counted and named."""
    found = []
    for row in rows:
        key, opened_at = plan.column(row, "id"), plan.moment(plan.column(row, "opened"))
        if opened_at is None:
            drive.spoil("has no time of opening", key)
            continue
        done_at = plan.moment(plan.column(row, "done"))
        if done_at is not None and done_at < opened_at:
            drive.spoil("was done before it was opened; it stays open here", key)
            done_at = None
        allowed = limits.get(plan.column(row, "type"))
        due_at = plan.due(opened_at, allowed) if allowed else None
        if due_at is not None and due_at <= opened_at:
            drive.spoil("was due before it was opened; the usual limit holds here", key)
            due_at = None
        target_at = plan.moment(plan.column(row, "target"))
        found.append(Request(key, opened_at, done_at, target_at, plan.column(row, "verdict"), due_at, row))
    return found


def replay(plan: Plan, requests: list[Request], drive: Drive) -> None:
    """Every opening and ending in the order in which they happened."""
    acts = [(request.opened_at, 0, n) for n, request in enumerate(requests)]
    acts += [(request.done_at, 1, n) for n, request in enumerate(requests) if request.done_at is not None]
    for at, ends, n in sorted(acts):
        request = requests[n]
        if ends:
            _end(plan, request, drive, at)
        else:
            _open(plan, request, drive, at)


def _open(plan: Plan, request: Request, drive: Drive, at: datetime) -> None:
    row, scene = request.row, drive.scene
    data: dict[str, Any] = {
        "place": scene.place(plan.column(row, "place")), "words": plan.column(row, "words") or request.key,
        "title": request.key, "channel": plan.spec.get("channels", {}).get(plan.column(row, "channel"), "api"),
        "dept": scene.group(plan.column(row, "dept")), "promised_at": request.due_at,
    }  # fmt: skip
    given = {word: value for word, value in data.items() if value is not None}
    entry = drive.take("open", at=at, kind=plan.spec["kind"], **given)
    if entry is not None:
        request.case = Case(pk=entry.stream_id, org_id=scene.org.pk, kind=plan.spec["kind"], no=request.key)


def _end(plan: Plan, request: Request, drive: Drive, at: datetime) -> None:
    if request.case is None:
        return
    result = (request.row.get(plan.spec["done"].get("result", ""), "") or "").strip()
    drive.take(plan.spec["done"]["step"], at=at, case=request.case, **({"result": result[:4000]} if result else {}))


def compare(plan: Plan, requests: list[Request], limits: dict[str, Allowed], drive: Drive) -> dict[str, int]:
    """Due times within two minutes of the log's own, verdicts equal to its own: only where a type has a rule."""
    clocks: dict[int, tuple[datetime, str | None]] = {}
    rows = Clock.objects.filter(org_id=drive.scene.org.pk, cycle=1, seq=1).values_list("case_id", "due_at", "verdict")
    for case_id, due_at, verdict in rows.iterator():
        clocks[case_id] = (due_at, verdict)
    said = {text: word for word, text in plan.spec.get("verdicts", {}).items()}
    found = dict.fromkeys(("due_compared", "due_agree", "verdict_compared", "verdict_agree"), 0)
    for request in requests:
        if plan.column(request.row, "type") not in limits or request.case is None:
            continue
        due_at, verdict = clocks.get(request.case.pk, (None, None))
        if request.target_at is not None:
            found["due_compared"] += 1
            found["due_agree"] += int(due_at is not None and abs(due_at - request.target_at) <= NEAR)
        if request.done_at is not None and request.verdict in said:
            found["verdict_compared"] += 1
            found["verdict_agree"] += int(verdict == said[request.verdict])
    return {"cases": sum(1 for request in requests if request.case is not None), **found}


def run(plan: Plan, rows: list[dict[str, str]], limits: dict[str, Allowed], drive: Drive) -> dict[str, int]:
    """Reads, replays, compares."""
    requests = read(plan, rows, limits, drive)
    replay(plan, requests, drive)
    return compare(plan, requests, limits, drive)
