"""What customers say beside asking for something: a suggestion that is answered with its reason, and praise passed on."""

from __future__ import annotations

from shouwen.kernel.access import staff
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import Commitment, Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.promise import Progress, Promise
from shouwen.kernel.traits import Referral
from shouwen.kernel.who import (
    Target,
    Who,
    customer,
    desk,
    director,
    first_contact,
    head,
    holder,
    involved,
    manager,
    owner,
    same_site,
    supervisor,
)  # fmt: skip
from shouwen.rooms.requests.models import CommendationSheet, SuggestionSheet
from shouwen.rooms.requests.visit import NEXT_DAY


def _praised(case: Case, roster: object) -> Target | None:
    return Target(staff_id=case.sheet.praised_id) if case.sheet.praised_id else None


praised = Who(owner.q, "praised", _praised)


class Suggestion(Kind):
    """A customer suggests something: it is taken up the same day, asked of the department, answered with its reason."""

    key, number, sheet, owner = "suggestion", "JY", SuggestionSheet, holder("steward", of="place")
    states, facts = "taken asked closed", "dept adopted"
    choices = {"adopted": ("adopted", "in_part", "not_adopted")}
    sees = involved | head("dept") | manager | (desk | supervisor | director) & same_site
    public, withdraws, resolved_by = "state answer adopted promised_at", customer | desk | owner, "reply"
    follow_up = "sample 10"
    OPEN, first_hand = "taken asked", owner | desk | first_contact

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may="customer caller channel heard_at heard_by photo",
        tells=(owner, supervisor, customer), key="n", clause="S6-1.11",
    )  # fmt: skip
    ask = Referral(
        OPEN, "asked", "taken", by=first_hand, head=head("dept"), answer="opinion",
        ack_within=policy("suggestion.acknowledge", "1wd"), rungs=(rung("0", supervisor),), clause="S6-1.11",
    )  # fmt: skip
    promise = Promise(OPEN, kept_by="reply", by=first_hand)
    progress = Progress(OPEN, by=first_hand, kept_by="reply promise postpone")
    reply = Step(
        OPEN,
        "closed",
        by=first_hand,
        asks="adopted answer how",
        tells=(customer, supervisor),
        key="r",
        clause="S6-2.07",
    )
    handled = Commitment(
        NEXT_DAY, during=OPEN, kept_by="reply", when={"promised_at": None}, rungs=(rung("-20%", owner), rung("0", supervisor)),
        clause="S6-1.11",
    )  # fmt: skip


class Commendation(Kind):
    """A customer praises somebody: thanked, and passed on to the colleague and to their supervisor."""

    key, number, sheet, owner = "commendation", "BY", CommendationSheet, holder("steward", of="place")
    states, resolved_by = "taken closed", "thank"
    sees = involved | manager | (desk | supervisor | director) & same_site
    public, withdraws = "state told", customer | desk | owner

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may="customer channel praised photo heard_at heard_by",
        tells=(owner, supervisor, praised), key="n", clause="S6-1.11",
    )  # fmt: skip
    thank = Step(
        "taken", "closed", by=owner | desk | supervisor, asks="told how", may="praised", tells=(praised, customer), key="r",
        clause="S6-2.07",
    )  # fmt: skip
    thanked = Commitment(NEXT_DAY, during="taken", kept_by="thank", rungs=(rung("0", supervisor),), clause="S6-1.11")
