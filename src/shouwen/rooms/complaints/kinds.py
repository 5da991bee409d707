"""The complaint of S6-12: never refused, never deleted, led to the customer's own word that it is settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.kernel.access import not_actor_of, staff
from shouwen.kernel.goals import earliest, field, policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Form, Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.traits import Referral, SignOff
from shouwen.kernel.who import customer, desk, director, head, holder, involved, owner, same_site, supervisor
from shouwen.rooms.complaints.models import ComplaintCycle, ComplaintSheet


class Complaint(Kind):
    """A customer complains; the building's steward is answerable until the customer says it is settled."""

    key, number, sheet, cycle_sheet = "complaint", "TS", ComplaintSheet, ComplaintCycle
    states, facts = "taken in_hand with_dept answered told closed", "elsewhere dept wish_at wish_later"
    owner, alarm = holder("steward", of="place"), (rung("-20%", owner), rung("0", supervisor), rung("4wh", director))
    sees, public = involved | (desk | supervisor | director) & same_site, "state told result"
    withdraws, resolved_by = customer | desk | owner, "tell settled settle"
    WORK, OPEN = "taken in_hand with_dept", "taken in_hand with_dept answered told"

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may="customer channel elsewhere wish_at wish_later photo",
        tells=(owner, supervisor, customer), key="n", clause="S6-12.02 S6-2.21",
    )  # fmt: skip
    settled = Step(
        None, "closed", by=staff, asks="place words result", may="customer channel photo", tells=(owner,), public=True,
        clause="S6-12.03",
    )  # fmt: skip
    settle = Step("taken", "closed", by=desk | owner, asks="result told", tells=(owner, customer), key="l", clause="S6-12.03")
    take_up = Step("taken", "in_hand", by=owner, may="note", tells=(customer,), key="t", clause="S6-12.02")
    resolve = Step("taken in_hand", "answered", by=owner, asks="cause measure result", may="photo", key="r", clause="S6-12.09")
    inform = Step("taken in_hand with_dept answered told", SAME, by=owner | desk, asks="told", may="how", tells=(customer,),
                  offline=True, key="p", clause="S6-1.02")  # fmt: skip
    tell = Step("answered", "told", by=owner, asks="told how", may="letter", tells=(customer,), key="g", clause="S6-12.07")
    reopen = Step("closed", "in_hand", by=desk | owner | supervisor, asks="words", tells=(owner, supervisor), new_cycle=True,
                  public=True, key="x", clause="S6-12.10")  # fmt: skip
    referral = Referral(
        "taken in_hand", "with_dept", "answered", by=desk | owner | supervisor, head=head("dept"),
        answer="cause measure result", pass_within=policy("complaint.refer", "30min"),
        ack_within=policy("complaint.acknowledge", "30min"), when={"elsewhere": True}, rungs=(rung("0", supervisor),),
        clause="S6-12.08 S6-12.09",
    )  # fmt: skip
    sign_off = SignOff(
        "told", "closed", again="in_hand", decide=director, by=(desk | owner | supervisor) & not_actor_of("resolve", "give_back", "tell"),
        within=policy("complaint.follow_up", "1wd"), rungs=(rung("0", supervisor),), clause="S6-12.10 S6-12.11",
    )  # fmt: skip
    minor = Commitment(
        earliest(policy("complaint.minor", "24h"), field("wish_at"), unless="wish_later"),
        starts="open settled unsatisfied reopen", during=WORK + " answered", kept_by="settled settle tell", rungs=alarm,
        clause="S6-12.07",
    )  # fmt: skip
    progress = Commitment(
        every="1wd", calendar="desk", starts="open unsatisfied reopen", during=OPEN, kept_by="inform tell settle",
        rungs=(rung("-2h", owner), rung("0", supervisor)), clause="S6-1.02",
    )  # fmt: skip
    prints = (Form("complaint_form", unless="settled", clause="S6-12.11"),)

    @open.refuses("S6-12.07")
    def later_without_a_time(case: Case, data: dict[str, Any], at: datetime) -> str | None:  # type: ignore[misc]
        if data.get("wish_later") and not data.get("wish_at"):
            return _("The customer chose a later time: say which.")
        return None

    @open.refuses("S6-12.07")
    def a_wish_in_the_past(case: Case, data: dict[str, Any], at: datetime) -> str | None:  # type: ignore[misc]
        if data.get("wish_at") and data["wish_at"] <= at:
            return _("The customer's own time must lie ahead.")
        return None


