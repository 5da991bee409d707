"""Agreement before a step: refused until enough different people have agreed to what was asked, each with an opinion.

Who asked, who agreed and to what stands in the journal alone; nothing is kept a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel import words
from shouwen.kernel.access import EVERYTHING, NOTHING, Rule, allowed
from shouwen.kernel.canonical import plain
from shouwen.kernel.goals import Rung
from shouwen.kernel.kinds import SAME, Commitment, Kind, Step, Trait
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.steps_taken import steps_taken
from shouwen.kernel.who import Who, first_contact, owner

Missing = tuple[str, str]  # the sentence, and its clause
Wanted = Callable[[Actor, Case, Mapping[str, Any], datetime], Missing | None]


@dataclass(frozen=True)
class Asked:
    """What was asked for in this cycle, by whom, and how it stands."""

    bounds: Mapping[str, Any]
    asked_by: int | None
    seats: frozenset[int]
    refused: bool


class Approval(Trait):
    """`ask_<name>`, `agree_<name>`, `refuse_<name>` and the clock `<name>_answered`; holds back `steps` until agreed.

    `seats` are rules, each filled by one person, all different and none of them whoever asked; `quorum` asks for so
    many people of the first. `wanted` says why agreement is needed (None = it is not): without it, always. `bound` names
    answers that the step may not carry further than they were agreed to. `grants` says why somebody in a seat may not
    agree to this much.
    """

    def __init__(
        self, steps: str, *seats: Rule, frm: str, by: Rule, asks: str = "note", may: str = "", bound: str = "",
        quorum: int = 1, wanted: Wanted | None = None, grants: Wanted | None = None, tells: tuple[Who, ...] = (),
        within: Any = None, rungs: tuple[Rung, ...] = (), clause: str = "",
    ) -> None:  # fmt: skip
        self.held, self.bound, self.clause = words.split(steps), words.split(bound), clause
        self.rules: tuple[Rule, ...] = seats if len(seats) > 1 else seats * quorum
        self.wanted, self.grants = wanted, grants
        self.frm, self.by, self.asks, self.may = frm, by, asks, may
        self.within, self.rungs = within, rungs
        self.tells = tells or tuple(seat for seat in seats if isinstance(seat, Who))
        self.name = ""

    def parts(self, name: str) -> dict[str, Step | Commitment]:
        self.name = name
        seat = self._free_seat()
        ask = Step(
            self.frm, SAME, by=self.by, asks=self.asks, may=self.may, tells=self.tells, writes=False, clause=self.clause
        )
        ask.marks.append(lambda act, case: {"_asked": {word: plain(act.cleaned.get(word)) for word in self.bound}})
        agree = Step(self.frm, SAME, by=seat, may="opinion", tells=(owner, first_contact), clause=self.clause)
        agree.marks.append(lambda act, case: {"_seat": self._seat_of(act.actor, case)})
        agree.agreements.append(_Granting(self))
        refuse = Step(self.frm, SAME, by=seat, asks="opinion", tells=(owner, first_contact), clause=self.clause)
        for step in (agree, refuse):
            step.refuses(self.clause)(self._nothing_asked)
        self.steps = {f"ask_{name}": ask, f"agree_{name}": agree, f"refuse_{name}": refuse}
        if self.within is not None:
            self.steps[f"{name}_answered"] = Commitment(
                self.within, starts=f"ask_{name}", during=self.frm, kept_by=f"agree_{name} refuse_{name}",
                owed_by=self.tells, owed_to=owner, again="restart", rungs=self.rungs, clause=self.clause,
            )  # fmt: skip
        return self.steps

    def bind(self, kind: type[Kind]) -> None:
        for step in self.held:
            kind.steps[step].agreements.append(self)
        ask = f"ask_{self.name}"
        kind.ways = {f"agree_{self.name}": ask, f"refuse_{self.name}": ask, **kind.ways}

    def refusal(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> Missing | None:
        """Why the step must wait; None once what it carries was agreed to, or where no agreement is wanted."""
        needed = _("Somebody who may give it has to agree first."), self.clause
        missing = self.wanted(actor, case, data, at) if self.wanted else needed
        if missing is None:
            return None
        asked = self.asked(case)
        if asked is None or asked.refused or len(asked.seats) < len(self.rules):
            return missing
        beyond = [word for word in self.bound if _further(plain(data.get(word)), asked.bounds.get(word))]
        return missing if beyond else None

    def asked(self, case: Case) -> Asked | None:
        """The last thing asked for in this cycle, with the seats filled since."""
        if f"ask_{self.name}" not in steps_taken(case, cycle=case.cycle):
            return None
        rows = Entry.objects.filter(stream_type="case", stream_id=case.pk, cycle=case.cycle)
        ask = rows.filter(step=f"ask_{self.name}").order_by("-seq").first()
        if ask is None:
            return None
        since = rows.filter(seq__gt=ask.seq, step__in=(f"agree_{self.name}", f"refuse_{self.name}"))
        answers = list(since.values_list("step", "facts"))
        refused = any(step == f"refuse_{self.name}" for step, _facts in answers)
        seats = frozenset(facts["_seat"] for step, facts in answers if step == f"agree_{self.name}")
        return Asked(ask.facts.get("_asked", {}), ask.actor_id, seats, refused)

    def _nothing_asked(self, case: Case, data: dict[str, Any], at: datetime) -> str | None:
        asked = self.asked(case)
        if asked is None or asked.refused or len(asked.seats) >= len(self.rules):
            return _("Nothing waits for agreement here.")
        return None

    def _free_seat(self) -> Rule:
        """Whoever may fill a seat that is still free: not whoever asked, and nobody twice."""
        label = " / ".join(rule.label for rule in self.rules)

        def fn(actor: Actor) -> Q:
            found = NOTHING
            for position, rule in enumerate(self.rules):
                q = rule.q(actor)
                if q == NOTHING:
                    continue
                free = ~Q(Exists(self._since_asked(f"agree_{self.name}").filter(facts___seat=position)))
                part = free if q == EVERYTHING else q & free
                found = part if found == NOTHING else found | part
            if found == NOTHING or actor.staff_id is None:
                return NOTHING
            took_part = self._since_asked(f"ask_{self.name}", f"agree_{self.name}")
            return found & ~Q(Exists(took_part.filter(Q(actor_id=actor.staff_id) | Q(on_behalf_id=actor.staff_id))))

        return Rule(fn, f"free seat {self.name}: {label}")

    def _since_asked(self, *steps: str) -> Any:
        """Entries of these steps from the last asking on, of the case looked at."""
        own = Entry.objects.filter(stream_type="case", stream_id=OuterRef("stream_id"), step=f"ask_{self.name}")
        last = own.values("stream_id").annotate(last=Max("seq")).values("last")
        rows = Entry.objects.filter(stream_type="case", stream_id=OuterRef("pk"), step__in=steps)
        return rows.filter(seq__gte=Coalesce(Subquery(last), 0))

    def _seat_of(self, actor: Actor, case: Case) -> int:
        """The first free seat the actor may fill."""
        asked = self.asked(case)
        taken = asked.seats if asked else frozenset()
        may = allowed(actor, case, {str(n): rule for n, rule in enumerate(self.rules) if n not in taken})
        return min(int(n) for n, yes in may.items() if yes)


class _Granting:
    """How far somebody in a seat may go in agreeing."""

    def __init__(self, approval: Approval) -> None:
        self.approval = approval

    def refusal(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> Missing | None:
        asked = self.approval.asked(case)
        if asked is None or self.approval.grants is None:
            return None
        return self.approval.grants(actor, case, asked.bounds, at)


def _further(value: Any, agreed: Any) -> bool:
    """Whether an answer goes beyond the one agreed to: more, later, or a yes that was not asked about."""
    if value in (None, "", False, 0):
        return False
    return agreed in (None, "", False) or value > agreed


__all__ = ["Approval", "Asked"]
