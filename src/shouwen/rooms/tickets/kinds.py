"""Work that a service desk passes between groups until it is solved: a city's hotline, a help desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.kernel.access import system
from shouwen.kernel.goals import earliest, field, policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.who import customer, director, head, holder, involved, manager, office, same_site, supervisor
from shouwen.rooms.tickets.models import TicketSheet


class Ticket(Kind):
    """Somebody asks a service desk for something; groups pass it on until it is solved, and it may be opened again."""

    key, number, sheet = "ticket", "GD", TicketSheet
    states, facts = "taken working waiting resolved closed", "dept promised_at waits_for"
    choices = {"waits_for": ("customer", "supplier", "cause", "evidence")}
    owner, agent = holder("agent", of="place"), office("agent")
    examples = {"assign": {"dept": "engineering"}}
    sees = involved | head("dept") | manager | (agent | supervisor | director) & same_site
    public, withdraws, resolved_by = "state result promised_at", customer | owner | agent, "resolve close"
    LIVE, desk = "taken working waiting", system | agent

    open = Step(
        None, "taken", by=desk, asks="place words", may="title customer channel dept promised_at", tells=(customer,), key="n"
    )  # fmt: skip
    assign = Step(
        "taken working waiting resolved closed", SAME, by=desk, may="dept note", tells=(head("dept"),), key="f"
    )
    take_up = Step("taken", "working", by=desk, may="note", key="i")
    wait = Step(LIVE, "waiting", by=desk, asks="waits_for", may="note", tells=(customer,), key="p")
    go_on = Step("waiting", "working", by=desk, may="note", key="a")
    resolve = Step(LIVE, "resolved", by=desk, asks="result", tells=(customer,), key="r")
    close = Step("taken working waiting resolved", "closed", by=desk, may="result", key="s")
    reopen = Step(
        "resolved closed", "working", by=desk, asks="note", sets={"promised_at": None}, new_cycle=True, tells=(supervisor,),
        key="x",
    )  # fmt: skip
    solved = Commitment(
        earliest(policy("ticket.solve", "10wd"), field("promised_at"), unless="promised_at"), starts="open reopen",
        during="taken working", pauses="waiting", kept_by="resolve close", rungs=(rung("0", supervisor),),
    )  # fmt: skip

    @assign.refuses("")
    def with_it_already(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        group = data.get("dept")
        return _("This group has it already.") if (group.pk if group else None) == case.dept_id else None
