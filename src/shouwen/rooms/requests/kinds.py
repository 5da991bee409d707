"""Requests: the enquiry here; repair, assistance, suggestion and commendation beside it."""

from __future__ import annotations

from shouwen.kernel.access import staff
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import Commitment, Kind, Step
from shouwen.kernel.promise import Progress, Promise
from shouwen.kernel.traits import Referral
from shouwen.kernel.who import (
    customer,
    desk,
    director,
    first_contact,
    head,
    holder,
    involved,
    manager,
    same_site,
    supervisor,
)
from shouwen.rooms.requests.models import EnquirySheet
from shouwen.rooms.requests.repair import Assistance, Repair
from shouwen.rooms.requests.voices import Commendation, Suggestion


class Enquiry(Kind):
    """Somebody asks; what cannot be answered at once is answered by the next working day or the promised time."""

    key, number, sheet, owner = "enquiry", "XW", EnquirySheet, holder("steward", of="place")
    states, facts = "taken asked closed", "dept"
    sees = involved | head("dept") | manager | (desk | supervisor | director) & same_site
    follow_up = "sample 10"
    public, withdraws, resolved_by = "state answer promised_at", customer | desk | owner, "reply answered_at_once"
    OPEN, first_hand = "taken asked", owner | desk | first_contact

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may="customer caller channel heard_at heard_by",
        tells=(owner, customer), key="n", clause="S6-1.11 S6-2.07",
    )  # fmt: skip
    answered_at_once = Step(
        None, "closed", by=staff, asks="place words answer", may="customer caller channel", public=True, clause="S6-1.11"
    )  # fmt: skip
    ask = Referral(
        OPEN, "asked", "taken", by=first_hand, head=head("dept"), answer="result",
        ack_within=policy("enquiry.acknowledge", "2wh"), rungs=(rung("0", supervisor),), clause="S6-1.11",
    )  # fmt: skip
    reply = Step(
        OPEN, "closed", by=first_hand, asks="answer how", tells=(customer, first_contact), key="r", clause="S6-2.07"
    )
    answer_by = Commitment(
        policy("enquiry.answer", "1wd"), starts="open answered_at_once", during=OPEN, kept_by="reply answered_at_once",
        when={"promised_at": None}, rungs=(rung("-20%", owner), rung("0", supervisor)), clause="S6-1.11",
    )  # fmt: skip
    promise = Promise(OPEN, kept_by="reply", by=first_hand)
    progress = Progress(OPEN, by=first_hand, kept_by="reply promise postpone")


__all__ = ["Assistance", "Commendation", "Enquiry", "Repair", "Suggestion"]
