"""What the page of a case shows, in a number of queries that does not depend on how much there is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from shouwen.desk import clockwords, presence, prints, sayings
from shouwen.desk.carrying import carried
from shouwen.desk.dressing import dress, layout
from shouwen.desk.helpers import helpers, instead
from shouwen.desk.nearby import beside, under
from shouwen.ground import phones
from shouwen.kernel import reaching, words
from shouwen.kernel.asks import form_for
from shouwen.kernel.clocks import stored_clocks
from shouwen.kernel.common import common_steps
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.offers import Offer, steps_for
from shouwen.kernel.reading import Line, is_customer, lines_of
from shouwen.kernel.zones import site_zone

OFTEN = {"note", "attempt"}  # of the steps every kind has, those taken daily; the others stand folded


def context_of(
    request: HttpRequest, case: Case, *, tried: str = "", bound: Any = None, refusal: Any = None
) -> dict[str, Any]:
    """Everything the page shows. `tried` is the step that stands open; `bound` its form as it was sent."""
    now, reads = request.at, is_customer(request.actor)
    clocks = sorted(stored_clocks(case), key=lambda clock: (clock.due_at, clock.pk))
    prefetch_related_objects(clocks, "pauses")
    for clock in clocks:
        clock.case = case
    everything = lines_of(case, actor=request.actor)
    public = request.GET.get("public") == "1"
    lines = [line for line in everything if line.public] if public else everything
    taken = {line.step for line in everything}
    steps = next_steps(request, case, clocks, tried=tried, bound=bound, taken=taken)
    running = {clock.key for clock in clocks if clock.verdict is None}
    others = [] if reads else helpers(request.actor, case, at=now, running=running)
    for row in steps:
        if not row["offer"].open:
            row["instead"] = instead(others, row["offer"].clause)
    return {
        "case": case, "refusal": refusal, "tried": tried, "public": public, "customer_reads": reads,
        "live": [live_clock(clock, case) for clock in clocks if clock.verdict is None],
        "ended": [clock for clock in clocks if clock.verdict], "ended_words": tally(clocks), "steps": steps,
        "first": tried if any(row["name"] == tried for row in steps) else first_of(steps),
        "folded": any(row["aside"] for row in steps), "lines": turns(case, lines, now=now), "since": answerable_since(case, everything),
        "facts": [] if reads else sayings.facts(case, now=now), "contacts": [] if reads else contacts_of(case, at=now),
        "heeded": "" if reads else heeded(case, at=now),
        "beside": [] if reads else beside(request.actor, case), "files": [one for line in everything for one in line.files],
        "prints": prints.forms_of(case, everything),
        "children": under(request.actor, case),
        "helpers": others,
        "others": [] if reads else presence.others(case, request.actor, at=now), "signs": signs(steps),
    }  # fmt: skip


def next_steps(
    request: HttpRequest, case: Case, clocks: list[Clock], *, tried: str, bound: Any, taken: set[str]
) -> list[dict[str, Any]]:
    """The steps in the order of use: what stops the nearest clock, then the kind's own, then those every kind has.

    What is rarely needed asks its questions only once it is chosen. A refused step whose way was never begun is nothing
    that anybody expects: agreeing where nobody asked.
    """
    common = set(common_steps(case.spec))
    never = request.at + timedelta(days=36_500)
    rows = []
    for offer in steps_for(request.actor, case, at=request.at, clocks=clocks):
        name, aside = offer.step.name, offer.step.name in common - OFTEN
        leads = leading(case, offer.step, clocks)
        if not (offer.open or name == tried or begun(case.spec.ways.get(name, ""), taken)):
            continue
        row: dict[str, Any] = {"offer": offer, "step": offer.step, "name": name, "aside": aside, "leads": leads}
        if not aside or name == tried:
            row |= questions(request, case, offer, bound=bound if name == tried else None)
        rows.append(row)
    place = {name: n for n, name in enumerate(case.spec.steps)}

    def rank(row: dict[str, Any]) -> Any:
        offer: Offer = row["offer"]
        name, nearest = offer.step.name, min(offer.stops, key=lambda clock: clock.due_at, default=None)
        due = min((clock.due_at for clock in (nearest, row["leads"]) if clock), default=never)
        usual = case.spec.commitments[nearest.key].kept_by.index(name) if nearest else 0  # the usual way stands first
        return row["aside"], not offer.open, name in common, due, usual, place[name]

    return sorted(rows, key=rank)


def leading(case: Case, step: Step, clocks: list[Clock]) -> Clock | None:
    """The clock nearest to its due time that nothing stops from here, and something would once this step is taken."""
    live = [clock for clock in clocks if clock.verdict is None and clock.paused_at is None]
    for clock in live if step.to != case.state else ():
        stops = [case.spec.steps[name].frm for name in case.spec.commitments[clock.key].kept_by]
        if not any(case.state in frm for frm in stops) and any(step.to in frm for frm in stops):
            return clock
    return None


def begun(way: str, taken: set[str]) -> bool:
    """Whether a step that leads to another one was taken; where none has to lead there, it always was."""
    first = way.split()[:1]
    return not first or first[0].removeprefix("other:") in taken


def questions(request: HttpRequest, case: Case, offer: Offer, *, bound: Any) -> dict[str, Any]:
    """The questions of a step, none where it is refused; what was sent and refused stands in them again."""
    if not offer.open and bound is None:
        return {}
    asked = {name: request.GET[name][:4000] for name in offer.step.words if name in request.GET}
    form = (
        bound
        if bound is not None
        else form_for(
            offer.step, actor=request.actor, case=case, initial={**carried(case, offer.step), **asked}, at=request.at
        )
    )
    dress(form, before=offer.step.name)
    key = request.POST.get("_key", "")[:60] if bound is not None else ""
    return {**layout(form), "key": key or get_random_string(20), "typed": bound is not None}


def first_of(steps: list[dict[str, Any]]) -> str:
    """The one step that stands open at first: what stops the nearest clock or leads there; none where nothing is owed."""
    return next((row["name"] for row in steps if row["offer"].open and (row["offer"].stops or row["leads"])), "")


def live_clock(clock: Clock, case: Case) -> dict[str, Any]:
    """A running clock with its count and what would stop it."""
    stops = [
        case.spec.steps[name].label
        for name in case.spec.commitments[clock.key].kept_by
        if not case.spec.steps[name].opens
    ]
    return {"clock": clock, "count": clockwords.count(clock, case), "stops": stops[:3]}


def tally(clocks: list[Clock]) -> list[tuple[str, int]]:
    """How the ended clocks ended."""
    counts: dict[str, int] = {}
    for clock in clocks:
        if clock.verdict:
            counts[clock.verdict] = counts.get(clock.verdict, 0) + 1
    return [(words.label(verdict), count) for verdict, count in counts.items()]


def turns(case: Case, lines: list[Line], *, now: Any) -> list[dict[str, Any]]:
    """The timeline, newest first, each line with its answers as text; a new turn is marked."""
    names = sayings.named(lines)
    rows: list[dict[str, Any]] = []
    for line in reversed(lines):
        turn = line.cycle if case.cycle > 1 and (not rows or rows[-1]["line"].cycle != line.cycle) else 0
        rows.append({"line": line, "turn": turn, "answers": sayings.answers(line, case.spec, now=now, names=names)})
    return rows


def answerable_since(case: Case, lines: list[Line]) -> Any:
    """Since when the present owner answers: the last hand-over, else the opening."""
    return next((line.happened_at for line in reversed(lines) if line.step == "hand_over"), case.opened_at)


def contacts_of(case: Case, *, at: datetime) -> list[dict[str, Any]]:
    """How the customer is reached: numbers grouped as they are read aloud; one that is not to be called now is no link."""
    if case.party is None:
        return []
    return [
        {
            "kind": one.kind, "normal": one.normal, "call": reaching.may_call(one, at), "whose": one.whose,
            "shown": phones.grouped(one.normal) if one.kind == "phone" else one.shown,
        }
        for one in case.party.contacts.select_related("party").order_by("id")[:3]
    ]  # fmt: skip


def heeded(case: Case, *, at: datetime) -> str:
    """What is to be heeded before the customer is called."""
    party = case.party
    if party is None:
        return ""
    free = reaching.free_at(party, at)
    if free is not None and free > at:
        return _("not before %(at)s") % {"at": f"{free.astimezone(site_zone()):%H:%M}"}
    return reaching.remark(party.wish, None, None)


def signs(steps: list[dict[str, Any]]) -> bool:
    """Whether a signature may be given on this page."""
    return any(field.name == "sign_off" for row in steps for field in (*row.get("first", ()), *row.get("more", ())))
