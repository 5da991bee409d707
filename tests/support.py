"""Short cuts of the tests: a case in a state, an act by whoever may, a refusal that changed nothing, time that passes."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from shouwen.ground.actors import Actor
from shouwen.ground.models import Department, Party, Place, Staff
from shouwen.kernel.access import Rule, allowed, visible
from shouwen.kernel.asks import MomentField, RowField, form_for
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.kinds import GIVEN_UP, SAME, Kind, Step
from shouwen.kernel.manyfields import ManyField
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from shouwen.kernel.sweep import sweep
from shouwen.kernel.zones import local_date
from tests.world import MONDAY, World

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
STEP_MINUTES = 10
SEES = Rule(visible, "sees")
ONCE_MORE = {"correct": ("customer",)}  # words a step does not require one by one, yet refuses to do without


def picture(name: str = "photo.png") -> SimpleUploadedFile:
    """A picture as a browser sends it."""
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def answer(field: forms.Field, word: str, *, world: World, case: Case | None, at: datetime) -> Any:
    """A plausible answer to one question."""
    if isinstance(field, UploadField):
        return picture()
    if isinstance(field, ManyField):
        return field.sample()
    if isinstance(field, MomentField):
        return (at + timedelta(days=1)).isoformat()
    if isinstance(field, forms.DateField):
        return local_date(at - timedelta(days=1)).isoformat()
    if isinstance(field, RowField):
        model = field.queryset.model
        if model is Place:
            return "1-1-101"
        if model is Staff:
            others = field.queryset.exclude(pk=case.owner_id if case else None).filter(pk=world.staff["steward2"].pk)
            return (others.first() or world.staff["desk2"]).number
        if model is Case:
            others = field.queryset.exclude(pk=case.pk if case else None)
            other = others.order_by("id" if case else "-id").first()
            if other is None and case is None:
                other = act(world, "open", kind="job", at=at)  # something to open a case about
            return other.no if other is not None else "XX0000-0000"
        return {Department: "engineering", Party: str(world.parties["fang"].pk)}[model]
    if isinstance(field, forms.ChoiceField):
        return next(value for value, _label in field.choices if value)
    if isinstance(field, forms.BooleanField):
        return True
    if isinstance(field, forms.IntegerField):
        return 100
    if word == "clock":
        ended = Clock.objects.filter(case=case, verdict__in=("late", "broken")).order_by("id").first()
        return f"{ended.key}.{ended.cycle}.{ended.seq}" if ended else "none.1.1"
    return f"{word}：样例"


def answers(step: Step, *, world: World, actor: Actor, case: Case | None, at: datetime, **given: Any) -> dict[str, Any]:
    """Answers to all a step requires; `given` ones win, those it does not ask are left out."""
    if step.opens and step.by.hopeless(actor):
        return dict(given)  # refused before anything is asked
    fields = form_for(step, actor=actor, case=case).fields
    wanted = [*step.asks, *ONCE_MORE.get(step.name, ())]
    made = {word: answer(fields[word], word, world=world, case=case, at=at) for word in wanted if word not in given}
    return {**made, **step.kind.examples.get(step.name, {}), **{k: v for k, v in given.items() if k in step.words}}


def may(actor: Actor, step: Step, case: Case | None) -> bool:
    """Whether somebody may take the step on this case (or could open one), whatever its state."""
    if case is None or step.by.hopeless(actor):
        return not step.by.hopeless(actor)
    return all(allowed(actor, case, {"sees": SEES, "by": step.by}).values())


def rights(actor: Actor, case: Case) -> set[str]:
    """The steps an actor may take on a case, whatever its state: none at all where it is not theirs to see."""
    by = allowed(actor, case, {"": SEES, **{step.name: step.by for step in case.spec.steps.values()}})
    return {name for name, yes in by.items() if yes and name} if by[""] else set()


def somebody(world: World, step: Step, case: Case | None, *, at: datetime) -> str:
    """The first of the cast who may take the step."""
    for name in [*world.accounts, "system"]:
        if may(world.actor(name, at=at), step, case):
            return name
    raise AssertionError(f"nobody of the cast may take {step!r}")


def split_files(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Answers as `perform` takes them: uploads apart."""
    files = {word: value for word, value in data.items() if isinstance(value, SimpleUploadedFile)}
    return {"data": {word: value for word, value in data.items() if word not in files}, "files": files}


def above(world: World, step: Step, *, at: datetime) -> Case | None:
    """A parent for a kind that takes its place from one."""
    over = [kind for kind in kinds.values() if step.kind.key in {children.kind for children in kind.children}]
    return a_case(world, over[0].key, at=at) if over and "place" not in step.words else None


def act(
    world: World,
    step: str,
    case: Case | None = None,
    *,
    kind: str = "",
    who: str = "",
    at: datetime = MONDAY,
    **given: Any,
) -> Case:
    """Takes a step, by `who` or whoever may, with given and made-up answers; returns the case as it then is."""
    spec = (case.spec if case else kinds[kind]).steps[step]
    actor = world.actor(who or somebody(world, spec, case, at=at), at=at)
    data = answers(spec, world=world, actor=actor, case=case, at=at, **given)
    parent = above(world, spec, at=at) if case is None else None
    entry = perform(step, actor=actor, at=at, case=case, kind=kind, parent=parent, **split_files(data))
    return Case.objects.get(pk=entry.stream_id)


def route(kind: type[Kind], state: str) -> list[Step]:
    """The shortest way from an opening step to a state, by the declaration alone."""
    ways: deque[tuple[str, list[Step]]] = deque((step.to, [step]) for step in kind.openers())
    seen: set[str] = set()
    while ways:
        here, way = ways.popleft()
        if here == state:
            return way
        if here not in seen:
            seen.add(here)
            ways += [(s.to, [*way, s]) for s in kind.steps.values() if here in s.frm and s.to != SAME]
    raise AssertionError(f"no way to {kind.key} {state}")


def starters(step: Step) -> list[str]:
    """The steps that start the promises a step needs, where opening the case does not."""
    promises = [step.kind.commitments[need] for need in step.needs]
    return [promise.starts[0] for promise in promises if not any(step.kind.steps[s].opens for s in promise.starts)]


def a_case(world: World, kind: str, state: str = "", *, at: datetime = MONDAY, **facts: Any) -> Case:
    """A case brought to a state (default: just opened) by its own steps, ten minutes apart from `at` on."""
    way = route(kinds[kind], state) if state else [kinds[kind].steps["open"]]
    case: Case | None = None
    for step in way:
        if step.to == GIVEN_UP:
            for _day in range(kinds[kind].attempts):
                case = act(world, "attempt", case, at=at)
                at += timedelta(days=1)
        for before in (*kinds[kind].ways.get(step.name, "").split(), *starters(step)):
            case = act(world, before, case, at=at)
        case = act(world, step.name, case, kind="" if case else kind, at=at, **facts)
        at += timedelta(minutes=STEP_MINUTES)
    assert case is not None
    return case


def steps_taken(case: Case) -> list[str]:
    """The steps in the case's journal, in order."""
    return list(
        Entry.objects.filter(stream_type="case", stream_id=case.pk).order_by("seq").values_list("step", flat=True)
    )


@cache
def tables() -> dict[str, str]:
    """A statement that reads each table of ground, kernel and rooms whole, by its label."""
    models = [m for m in apps.get_models() if m.__module__.startswith(("shouwen.", "tests."))]
    quote = connection.ops.quote_name
    return {
        model._meta.label: f"SELECT * FROM {quote(model._meta.db_table)} ORDER BY {quote(model._meta.pk.column)}"
        for model in models
        if model._meta.managed and not model._meta.proxy
    }


def everything() -> dict[str, list[Any]]:
    """Every row of ground, kernel and rooms as the database has it, to show that nothing changed."""
    found = {}
    with connection.cursor() as cursor:
        for label, statement in tables().items():
            cursor.execute(statement)
            found[label] = cursor.fetchall()
    return found


@contextmanager
def unchanged() -> Iterator[None]:
    """Whatever happens inside leaves every row as it was."""
    before = everything()
    yield
    assert everything() == before


def refused(
    step: str, *, actor: Actor, case: Case | None = None, kind: str = "", data: dict[str, Any] | None = None,
    at: datetime = MONDAY, **more: Any,
) -> Refusal:  # fmt: skip
    """Takes a step that must be refused, checks that nothing changed, and returns the refusal."""
    with unchanged(), pytest.raises(Refusal) as caught:
        perform(step, actor=actor, case=case, kind=kind, at=at, **split_files(data or {}), **more)
    return caught.value


def travel(to: datetime) -> None:
    """Lets time pass: the sweep runs at each moment at which an alarm is due, until `to`."""
    while True:
        due = Clock.objects.filter(alarm_at__lte=to).order_by("alarm_at").values_list("alarm_at", flat=True).first()
        if due is None:
            return
        sweep(at=due)


def verdicts(case: Case) -> dict[str, str | None]:
    """Verdict of each clock by `key.cycle.number`; None while it runs."""
    rows = Clock.objects.filter(case=case).order_by("key", "cycle", "seq")
    return {f"{clock.key}.{clock.cycle}.{clock.seq}": clock.verdict for clock in rows}


__all__ = [
    "PNG", "a_case", "act", "answers", "everything", "may", "picture", "refused", "rights", "route", "somebody",
    "starters", "steps_taken", "travel", "unchanged", "verdicts",
]  # fmt: skip
