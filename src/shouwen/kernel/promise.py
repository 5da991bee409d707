"""A time promised to a customer: no further than one's authority, kept, or postponed once with the customer told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel.access import Rule, allowed
from shouwen.kernel.approval import Approval, Missing
from shouwen.kernel.goals import PolicyRef, Rung, field, policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Kind, Step, Trait
from shouwen.kernel.limits import moment
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.who import Who, customer, director, head, owner, supervisor
from shouwen.kernel.words import split

REASON = policy("promise.reason", "2wd", clause="S6-2.09")
LEAVE = policy("promise.approval", "7d", clause="S6-2.09")
WORTH = policy(
    "promise.worth_fen",
    {"staff": 0, "supervisor": 50_000, "manager": 200_000, "director": 500_000, "property_gm": 5_000_000},
    clause="S6-12.15",
)
ABOVE = ("supervisor", "manager", "director", "property_gm", "company_gm")
BOUND = "promised_at worth_fen others_work"


class Promise(Trait):
    """`promise`, `postpone` once, `postpone_again` by the director alone; the clock `promised`; and asking for leave.

    A time later than the reason's limit asks for the reason, one later than the approval's limit, a sum beyond one's
    authority or another department's work for the agreement of somebody who may give it. Both limits count from the
    moment of promising, also when it is postponed. The sheet has the column `promised_at`; a new cycle begins without.
    """

    facts = ("promised_at",)

    def __init__(
        self, during: str, *, kept_by: str, by: Rule, agrees: Who = supervisor, override: Rule = director, elsewhere: str = "",
        rungs: tuple[Rung, ...] = (rung("-1h", owner), rung("0", supervisor)), answer_within: Any = "4wh",
        clause: str = "S6-2.08 S6-2.09",
    ) -> None:  # fmt: skip
        once, ahead = clause.split()[0], clause.split()[-1]
        self.elsewhere = split(elsewhere)
        self.agrees, self.ahead = agrees, ahead
        seat = Who((agrees | override | head()).q, "who may give it", agrees.find)
        self.leave = Approval(
            "promise postpone postpone_again", seat, frm=during, by=by, asks="promised_at note", may="worth_fen others_work",
            bound=BOUND, wanted=self._beyond, grants=self._may_give, tells=(agrees, head()), within=answer_within,
            rungs=(rung("0", director),), clause=ahead,
        )  # fmt: skip
        promise = Step(
            during, SAME, by=by, asks="promised_at told", may="note worth_fen others_work", tells=(customer,), key="d",
            clause=ahead,
        )  # fmt: skip
        postpone = Step(
            during, SAME, by=by, asks="promised_at note told", may="worth_fen others_work", needs="promised", tells=(customer,),
            clause=once,
        )  # fmt: skip
        again = Step(
            during, SAME, by=override, asks="promised_at note told", needs="promised", tells=(customer, owner), override=True,
            clause=once,
        )  # fmt: skip
        promise.refuses(once)(promised_already)
        promise.refuses(ahead)(without_reason)
        postpone.refuses(once)(second_postponement)
        for step in (promise, postpone, again):
            step.refuses(ahead)(not_ahead)
        self.steps = {
            "promise": promise, "postpone": postpone, "postpone_again": again,
            "promised": Commitment(
                by=field("promised_at"), starts="promise", during=during, kept_by=kept_by,
                postpone="postpone postpone_again promised_at", rungs=rungs, clause=once,
            ),
            **self.leave.parts("longer"),
        }  # fmt: skip
        self.steps["ask_longer"].refuses(ahead)(not_ahead)  # type: ignore[union-attr]

    def bind(self, kind: type[Kind]) -> None:
        self.leave.bind(kind)
        for step in kind.steps.values():
            if step.new_cycle:
                step.sets = {**step.sets, "promised_at": None}

    def _beyond(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> Missing | None:
        """Why this promise is not the actor's alone to make."""
        if later_than(LEAVE, case, data["promised_at"], at) and not self._may(actor, case):
            return _("Later than seven days: the supervisor has to agree first."), self.ahead
        if (data.get("worth_fen") or 0) > worth_of(actor, case, at):
            return _("That sum is beyond your authority; somebody who may give it has to agree first."), WORTH.clause
        if (data.get("others_work") or case.state in self.elsewhere) and not of_dept(actor, case):
            return _("That is another department's work; its head has to agree first."), WORTH.clause
        return None

    def _may_give(self, actor: Actor, case: Case, asked: Mapping[str, Any], at: datetime) -> Missing | None:
        """Why somebody cannot agree to what was asked."""
        asked_at = moment(asked.get("promised_at"))
        if asked_at and later_than(LEAVE, case, asked_at, at) and not self._may(actor, case):
            return _("Times later than seven days are agreed to by the supervisor."), self.ahead
        if (asked.get("worth_fen") or 0) > worth_of(actor, case, at):
            return _("That sum is beyond your authority too."), WORTH.clause
        if asked.get("others_work") and not (of_dept(actor, case, head_only=True) or actor.holds("director")):
            return _("Only the head of that department, or the director, can promise its work."), WORTH.clause
        return None

    def _may(self, actor: Actor, case: Case) -> bool:
        return actor.system or allowed(actor, case, {"by": self.agrees | director})["by"] or actor.holds(*ABOVE[1:])


class Progress(Trait):
    """`inform`, and the promise `progress`: a word to the customer on each day of the desk while the case is open."""

    def __init__(
        self, during: str, *, by: Rule, kept_by: str = "", starts: str = "open", pauses: str = "",
        rungs: tuple[Rung, ...] = (rung("-2h", owner), rung("0", supervisor)), clause: str = "S6-1.02",
    ) -> None:  # fmt: skip
        self.steps = {
            "inform": Step(during, SAME, by=by, asks="told how", tells=(customer,), offline=True, key="p", clause=clause),
            "progress": Commitment(
                every="1wd", calendar="desk", starts=starts, during=during, kept_by=f"inform {kept_by}", pauses=pauses,
                rungs=rungs, clause=clause,
            ),
        }  # fmt: skip


def promised_from(case: Case, at: datetime) -> datetime:
    """The moment from which a promised time is measured: when it was first promised in this cycle, else now."""
    first = Clock.objects.filter(case=case, key="promised", cycle=case.cycle).order_by("seq").first()
    return first.starts_at if first is not None else at


def later_than(limit: PolicyRef, case: Case, promised_at: datetime, at: datetime) -> bool:
    """Whether a promised time lies behind a policy's limit, counted from the moment of promising."""
    start = promised_from(case, at)
    book = rulebook(case.org_id, case.site_id)
    goal, _version = book.policy(limit.key, limit.default, start)
    return bool(promised_at > book.calendar("site", start)[0].due(start, goal).due_at)


def worth_of(actor: Actor, case: Case, at: datetime) -> int:
    """How much (fen) somebody may promise away: the widest of the offices held."""
    if actor.system:
        return 0
    table, _version = rulebook(case.org_id, case.site_id).policy(WORTH.key, WORTH.default, at)
    return max([int(table.get("staff", 0)), *(int(table.get(held.role, 0)) for held in actor.offices)])


def of_dept(actor: Actor, case: Case, *, head_only: bool = False) -> bool:
    """Whether the actor belongs to the department the case concerns."""
    return case.dept_id is not None and any(
        held.dept_id == case.dept_id and (held.role == "head" or not head_only) for held in actor.offices
    )


def promised_already(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    if Clock.objects.filter(case=case, key="promised", cycle=case.cycle).exists():
        return _("A time was promised already; postpone it, once and with the reason.")
    return None


def without_reason(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    if later_than(REASON, case, data["promised_at"], at) and not data.get("note"):
        return _("Later than two working days: give the reason.")
    return None


def not_ahead(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    return _("The promised time must lie ahead.") if data["promised_at"] <= at else None


def second_postponement(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    if Clock.objects.filter(case=case, key="promised", cycle=case.cycle, postponed__gte=1).exists():
        return _("The same matter cannot be postponed twice; it was postponed before.")
    return None


__all__ = ["LEAVE", "REASON", "WORTH", "Progress", "Promise"]
