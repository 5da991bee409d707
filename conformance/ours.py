"""Our own answers to the conformance cases: working time by `shouwen.worktime`, verdicts by the fold of the kernel."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "src"
ZONE = "Asia/Shanghai"


def prepare() -> None:
    """The kernel is Django code: it wants settings, though nothing here touches a database."""
    sys.path.insert(0, str(SOURCE))
    os.environ.setdefault("SHOUWEN_DATA", tempfile.mkdtemp(prefix="shouwen-conformance-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwen.project.settings")
    import django

    django.setup()


def limit(spec: Any) -> Any:
    """A limit as the questions write it: a goal, `{policy, default}`, `{fact}` or `{earliest: […], unless}`."""
    from shouwen.kernel.goals import FieldRef, PolicyRef, earliest

    if not isinstance(spec, dict):
        return spec
    if "policy" in spec:
        return PolicyRef(spec["policy"], spec["default"])
    if "fact" in spec:
        return FieldRef(spec["fact"])
    return earliest(*map(limit, spec["earliest"]), unless=spec.get("unless"))


class Rules:
    """Versions of policies and of the calendar as a question lists them."""

    def __init__(self, asked: dict[str, Any]) -> None:
        from shouwen.worktime import Calendar, calendar

        def made(spec: Any) -> Any:
            return calendar(spec) if isinstance(spec, str) else Calendar.from_json(spec)

        self.policies = asked.get("policies", {})
        self.first = made(asked["calendar"])
        self.later = [(moment(one["from"]), made(one["calendar"])) for one in asked.get("calendars", ())]

    def policy(self, key: str, default: Any, at: datetime) -> tuple[Any, int | None]:
        value = default
        for version in self.policies.get(key, ()):
            value = version["value"] if moment(version["from"]) <= at else value
        return value, None

    def calendar(self, key: str, at: datetime) -> tuple[Any, int | None]:
        found = self.first
        for since, later in self.later:
            found = later if since <= at else found
        return found, None

    def changes(self, policies: Any, calendar: str) -> list[tuple[datetime, str]]:
        found = [
            (moment(v["from"]), key) for key in policies for v in self.policies.get(key, ()) if v.get("to_running")
        ]
        return found + [(since, f"calendar:{calendar}") for since, _later in self.later]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def events(asked: list[dict[str, Any]]) -> list[Any]:
    """The steps in the order in which they were written down; a step without `to` leaves the state as it is."""
    from shouwen.kernel.fold import Event

    found, state = [], ""
    for seq, one in enumerate(asked, start=1):
        to = one.get("to", state)
        facts = {
            name: moment(value).isoformat() if name.endswith("_at") and value else value
            for name, value in one.get("facts", {}).items()
        }
        found.append(Event(seq, one["step"], moment(one["at"]), state, to, one.get("cycle", 1), facts))
        state = to
    return found


def judge(asked: dict[str, Any]) -> dict[str, Any]:
    """All clocks of one promise, judged at `until`."""
    from shouwen.kernel.fold import fold
    from shouwen.kernel.kinds import Commitment

    said = dict(asked["promise"])
    promise = Commitment(limit(said.pop("within", None)), **said)
    promise.name = "promise"
    kind: Any = SimpleNamespace(commitments={"promise": promise})
    rows = fold(kind, events(asked["events"]), Rules(asked), until=moment(asked["until"]))

    def shown(at: datetime | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "clocks": [
            {
                "cycle": row.cycle, "starts": shown(row.starts_at), "due": shown(row.due_at), "opens": shown(row.opens_at),
                "stopped": shown(row.stopped_at), "verdict": row.verdict, "original": row.original,
                "postponed": row.postponed, "marked": row.late_start, "provisional": row.provisional,
                "paused": row.paused_at is not None,
            }
            for row in rows
        ]
    }  # fmt: skip


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """One answer, with the id of its question."""
    from shouwen.worktime import batch

    if asked.get("op") != "judge":
        return batch.answer(asked)
    try:
        return {"id": asked["id"], **judge(asked)}
    except (ValueError, KeyError, TypeError) as error:
        return {"id": asked.get("id"), "error": str(error)}


def main() -> None:
    prepare()
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(json.dumps(answer(json.loads(line)), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
