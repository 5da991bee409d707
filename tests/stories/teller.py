"""A story told by HTTP alone: people of the cast act over the API at set times; between them the worker does its part."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.utils import timezone

from shouwen.kernel.audit import audit_clocks, audit_journal
from shouwen.kernel.figures import fold_deltas
from shouwen.kernel.outbox import drain
from tests.api.caller import Caller
from tests.support import picture, travel
from tests.world import World, at


class Story:
    """`story.at("2026-11-23 10:00")`, then `story.does("desk", "open", place=…)`; `story.case(no)` as somebody reads it."""

    def __init__(self, world: World, monkeypatch: Any) -> None:
        self.world, self.callers = world, dict[str, Caller]()
        self.now: datetime = at("2026-11-23 09:00")
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def at(self, moment: str) -> None:
        """Time goes on: alarms fire, messages are delivered, rungs take their steps."""
        self.now = at(moment)
        travel(self.now)
        while drain("story", at=self.now):
            pass

    def caller(self, who: str) -> Caller:
        if who not in self.callers:
            self.callers[who] = Caller(self.world, who)
        return self.callers[who]

    def opens(self, who: str, *, kind: str = "complaint", step: str = "", **said: Any) -> str:
        """Opens a case and returns its number."""
        return str(self.opened(who, kind=kind, step=step, **said)["no"])

    def opened(self, who: str, *, kind: str = "complaint", step: str = "", **said: Any) -> dict[str, Any]:
        path = f"/cases/{kind}/{step}" if step else f"/cases/{kind}"
        status, found = self.caller(who).post(path, {"place": "1-1-101", "words": "投诉", **said})
        assert status == 201, found
        return dict(found)

    def does(self, who: str, step: str, no: str, *, kind: str = "complaint", **said: Any) -> dict[str, Any]:
        """Takes a step that must be taken."""
        status, found = self.caller(who).post(f"/cases/{kind}/{no}/{step}", said)
        assert status == 200, found
        return dict(found)

    def refused(self, who: str, step: str, no: str, *, kind: str = "complaint", **said: Any) -> tuple[int, str]:
        """Tries a step that must be refused; returns the status and the clause."""
        status, found = self.caller(who).post(f"/cases/{kind}/{no}/{step}", said)
        assert status >= 400, found
        return status, found.get("clause", "")

    def file(self, who: str) -> str:
        """Sends a picture and returns the id that goes into a step."""
        caller = self.caller(who)
        answer = caller.client.post(
            "/api/v1/files", {"file": picture()}, headers={"Authorization": f"Bearer {caller.token}"}
        )
        assert answer.status_code == 201, answer.content
        return str(json.loads(answer.content)["id"])

    def case(self, no: str, who: str = "supervisor") -> dict[str, Any]:
        status, found = self.caller(who).get(f"/cases/{no}")
        assert status == 200, found
        return dict(found)

    def verdicts(self, no: str, who: str = "supervisor") -> dict[str, str | None]:
        return {clock["id"]: clock["verdict"] for clock in self.case(no, who)["commitments"]}

    def steps(self, no: str, who: str = "supervisor") -> list[str]:
        return [line["step"] for line in self.case(no, who)["journal"]]

    def end(self) -> None:
        """What was told is what the journal proves."""
        fold_deltas(at=self.now)
        assert [str(found) for found in audit_clocks()] == []
        assert [str(found) for found in audit_journal()] == []
