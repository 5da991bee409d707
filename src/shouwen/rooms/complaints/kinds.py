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
from shouwen.kernel.who import customer, desk, director, head, holder, involved, manager, same_site, supervisor
from shouwen.kernel.zones import local_date
from shouwen.rooms.complaints.models import ComplaintCycle, ComplaintSheet


class Complaint(Kind):
    """A customer complains; the building's steward is answerable until the customer says it is settled."""

    key, number, sheet, cycle_sheet, owner = (
        "complaint",
        "TS",
        ComplaintSheet,
        ComplaintCycle,
        holder("steward", of="place"),
    )
    states, facts = "taken in_hand with_dept answered told closed", "grade elsewhere dept wish_at wish_later"
    choices = {"grade": ("minor",)}
    alarm = (rung("-20%", owner), rung("0", supervisor), rung("4wh", director))
    sees = involved | head("dept") | manager | (desk | supervisor | director) & same_site
    public, withdraws, resolved_by = "state told result", customer | desk | owner, "tell settled settle"
    WORK, OPEN = "taken in_hand with_dept", "taken in_hand with_dept answered told"
    MINOR, WISH = {"grade": "minor"}, {"wish_at": None, "wish_later": False}  # a new cycle asks for the wish anew
    second_person = not_actor_of("resolve", "give_back", "tell")

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may="customer channel elsewhere wish_at wish_later photo",
        sets=MINOR, tells=(owner, supervisor, customer), key="n", clause="S6-12.02 S6-2.21",
    )  # fmt: skip
    settled = Step(
        None, "closed", by=staff, asks="place words result how", may="customer channel photo", sets=MINOR, tells=(owner,),
        public=True, clause="S6-12.03",
    )  # fmt: skip
    settle = Step(
        "taken", "closed", by=desk | owner, asks="result how", tells=(owner, customer), key="l", clause="S6-12.03"
    )
    take_up = Step("taken", "in_hand", by=owner, may="note", tells=(customer,), key="i", clause="S6-12.02")
    resolve = Step(
        "taken in_hand", "answered", by=owner, asks="cause measure result", may="photo", key="r", clause="S6-12.09"
    )
    inform = Step(
        OPEN, SAME, by=owner | desk, asks="told how", tells=(customer,), offline=True, key="p", clause="S6-1.02"
    )
    tell = Step(
        "answered", "told", by=owner, asks="told how", may="letter", tells=(customer,), key="y", clause="S6-12.07"
    )
    unsatisfied = Step(
        "told", "in_hand", by=(desk | owner | supervisor | customer) & second_person, asks="how words", may="wish_at wish_later",
        sets=WISH, new_cycle=True, public=True, tells=(owner, supervisor), key="u", clause="S6-12.10",
    )  # fmt: skip
    reopen = Step(
        "closed", "in_hand", by=desk | owner | supervisor | customer, asks="words", may="wish_at wish_later", sets=WISH,
        new_cycle=True, public=True, tells=(owner, supervisor), key="x", clause="S6-12.10",
    )  # fmt: skip
    referral = Referral(
        WORK, "with_dept", "answered", by=desk | owner | supervisor, head=head("dept"), answer="cause measure result",
        pass_within=policy("complaint.refer", "30min"), ack_within=policy("complaint.acknowledge", "30min"),
        when={"elsewhere": True}, rungs=(rung("0", supervisor),), clause="S6-12.08 S6-12.09",
    )  # fmt: skip
    sign_off = SignOff(
        "told", "closed", again="in_hand", decide=director, by=(desk | owner | supervisor | customer) & second_person,
        within=policy("complaint.follow_up", "1wd"), rungs=(rung("0", supervisor),), clause="S6-12.10 S6-12.11",
    )  # fmt: skip
    minor = Commitment(
        earliest(policy("complaint.minor", "24h"), field("wish_at"), unless="wish_later"),
        starts="open settled unsatisfied reopen", during=WORK + " answered", kept_by="settled settle tell", when=MINOR,
        rungs=alarm, clause="S6-12.07",
    )  # fmt: skip
    progress = Commitment(
        every="1wd", calendar="desk", starts="open unsatisfied reopen", during=OPEN, kept_by="inform tell settle",
        rungs=(rung("-2h", owner), rung("0", supervisor)), clause="S6-1.02",
    )  # fmt: skip
    prints = (Form("complaint_form", unless="settled settle", clause="S6-12.11"),)

    @open.refuses("S6-12.07")
    @unsatisfied.refuses("S6-12.07")
    @reopen.refuses("S6-12.07")
    def a_wish_without_a_time_ahead(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        if data.get("wish_later") and not data.get("wish_at"):
            return _("The customer chose a later time: say which.")
        if data.get("wish_at") and data["wish_at"] <= at:
            return _("The customer's own time must lie ahead.")
        return None

    @settle.refuses("S6-12.03")
    def not_on_the_spot(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        if local_date(case.opened_at) != local_date(at):
            return _("What was not settled on its first day goes by the form and the follow-up: take it in hand.")
        return None

    @sign_off.satisfied.refuses("S6-12.11")
    def unsigned(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        if data["how"] == "in_person" and not (data.get("sign_off") or data.get("slip")):
            return _("Face to face the customer signs: on the screen, or on the slip whose photo is added.")
        return None
