"""What every request has that brings somebody to the spot: dispatch, arrival in fifteen minutes or as agreed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Kind, Step, Trait
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.promise import LEAVE, later_than
from shouwen.kernel.who import assignee, customer, desk, dispatcher, head, owner, supervisor

ACCEPT = policy("request.accept", "5min", clause="S6-2.28")
ARRIVE = policy("request.arrival", "15min", clause="S6-2.13")
NEXT_DAY = policy("request.next_day", "1wd", clause="S6-1.11")
VISITS = "taken assigned on_site waiting"


class Visit(Trait):
    """`assign`, `decline`, `take_on`, `agree_later`, `arrive`, and the clocks `accepted`, `arrival`, `handled`.

    `arrival` counts round the clock from when the first person of any department heard of it; a later time agreed
    before it is due replaces it, once, and is counted apart. `handled` is the next working day, while no time was
    agreed or promised instead.
    """

    facts = ("agreed_at", "assignee")

    def __init__(self, *, kept_by: str, starts: str = "open", at_once: str = "") -> None:
        dispatches = dispatcher | head("dept")
        later = Step(
            "taken assigned", SAME, by=assignee | desk | owner | dispatcher | supervisor, asks="agreed_at note told", needs="arrival",
            tells=(customer, assignee), key="l", clause="S6-2.13",
        )  # fmt: skip
        later.refuses("S6-2.13")(agreed_before)
        later.agreements.append(NoLonger())
        self.steps = {
            "assign": Step(
                "taken assigned waiting", "assigned", by=dispatches, asks="assignee", may="note", tells=(assignee, customer),
                key="f", clause="S6-2.06",
            ),
            "decline": Step(
                "assigned", "taken", by=assignee, asks="note", sets={"assignee": None}, tells=(dispatcher, head("dept"), owner),
                clause="S6-2.06",
            ),
            "take_on": Step("assigned", SAME, by=assignee, tells=(customer,), offline=True, key="i", clause="S6-2.28"),
            "agree_later": later,
            "arrive": Step("assigned waiting", "on_site", by=assignee, offline=True, public=True, key="a", clause="S6-2.13"),
            "accepted": Commitment(
                ACCEPT, starts="assign", during="assigned", kept_by="take_on arrive decline", again="restart",
                owed_by=assignee, owed_to=dispatcher, calendar="always", rungs=(rung("0", dispatcher),), clause="S6-2.28",
            ),
            "arrival": Commitment(
                ARRIVE, starts=starts, during="taken assigned", kept_by="arrive", agree="agree_later agreed_at",
                owed_by=(assignee, dispatcher, owner), calendar="always",
                rungs=(rung("-5min", assignee, dispatcher), rung("0", dispatcher, supervisor)), clause="S6-2.13",
            ),
            "handled": Commitment(
                NEXT_DAY, starts=f"{starts} {at_once}", during=VISITS, kept_by=f"{at_once} {kept_by}",
                when={"agreed_at": None, "promised_at": None}, rungs=(rung("-20%", owner), rung("0", supervisor)),
                clause="S6-1.11",
            ),
        }  # fmt: skip

    def bind(self, kind: type[Kind]) -> None:
        for step in kind.steps.values():
            if step.new_cycle:
                step.sets = {**step.sets, "agreed_at": None, "assignee": None}


class NoLonger:
    """An agreed time is held to the same limit as a promised one: beyond it the supervisor agrees on it in person."""

    def refusal(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> tuple[str, str] | None:
        if later_than(LEAVE, case, data["agreed_at"], at) and not actor.holds("supervisor", "director"):
            return _("Later than seven days: only the supervisor agrees on that with the customer."), LEAVE.clause
        return None


def agreed_before(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    """One later time: a second one would be a second postponement."""
    if Clock.objects.filter(case=case, key="arrival", cycle=case.cycle, replaces__isnull=False).exists():
        return _("A later time was agreed before; it is not put off again.")
    return _("The agreed time must lie ahead.") if data["agreed_at"] <= at else None
