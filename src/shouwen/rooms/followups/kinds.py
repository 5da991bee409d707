"""The follow-up (回访): somebody who did not handle it asks the customer, and what was bad is opened again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shouwen.kernel import credentials
from shouwen.kernel.access import system
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Form, Kind, Step
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.who import customer, desk, director, holder, manager, same_site, steward, supervisor
from shouwen.rooms.followups.models import FollowupSheet
from shouwen.rooms.followups.rules import Script, handled, is_bad, without_words

LINK_DAYS = 14


class Followup(Kind):
    """A customer is asked how a closed case was handled: by call, visit or one-use code; bad answers open it again."""

    key, number, sheet, owner = "followup", "HF", FollowupSheet, holder("desk")
    states, final, facts = "due answered", "answered", "why bad"
    choices = {"why": ("unrated", "always", "sample")}
    sees = manager | customer | (desk | steward | supervisor | director) & same_site
    public, resolved_by = "state words", "record rate"
    gives_up, withdraws = supervisor | director, supervisor
    asker = (desk | steward | supervisor) & ~handled
    script = Script()

    open = Step(
        None, "due", by=system, asks="place about why customer", may="title turn", tells=(owner,), clause="S6-2.28"
    )
    record = Step(
        "due", "answered", by=asker, asks="how points", may="words", points=script, sets={"bad": is_bad}, tells=(supervisor,),
        public=True, key="r", clause="S6-2.28",
    )  # fmt: skip
    send_code = Step("due", SAME, by=asker, may="note", key="l", clause="S6-2.28")
    rate = Step(
        "due", "answered", by=customer, asks="points", may="words", points=script, sets={"bad": is_bad},
        tells=(owner, supervisor), public=True, clause="S6-2.28",
    )  # fmt: skip
    asked_in_time = Commitment(
        policy("followup.within", "2wd"), during="due", kept_by="record rate", rungs=(rung("0", supervisor),),
        clause="S6-2.28",
    )  # fmt: skip
    prints = (Form("followup_record", clause="S6-2.28"),)
    record.refuses("S6-2.28")(without_words)

    @send_code.effect
    def give_code(case: Case, data: dict[str, Any], entry: Entry) -> None:
        """A code that opens this one question; a new one ends the one before."""
        credentials.revoke(case, purpose=credentials.FOLLOW, at=entry.recorded_at)
        until = entry.recorded_at + timedelta(days=LINK_DAYS)
        entry.once = {  # type: ignore[attr-defined]
            "code": credentials.issue(case, purpose=credentials.FOLLOW, at=entry.recorded_at, valid_until=until)
        }

    @record.effect
    @rate.effect
    def end_code(case: Case, data: dict[str, Any], entry: Entry) -> None:
        credentials.revoke(case, purpose=credentials.FOLLOW, at=entry.recorded_at)
