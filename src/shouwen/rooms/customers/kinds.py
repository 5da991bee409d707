"""A person's request about their own data, with a time and an answer either way; care on customers' days beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground import finding
from shouwen.ground.actors import Actor
from shouwen.kernel.access import staff
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import Commitment, Form, Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.who import (
    company_gm,
    customer,
    desk,
    director,
    holder,
    involved,
    manager,
    office,
    property_gm,
    same_site,
    steward,
    supervisor,
)
from shouwen.rooms.customers.models import DataRequestSheet
from shouwen.rooms.customers.own_data import folders_made
from shouwen.rooms.customers.touching import CareTouch

CLAUSE = "S6-6.06"
privacy = office("privacy")
erasers = ("privacy", "director", "property_gm", "company_gm", "manager")


class Prepared:
    """What was asked is there before it is called done: the folder made, nothing open that still needs the person."""

    def refusal(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> tuple[str, str] | None:
        if case.sheet.wants == "see" and not folders_made(case):
            return _("First make the folder with the person's data, on this page; it is recorded there."), CLAUSE
        if case.sheet.wants != "erase":
            return None
        if not (actor.system or actor.admin or actor.holds(*erasers)):
            return _("Erasure is granted by the director, the manager or the privacy officer."), CLAUSE
        numbers = still_open(case)
        if numbers:
            said = {"numbers": ", ".join(numbers[:5])}
            return _("These open cases still need the person: %(numbers)s. Settle them, or decline.") % said, CLAUSE
        return None


def still_open(case: Case) -> list[str]:
    """Numbers of the person's other open cases."""
    if case.party is None:
        return []
    rows = Case.objects.filter(party_id__in=finding.family(case.party), closed_at__isnull=True).exclude(kind=case.kind)
    return list(rows.order_by("opened_at", "id").values_list("no", flat=True))


class DataRequest(Kind):
    """Somebody asks to see their data, or to have it corrected or erased: made sure who asks, carried out, or declined by law.

    Erasure follows the answer by itself; what is kept, and why, stands in the answer.
    """

    key, number, sheet, owner, seldom = "data_request", "GX", DataRequestSheet, holder("privacy"), True
    states, facts, final = "taken checked ready answered", "wants came_to", "answered"
    choices = {
        "wants": ("see", "correct", "erase"), "came_to": ("done", "declined"),
        "known_by": ("document_seen", "known_here", "called_back", "by_proxy", "signed_in"),
        "law": ("not_theirs", "secret_by_law", "found_right", "term_runs", "cannot_erase"),
    }  # fmt: skip
    sees = involved | manager | (desk | steward | supervisor | director | property_gm | privacy) & same_site
    public, withdraws, resolved_by = "state wants came_to answer reason law", customer | owner, "reply"
    panel = "data_request/panel.html"
    examples = {"open": {"wants": "correct"}}
    answerers = owner | supervisor | director | privacy

    open = Step(
        None, "taken", by=staff | customer, asks="place customer wants", may="words channel heard_at heard_by", tells=(owner, customer),
        key="n", clause=CLAUSE,
    )  # fmt: skip
    check_who = Step(
        "taken", "checked", by=answerers | desk | steward, asks="known_by", may="note", key="i", clause=CLAUSE
    )
    decline = Step(
        "taken checked", "ready", by=director | property_gm | company_gm | manager | privacy, asks="law reason",
        sets={"came_to": "declined"}, tells=(owner,), key="x", clause=CLAUSE,
    )  # fmt: skip
    carry_out = Step(
        "checked",
        "ready",
        by=answerers | manager,
        asks="result",
        sets={"came_to": "done"},
        tells=(owner,),
        key="d",
        clause=CLAUSE,
    )
    reply = Step("ready", "answered", by=answerers | desk, asks="answer how", tells=(customer,), key="r", clause=CLAUSE)
    answered_in_time = Commitment(
        policy("data_request.answer", "15wd"), during="taken checked ready", kept_by="reply",
        rungs=(rung("-20%", owner), rung("0", supervisor, director)), clause=CLAUSE,
    )  # fmt: skip
    prints = (Form("data_answer", when={"came_to": ("done", "declined")}, clause=CLAUSE),)
    carry_out.agreements.append(Prepared())


__all__ = ["CareTouch", "DataRequest"]
