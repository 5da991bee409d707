"""Many tickets with a running clock each, made from one that was opened by `perform`: chains, numbers and clocks are true."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from shouwen.ground.ids import new_id
from shouwen.kernel.canonical import plain
from shouwen.kernel.clocks import arm
from shouwen.kernel.journal import chain_hash
from shouwen.kernel.models import Case, Clock, EntryData, Series
from shouwen.kernel.perform import perform
from shouwen.kernel.rulebook import rulebook
from shouwen.project.replaying.scene import Scene

BATCH = 500


def armed(scene: Scene, count: int, *, first_due: datetime, spread: timedelta, promised: bool = True) -> int:
    """Opens one ticket for real and makes the others like it; their due times lie evenly over `spread`.

    `promised` = due at a time agreed with the customer; else by the usual limit, which is a policy.
    """
    opened = first_due - timedelta(hours=1)
    given = {"promised_at": first_due} if promised else {}
    entry = perform(
        "open", actor=scene.actor, at=opened, kind="ticket", data={"place": scene.site, "words": "样例", **given}
    )
    pattern = Case.objects.get(pk=entry.stream_id)
    parts = {
        "sheet": pattern.sheet, "entry": entry, "data": EntryData.objects.get(entry=entry),
        "clock": Clock.objects.select_related("case").get(case=pattern),
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for n in range(1, count):
        rows.append(_like(pattern, parts, n, spread * n / count, promised))
        if len(rows) >= BATCH:
            _write(rows)
            rows = []
    _write(rows)
    period = pattern.no.split("-")[0].removeprefix("GD")
    Series.objects.filter(org=scene.org, key="GD", period=period).update(last=count)
    return count


def _like(pattern: Case, parts: dict[str, Any], n: int, later: timedelta, promised: bool) -> dict[str, Any]:
    """One more ticket like the pattern, everything that happened so much later."""
    case, sheet, entry, data, clock = map(
        _copy, (pattern, parts["sheet"], parts["entry"], parts["data"], parts["clock"])
    )
    case.no, case.root_id = f"{pattern.no.split('-')[0]}-{n + 1:04d}", None
    move = later if promised else timedelta()
    case.due_at = clock.due_at = parts["clock"].due_at + move
    sheet.pk = data.entry_id = None
    sheet.case = case
    entry.stream_id = case.pk
    if promised:
        sheet.promised_at = clock.due_at
        entry.facts = {**entry.facts, "promised_at": plain(clock.due_at)}
    entry.hash = case.head_hash = chain_hash(entry)
    data.entry = entry
    clock.case, clock.rungs_due, clock.rungs_fired = case, None, 0
    arm(clock, case.spec.commitments[clock.key], rulebook(case.org_id, case.site_id))
    return {"case": case, "sheet": sheet, "entry": entry, "data": data, "clock": clock}


def _copy(row: Any) -> Any:
    twin = copy.copy(row)
    twin._state = copy.copy(row._state)
    twin._state.adding, twin._state.fields_cache = True, {}
    if row._meta.pk.name == "id":
        twin.pk = new_id()
    twin.__dict__.pop("_sheet", None)
    return twin


def _write(rows: list[dict[str, Any]]) -> None:
    for name in ("case", "sheet", "entry", "data", "clock"):
        found = [row[name] for row in rows]
        if found:
            type(found[0])._default_manager.bulk_create(found)
