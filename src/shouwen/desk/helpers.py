"""Who could take the steps that are not the reader's to take: names, offices, numbers to call."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from shouwen.ground.actors import Actor, Held
from shouwen.ground.models import Staff
from shouwen.ground.offices import Roster
from shouwen.kernel.access import Rule, allowed
from shouwen.kernel.common import common_steps
from shouwen.kernel.kinds import Step, matches
from shouwen.kernel.models import Case
from shouwen.kernel.participants import complained_about
from shouwen.kernel.who import Target, Who, roster_of

STEPS, PEOPLE = 4, 3  # at most so many steps are told, each with so many people


@dataclass(frozen=True)
class Helper:
    """Somebody who may take a step: name, office, number of the staff card, telephone."""

    staff_id: int
    name: str
    role: str
    number: str
    phone: str


@dataclass(frozen=True)
class Helped:
    """A step of others with those who may take it."""

    step: Step
    people: list[Helper]


def addressed(rule: Rule, *, sure: bool = True) -> Iterator[tuple[Who, bool]]:
    """Everybody whom a rule names, and whether that alone is enough; a condition (`same site`) names nobody."""
    if isinstance(rule, Who):
        yield rule, sure
    for part in rule.parts:
        yield from addressed(part, sure=sure and not rule.both)


def helpers(actor: Actor, case: Case, *, at: datetime, running: Collection[str] = ()) -> list[Helped]:
    """The steps from this state that somebody of the staff could take and the actor cannot.

    Of those that set a refusal aside only what could be taken now: the promises it needs are among the running ones.
    """
    common, roster = set(common_steps(case.spec)), roster_of(case, at)
    fitting = [step for step in case.spec.steps.values() if case.state in step.frm and step.name not in common]
    fitting = [step for step in fitting if matches(step.when, {fact: case.fact(fact) for fact in step.when})]
    fitting = [step for step in fitting if not step.override or set(step.needs) <= set(running)]
    may = allowed(actor, case, {step.name: step.by for step in fitting})
    found: list[tuple[Step, list[Target]]] = []
    for step in fitting:
        people = [] if may[step.name] else _who(step, case, roster, actor)
        if people and (len(found) < STEPS or step.override):
            found.append((step, people))
    return _named(found, roster)


def takers(actor: Actor, case: Case, step: Step, *, at: datetime) -> list[Helper]:
    """The people who may take one step on the case as it stands."""
    roster = roster_of(case, at)
    people = _who(step, case, roster, actor)
    return _named([(step, people)], roster)[0].people if people else []


def instead(found: list[Helped], clause: str) -> list[Helped]:
    """Who may set a refusal by a clause aside."""
    return [one for one in found if one.step.override and set(clause.split()) & set(one.step.clause.split())]


def _who(step: Step, case: Case, roster: Roster, actor: Actor) -> list[Target]:
    """Those whom the step's rule names and for whom it holds, each once; never the one complained about."""
    found: dict[int, Target] = {}
    against = complained_about(case)
    for who, sure in addressed(step.by):
        target = who.find(case, roster)
        if target is None or not target.staff_id or target.staff_id in {*found, *against, actor.staff_id}:
            continue
        if sure or allowed(_as(target.staff_id, case, roster), case, {"may": step.by})["may"]:
            found[target.staff_id] = target
        if len(found) == PEOPLE:
            break
    return list(found.values())


def _as(staff_id: int, case: Case, roster: Roster) -> Actor:
    """Somebody with the offices they answer in here now."""
    held = [post for post in roster.posts if post.staff_id == staff_id]
    offices = tuple(Held(post.office_id, post.role, post.site_id, post.building_id, post.dept_id) for post in held)
    return Actor(org_id=case.org_id, staff_id=staff_id, offices=offices)


def _named(found: list[tuple[Step, list[Target]]], roster: Roster) -> list[Helped]:
    cards = {
        row.pk: row for row in Staff.objects.filter(pk__in={t.staff_id for _step, people in found for t in people})
    }

    def helper(target: Target) -> Helper:
        card = cards[target.staff_id or 0]
        post = roster.post(target.office_id) if target.office_id else None
        role = post.role if post else next((one.role for one in roster.posts if one.staff_id == card.pk), "staff")
        return Helper(card.pk, card.name, role, card.number, card.phone)

    return [Helped(step, [helper(target) for target in people]) for step, people in found]
