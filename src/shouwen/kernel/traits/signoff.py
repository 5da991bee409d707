"""The end of a case: the customer's own word."""

from __future__ import annotations

from typing import Any

from shouwen.kernel.access import NO, Rule
from shouwen.kernel.goals import Rung
from shouwen.kernel.kinds import Commitment, Step, Trait
from shouwen.kernel.who import customer, owner


class SignOff(Trait):
    """The customer's own word: `satisfied` (签字确认), `unsatisfied` (a new cycle), or a recorded decision."""

    def __init__(
        self, frm: str, to: str, *, again: str, by: Rule, decide: Rule = NO, within: Any = None, starts: str = "tell",
        rungs: tuple[Rung, ...] = (), clause: str = "",
    ) -> None:  # fmt: skip
        first, *rest = clause.split()
        last = rest[-1] if rest else first
        self.steps: dict[str, Step | Commitment] = {
            "satisfied": Step(frm, to, by=by, asks="how", may="sign_off slip note", public=True, key="s", clause=last),
            "unsatisfied": Step(
                frm, again, by=by, asks="how words", new_cycle=True, public=True, tells=(owner,), key="u", clause=first
            ),
            "decide": Step(frm, to, by=decide, asks="decision", tells=(owner, customer), key="z", clause=first),
        }  # fmt: skip
        if within is not None:
            self.steps["followed_up"] = Commitment(
                within, starts=starts, during=frm, kept_by="satisfied unsatisfied decide", again="restart", rungs=rungs,
                clause=first,
            )  # fmt: skip
