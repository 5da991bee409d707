"""A log of events, one row a change: states as steps, waiting as pauses, groups as hand-overs; counted from the journal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from shouwen.kernel.models import Case, Entry
from shouwen.project.replaying.drive import Drive
from shouwen.project.replaying.plan import Plan

REQUIRED = {"resolve": "result", "reopen": "note"}  # what these steps ask; the log gives no words


@dataclass
class Incident:
    """One ticket of the log: its rows, its case, and the state its case is in."""

    key: str
    rows: list[dict[str, str]] = field(default_factory=list)
    case: Case | None = None
    state: str = ""
    group: str = ""
    said: str = ""  # the state as the log calls it


def run(plan: Plan, rows: list[dict[str, str]], drive: Drive) -> dict[str, int]:
    """Replays every row in the order of its time, then compares the journal with the log's own counters."""
    incidents: dict[str, Incident] = {}
    acts: list[tuple[datetime, int]] = []
    for n, row in enumerate(rows):
        key, at = plan.column(row, "id"), plan.moment(plan.column(row, "at"))
        if at is None:
            drive.spoil("has no time of change", key)
            continue
        incident = incidents.setdefault(key, Incident(key))
        if not incident.rows:
            acts.append((min(at, plan.moment(plan.column(row, "opened")) or at), -1 - n))
        incident.rows.append(row)
        acts.append((at, n))
    for at, n in sorted(acts):
        row = rows[n] if n >= 0 else rows[-1 - n]
        incident = incidents[plan.column(row, "id")]
        if n < 0:
            _open(plan, incident, row, drive, at)
        elif incident.case is not None:
            _change(plan, incident, row, drive, at)
    return compare(plan, list(incidents.values()), drive)


def _open(plan: Plan, incident: Incident, row: dict[str, str], drive: Drive, at: datetime) -> None:
    incident.group = plan.column(row, "dept")
    data: dict[str, Any] = {
        "place": drive.scene.site, "words": incident.key, "title": incident.key,
        "channel": plan.spec.get("channels", {}).get(plan.column(row, "channel"), "api"),
        "dept": drive.scene.group(incident.group),
    }  # fmt: skip
    given = {word: value for word, value in data.items() if value is not None}
    entry = drive.take("open", at=at, kind=plan.spec["kind"], **given)
    if entry is not None:
        incident.case = Case(pk=entry.stream_id, org_id=drive.scene.org.pk, kind=plan.spec["kind"], no=incident.key)
        incident.state = entry.to_state


def _change(plan: Plan, incident: Incident, row: dict[str, str], drive: Drive, at: datetime) -> None:
    """What differs from the row before: the group first, then the state."""
    group, said = plan.column(row, "dept"), plan.column(row, "state")
    if group != incident.group and drive.take("assign", at=at, case=incident.case, dept=drive.scene.group(group)):
        incident.group = group
    wanted = plan.spec["states"].get(said)
    if wanted is None:
        drive.spoil(f"says a state that the plan does not know: {said}", incident.key)
        return
    if said == incident.said or (wanted == incident.state and wanted != "waiting"):
        return
    incident.said = said
    for step in plan.spec["steps"][wanted].get(incident.state, "").split():
        data = {"waits_for": plan.spec["waits_for"][said]} if step == "wait" else {}
        data |= {REQUIRED[step]: said} if step in REQUIRED else {}
        entry = drive.take(step, at=at, case=incident.case, **data)
        if entry is None:
            return
        incident.state = entry.to_state


def compare(plan: Plan, incidents: list[Incident], drive: Drive) -> dict[str, int]:
    """Reassignments and reopenings as the journal has them, beside the log's; working time outside waiting."""
    told = _journal(drive)
    counters, calendar = plan.spec["counters"], plan.calendars[plan.spec["calendar"]]
    found: Counter[str] = Counter()
    worked = timedelta()
    for incident in incidents:
        if incident.case is None:
            continue
        entries = told[incident.case.pk]
        last = incident.rows[-1]
        moved = [group for step, _at, _state, group in entries if step in ("open", "assign")]
        passed = sum(1 for before, after in pairwise(moved) if before != after)
        reopened = sum(1 for step, *_rest in entries if step == "reopen")
        same = (passed == int(last[counters["reassigned"]]), reopened == int(last[counters["reopened"]]))
        found["cases"] += 1
        found["reassigned_agree"] += same[0]
        found["reopened_agree"] += same[1]
        found["counters_agree"] += all(same)
        ends = [at for step, at, _state, _group in entries if step in ("resolve", "close")]
        pauses = waiting(entries)
        worked += timedelta(seconds=calendar.elapsed(entries[0][1], ends[-1], pauses=pauses)) if ends else timedelta()
        found["waits"] += len(pauses)
        found["solved"] += bool(ends)
    hours = int(worked.total_seconds() // 3600)
    return {
        **dict.fromkeys(("cases", "reassigned_agree", "reopened_agree", "counters_agree", "waits", "solved"), 0), **found,
        "counters_compared": found["cases"], "working_hours": hours,
    }  # fmt: skip


Line = tuple[str, datetime, str, Any]


def _journal(drive: Drive) -> dict[int, list[Line]]:
    """Step, time, state after it and group of every entry, by case."""
    found: dict[int, list[Line]] = {}
    rows = Entry.objects.filter(org_id=drive.scene.org.pk, stream_type="case").order_by("id")
    for case_id, step, at, state, facts in rows.values_list(
        "stream_id", "step", "happened_at", "to_state", "facts"
    ).iterator():
        found.setdefault(case_id, []).append((step, at, state, facts.get("dept")))
    return found


def waiting(entries: list[Line]) -> list[tuple[datetime, datetime | None]]:
    """The spans in which a case waited."""
    spans: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for _step, at, state, _group in entries:
        if state == "waiting" and since is None:
            since = at
        elif state != "waiting" and since is not None:
            spans.append((since, at))
            since = None
    return [*spans, (since, None)] if since is not None else spans
