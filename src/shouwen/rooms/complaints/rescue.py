"""The major complaint of S6-12.13: rescue first, report, decide together, apologise; and only then the signature."""

from __future__ import annotations

from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Step
from shouwen.kernel.traits import Sequence
from shouwen.kernel.who import customer, director, head, manager, owner, property_gm, supervisor

ORDER = {"contain": {"harm": True}, "report": {}, "meet": {}, "apologise": {}}
MAJOR = {"grade": "major"}
CLAUSE = "S6-12.13"


class Rescue(Sequence):
    """`contain` while harm goes on, `report`, `meet`, `apologise`, in this order, each with a clock but the last."""

    def __init__(self, during: str, *, starts: str) -> None:
        super().__init__(ORDER, before="satisfied", when=MAJOR, clause=CLAUSE)
        lead = manager | supervisor
        self.steps = {
            "contain": Step(
                during, SAME, by=lead | head("dept"), asks="measure", may="photo", tells=(owner,), clause=CLAUSE
            ),
            "report": Step(during, SAME, by=lead, asks="note", tells=(property_gm, owner), clause=CLAUSE),
            "meet": Step(
                during, SAME, by=lead | property_gm, asks="decision", tells=(owner, head("dept")), clause=CLAUSE
            ),
            "apologise": Step(
                during, SAME, by=lead, asks="told how", may="letter", tells=(customer, owner), clause=CLAUSE
            ),
            "contained": self._at_once("contain", policy("complaint.contain", "2h"), during, starts, harm=True),
            "reported": self._at_once("report", policy("complaint.report", "1h"), during, starts),
            "met": self._at_once("meet", policy("complaint.meeting", "1wd"), during, starts),
        }

    def _at_once(self, step: str, within: object, during: str, starts: str, **more: bool) -> Commitment:
        return Commitment(
            within, starts=starts, during=during, kept_by=step, when={**MAJOR, **more}, owed_by=(manager, supervisor),
            rungs=(rung("0", director, property_gm),), clause=CLAUSE,
        )  # fmt: skip
