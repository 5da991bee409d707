"""What an actor may do next with a case, and why not: asked before it is tried. And clocks shown before saying yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouwen.ground.actors import Actor
from shouwen.kernel.access import allowed, sees
from shouwen.kernel.canonical import plain
from shouwen.kernel.clocks import events_of
from shouwen.kernel.fold import ClockFact, Event, fold
from shouwen.kernel.kinds import SAME, Kind, Step, matches
from shouwen.kernel.limits import SEGMENT
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.registry import kinds
from shouwen.kernel.rooms import shut
from shouwen.kernel.rulebook import rules_of


@dataclass(frozen=True)
class Offer:
    """A step as it stands for an actor: open to take, or refused with a sentence and its clause; what it would stop."""

    step: Step
    refusal: str = ""
    clause: str = ""
    stops: tuple[Clock, ...] = ()

    @property
    def open(self) -> bool:
        return not self.refusal


def openers(actor: Actor, *, at: datetime) -> list[Step]:
    """Opening steps the actor could take somewhere, in the rooms that are in use; those seldom asked for last."""
    used = sorted(
        (kind for kind in kinds.values() if not shut(kind, actor.org_id, at=at)), key=lambda kind: kind.seldom
    )
    return [step for kind in used for step in kind.openers() if not step.by.hopeless(actor)]


def steps_for(actor: Actor, case: Case, *, at: datetime, clocks: list[Clock] | None = None) -> list[Offer]:
    """The next steps on a case: those allowed from its state, refused ones with their reason; one query for all rules."""
    spec = case.spec
    fitting = [
        step for step in spec.steps.values()
        if case.state in step.frm and not step.by.hopeless(actor)
        and (not step.when or matches(step.when, {fact: case.fact(fact) for fact in step.when}))
    ]  # fmt: skip
    may = allowed(actor, case, {"_sees": sees(case.kind, case.org_id), **{step.name: step.by for step in fitting}})
    if not may["_sees"]:
        return []
    live = [c for c in (clocks if clocks is not None else Clock.objects.filter(case=case)) if c.verdict is None]
    offers = []
    for step in fitting:
        if not may[step.name]:
            continue
        refusal, clause = _refusal(step, case, live, at, actor)
        stops = tuple(c for c in live if step.name in spec.commitments[c.key].kept_by)
        offers.append(Offer(step, refusal, clause, stops))
    return offers


def _refusal(step: Step, case: Case, live: list[Clock], at: datetime, actor: Actor) -> tuple[str, str]:
    """Why a step would be refused whatever is answered; guards that need answers cannot say yet."""
    for need in step.needs:
        if not any(c.key == need and c.due_at >= at for c in live):
            from django.utils.translation import gettext as _

            promise = case.spec.commitments[need].label
            return _("This needs the promise “%(promise)s” still running and not yet due.") % {
                "promise": promise
            }, step.clause
    for clause, guard in step.guards:
        try:
            sentence = guard(case, _Unanswered(), at)
        except Unanswered:
            continue
        if sentence:
            return str(sentence), clause or step.clause
    for agreement in step.agreements:
        try:
            missing = agreement.refusal(actor, case, _Unanswered(), at)
        except Unanswered:
            continue
        if missing:
            return missing
    return "", ""


class Unanswered(Exception):
    """A guard asked for an answer that has not been given yet."""


class _Unanswered(dict[str, Any]):
    def __missing__(self, key: str) -> Any:
        raise Unanswered(key)

    def get(self, key: str, default: Any = None) -> Any:
        raise Unanswered(key)

    def __contains__(self, key: object) -> bool:
        raise Unanswered(str(key))


def preview(
    step: Step, *, actor: Actor, at: datetime, data: Mapping[str, Any], case: Case | None = None, site_id: int | None = None
) -> list[ClockFact]:  # fmt: skip
    """The clocks as they would be after a step with these (clean) answers; nothing is written."""
    spec: type[Kind] = step.kind
    data = data if step.writes else {}
    settings = step.settings(case or _draft(step, actor, data, site_id, at), dict(data), at)
    facts = {word: plain(value) for word, value in {**settings, **data}.items() if word in spec.facts}
    if (named := data.get("customer")) is not None:
        facts[SEGMENT] = named.segment
    events = events_of(case) if case is not None else []
    state = case.state if case is not None else ""
    cycle = (case.cycle if case is not None else 1) + (1 if step.new_cycle else 0)
    event = Event(len(events) + 1, step.name, at, state, state if step.to == SAME else step.to, cycle, facts)
    book = rules_of(actor.org_id, case.site_id if case is not None else site_id, events)
    before = {(c.key, c.cycle, c.seq) for c in fold(spec, events, book, until=at)} if events else set()
    return [
        c
        for c in fold(spec, [*events, event], book, until=at)
        if (c.key, c.cycle, c.seq) not in before or c.verdict is None
    ]


def _draft(step: Step, actor: Actor, data: Mapping[str, Any], site_id: int | None, at: datetime) -> Case:
    """The case an opening would make, as far as its answers go; never saved."""
    place = data.get("place")
    draft = Case(
        org_id=actor.org_id, kind=step.kind.key, site_id=site_id, opened_at=at, place=place, party=data.get("customer"),
        channel=data.get("channel") or "counter",
    )  # fmt: skip
    draft.sheet = step.kind.sheet()
    return draft
