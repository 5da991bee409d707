"""Hand-over to another department."""

from __future__ import annotations

from typing import Any

from shouwen.kernel.access import Rule
from shouwen.kernel.goals import Rung
from shouwen.kernel.kinds import SAME, Commitment, Step, Trait
from shouwen.kernel.who import Who, first_contact, owner


class Referral(Trait):
    """Hand-over to another department (转办): `refer`, `acknowledge`, `give_back`, each owed within a time.

    `passed_on` runs from intake while the case concerns another department (none where `pass_within` is not given);
    handing over says that it does. `acknowledged` is the head's own clock.
    """

    def __init__(
        self, frm: str, to: str, back: str, *, by: Rule, head: Who, answer: str, ack_within: Any, pass_within: Any = None,
        starts: str = "open", when: dict[str, Any] | None = None, rungs: tuple[Rung, ...] = (), clause: str = "",
    ) -> None:  # fmt: skip
        first, *rest = clause.split()
        last = rest[-1] if rest else first
        self.steps: dict[str, Step | Commitment] = {
            "refer": Step(frm, to, by=by, asks="dept note", sets=when, tells=(head, owner), key="f", clause=first),
            "acknowledge": Step(to, SAME, by=head, may="note", tells=(owner,), key="a", clause=first),
            "give_back": Step(to, back, by=head, asks=answer, tells=(owner, first_contact), key="b", clause=last),
            "acknowledged": Commitment(
                ack_within, starts="refer", during=to, kept_by="acknowledge give_back", owed_by=head, owed_to=owner,
                again="restart", rungs=rungs, clause=first,
            ),
        }  # fmt: skip
        if pass_within is not None:
            self.steps["passed_on"] = Commitment(
                pass_within, starts=starts, during=frm, kept_by="refer", when=when, rungs=rungs, clause=first
            )
