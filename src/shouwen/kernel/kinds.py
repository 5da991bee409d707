"""What a process is: one class of plain words, checked when the product starts, from which everything else follows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.db import models

from shouwen.ground.actors import Actor
from shouwen.kernel import asks as asking
from shouwen.kernel import words
from shouwen.kernel.access import NO, Rule
from shouwen.kernel.goals import FieldRef, Rung, facts_of
from shouwen.kernel.models import Case, Sheet, SheetCycle, SheetLine
from shouwen.kernel.points import Points
from shouwen.kernel.who import Who, customer, director, owner
from shouwen.worktime import Goal

SAME = "="  # the step leaves the state as it is
KEEP = object()  # what a function of `sets` returns where the fact stays as it is
WITHDRAWN, GIVEN_UP = "withdrawn", "given_up"  # ends that every kind has
Guard = Callable[[Case, dict[str, Any], datetime], str | None]
Effect = Callable[..., None]
Mark = Callable[[Any, Case], dict[str, Any]]  # facts an entry carries beside the answers


class Agreement(Protocol):
    """What else a step waits for, seen from who takes it: a sentence and its clause while it is not there."""

    def refusal(self, actor: Actor, case: Case, data: dict[str, Any], at: datetime) -> tuple[str, str] | None: ...


class Step:
    """A verb of the process: from which states, to which, by whom, what it asks, sets and tells.

    A value of `sets` may be a pure function `fn(case, data, at)`: what follows from the answers and the case as it is.
    """

    def __init__(
        self, frm: str | None, to: str, *, by: Rule, asks: str = "", may: str = "", sets: dict[str, Any] | None = None,
        tells: tuple[Who, ...] = (), needs: str = "", when: dict[str, Any] | None = None, new_cycle: bool = False,
        offline: bool = False, public: bool = False, override: bool = False, writes: bool = True,
        points: Points | None = None, key: str = "", clause: str = "",
    ) -> None:  # fmt: skip
        self.name, self.kind = "", Kind
        self.opens = frm is None
        self.frm, self.to, self.by = words.split(frm or ""), to, by
        self.asks, self.may, self.sets = words.split(asks), words.split(may), sets or {}
        self.tells, self.needs, self.when = tells, words.split(needs), when or {}
        self.new_cycle, self.offline, self.key, self.clause = new_cycle, offline, key, clause
        self.public = public or any(who is customer for who in tells)
        self.points = points  # the list behind the asked word `points`
        self.writes = writes  # False: the answers are only asked about, no column takes them
        self.override = override  # sets aside what is refused to everybody else, and is journaled as that
        self.guards: list[tuple[str, Guard]] = []
        self.effects: list[Effect] = []
        self.agreements: list[Agreement] = []
        self.marks: list[Mark] = []

    def __repr__(self) -> str:
        return f"{self.kind.key}.{self.name}"

    @property
    def moves(self) -> bool:
        return self.to != SAME

    @property
    def words(self) -> tuple[str, ...]:
        return (*self.asks, *self.may)

    @property
    def label(self) -> str:
        return words.label(self.name, f"{self.kind.key} do")

    @property
    def hint(self) -> str:
        """What the customer notices of the step, or nothing."""
        return words.hint(self.name, f"{self.kind.key} do")

    def settings(self, case: Case, data: dict[str, Any], at: datetime) -> dict[str, Any]:
        """What the step sets, in order; a function sees the answers and what was set before it."""
        found: dict[str, Any] = {}
        for word, value in self.sets.items():
            given = value(case, {**found, **data}, at) if callable(value) else value
            if given is not KEEP:
                found[word] = given
        return found

    def refuses(self, clause: str) -> Callable[[Guard], Guard]:
        """Adds a guard: a pure function that returns a sentence for the person at the counter, or None."""

        def add(fn: Guard) -> Guard:
            self.guards.append((clause, fn))
            return fn

        return add

    def effect(self, fn: Effect) -> Effect:
        """Adds a change of the room's own tables in the same transaction: `fn(case, data, post)`."""
        self.effects.append(fn)
        return fn

    def copy(self) -> Step:
        twin = Step.__new__(Step)
        twin.__dict__.update(
            self.__dict__, guards=list(self.guards), effects=list(self.effects), agreements=list(self.agreements),
            marks=list(self.marks),
        )  # fmt: skip
        return twin


class Commitment:
    """A promise: what starts its clock, while what it runs, what keeps it, how long, who owes it to whom."""

    def __init__(
        self, within: Any = None, *, by: FieldRef | None = None, every: str | None = None, starts: str = "open",
        during: str | None = None, kept_by: str = "", when: dict[str, Any] | None = None, pauses: str = "",
        owed_by: Who | tuple[Who, ...] = owner, owed_to: Who = customer, again: str = "ignore", agree: str = "",
        postpone: str = "", broken_by: str = "", calendar: str = "site", rungs: tuple[Rung, ...] = (), clause: str = "",
    ) -> None:  # fmt: skip
        self.name, self.kind = "", Kind
        self.within, self.every = by if by is not None else within, every
        for text in (within, every):
            if isinstance(text, str):
                Goal.parse(text)
        self.starts, self.kept_by, self.pauses = words.split(starts), words.split(kept_by), words.split(pauses)
        self.during = None if during is None else words.split(during)
        self.when, self.again, self.broken_by = when or {}, again, words.split(broken_by)
        self.owed_by = owed_by if isinstance(owed_by, tuple) else (owed_by,)
        self.owed_to, self.calendar, self.rungs, self.clause = owed_to, calendar, rungs, clause
        self.agree, self.postpone = words.split(agree), words.split(postpone)  # steps, then the fact with the new time

    @property
    def key(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return words.label(self.name, self.kind.key)

    def copy(self) -> Commitment:
        twin = Commitment.__new__(Commitment)
        twin.__dict__.update(self.__dict__)
        return twin


class Trait:
    """Steps and promises that several kinds repeat: makes named ones, nothing else; a kind may override each.

    `sign_off.satisfied` is the step of that name, so that a kind can add its own guards to it.
    """

    steps: dict[str, Step | Commitment]
    facts: tuple[str, ...] = ()  # columns of the sheet that the trait's clocks read
    ways: ClassVar[dict[str, str]] = {}

    def parts(self, name: str) -> dict[str, Step | Commitment]:
        return self.steps

    def bind(self, kind: type[Kind]) -> None:
        """What the trait does to the kind's own steps, once all of them are there."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["steps"][name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} makes no {name!r}") from None


class Children:
    """Children of a kind: open ones refuse the steps `blocks`; `echo` maps a child's step to one of the parent."""

    def __init__(self, kind: str, *, blocks: str = "", echo: dict[str, str] | None = None) -> None:
        self.kind, self.blocks, self.echo = kind, words.split(blocks), echo or {}


class Form:
    """A printable form: a template of the room, with the clause that asks for it."""

    def __init__(self, key: str, *, unless: str = "", when: dict[str, Any] | None = None, clause: str = "") -> None:
        self.key, self.unless, self.when, self.clause = key, words.split(unless), when or {}, clause


declared: list[type[Kind]] = []


class Kind:
    """Base of all processes. Subclass it in a room's `kinds.py`; see CONTRIBUTING.md."""

    key: ClassVar[str] = ""
    number: ClassVar[str] = ""
    sheet: ClassVar[type[Sheet]]
    cycle_sheet: ClassVar[type[SheetCycle] | None] = None
    lines: ClassVar[type[SheetLine] | None] = None
    states: ClassVar[Any] = ""
    facts: ClassVar[Any] = ""
    choices: ClassVar[dict[str, tuple[str, ...]]] = {}
    final: ClassVar[Any] = "closed"
    resolved_by: ClassVar[Any] = ""
    public: ClassVar[Any] = "state"
    columns: ClassVar[Any] = "no title state owner due_at opened_at"
    sees: ClassVar[Rule] = NO
    owner: ClassVar[Who]
    follow_up: ClassVar[str] = "never"  # of what has ended: never, unrated, always, or "sample 10" per cent
    asked_after: ClassVar[Points | None] = None  # the questions of its follow-up
    reopens: ClassVar[str] = ""  # the step a follow-up takes where the customer is not satisfied
    cleared_daily: ClassVar[bool] = False  # stands on the daily clearing list
    withdraws: ClassVar[Rule] = customer | owner
    seldom: ClassVar[bool] = False  # asked so rarely that it stands last among the choices at intake
    gives_up: ClassVar[Rule] = director
    attempts: ClassVar[int] = 3
    children: ClassVar[tuple[Children, ...]] = ()
    prints: ClassVar[tuple[Form, ...]] = ()
    panel: ClassVar[str] = ""  # a template of the room, shown on the case's page
    examples: ClassVar[dict[str, dict[str, Any]]] = {}
    ways: ClassVar[dict[str, str]] = {"unlink": "link"}  # steps that lead to where a step can be taken in its state
    steps: ClassVar[dict[str, Step]] = {}
    commitments: ClassVar[dict[str, Commitment]] = {}

    def __init_subclass__(cls) -> None:
        cls.states, cls.facts = words.split(cls.states), words.split(cls.facts)
        cls.final, cls.public = words.split(cls.final), words.split(cls.public)
        cls.columns, cls.resolved_by = words.split(cls.columns), words.split(cls.resolved_by)
        cls.steps, cls.commitments = {}, {}
        cls.ways = {**Kind.ways, **cls.ways}
        traits = [value for value in vars(cls).values() if isinstance(value, Trait)]
        for trait in traits:
            cls.facts += tuple(fact for fact in trait.facts if fact not in cls.facts)
            cls.ways = {**trait.ways, **cls.ways}
        for name, value in list(vars(cls).items()):
            parts = value.parts(name) if isinstance(value, Trait) else {name: value}
            for part, item in parts.items():
                if isinstance(item, (Step, Commitment)) and (part == name or part not in vars(cls)):
                    cls._take(part, item)
        from shouwen.kernel.common import common_steps  # common steps are made of Step

        for name, step in common_steps(cls).items():
            if name not in cls.steps:
                cls._take(name, step)
        for trait in traits:  # a step may have taken the name of the trait that makes it
            trait.bind(cls)
        if cls.key:
            declared.append(cls)

    @classmethod
    def _take(cls, name: str, item: Step | Commitment) -> None:
        if item.name and item.kind is not cls:
            item = item.copy()
        item.name, item.kind = name, cls
        setattr(cls, name, item)
        if isinstance(item, Step):
            item.frm = cls.live_states() if item.frm == ("*",) else item.frm
            cls.steps[name] = item
        else:
            cls.commitments[name] = item

    @classmethod
    def live_states(cls) -> tuple[str, ...]:
        """States in which the case is still owed something."""
        return tuple(state for state in cls.states if state not in cls.final)

    @classmethod
    def ends(cls) -> tuple[str, ...]:
        return (*cls.final, WITHDRAWN, GIVEN_UP)

    @classmethod
    def label(cls) -> str:
        return words.label(cls.key)

    @classmethod
    def openers(cls) -> list[Step]:
        return [step for step in cls.steps.values() if step.opens]

    @classmethod
    def file(cls) -> str:
        return getattr(sys.modules[cls.__module__], "__file__", "") or cls.__module__

    @classmethod
    def check(cls) -> None:
        """Every word used exists: states, facts, asked words, steps; and the glossary can say each one."""
        here = f"{cls.file()}: {cls.__name__}"
        states = {*cls.states, WITHDRAWN, GIVEN_UP}
        for fact in cls.facts:
            if asking.column(cls, fact) is None and fact not in ("dept", "assignee", "channel"):
                raise words.UnknownWord(f"{here}: fact {fact!r} is no column of {cls.sheet.__name__}")
            if isinstance(asking.column(cls, fact), models.TextField):
                raise words.UnknownWord(f"{here}: fact {fact!r} is free text; clocks read no personal words")
        for step in cls.steps.values():
            cls._check_step(step, states, f"{here}.{step.name}")
        for step_name, way in cls.ways.items():
            for word in (step_name, *way.replace("other:", "").split()):
                words.check(word, cls.steps, where=f"{here}.ways")
        for commitment in cls.commitments.values():
            cls._check_commitment(commitment, states, f"{here}.{commitment.name}")
        said: Iterable[str] = (cls.key, *states, *cls.facts, *cls.steps, *cls.commitments)
        for word in (*said, *(w for step in cls.steps.values() for w in step.words)):
            if not any(words.known(name) for name in (word, f"{cls.key}.{word}", f"do.{word}")):
                raise words.UnknownWord(
                    f"{here}: the glossary has no word {word!r}{words.nearest(word, words.entries())}"
                )

    @classmethod
    def _check_step(cls, step: Step, states: set[str], where: str) -> None:
        for state in (*step.frm, *(() if step.to == SAME else (step.to,))):
            words.check(state, states, where=where)
        for word in step.words:
            if word in ("points", "lines") and not (step.points if word == "points" else cls.lines):
                raise words.UnknownWord(f"{where}: asks for {word} that are not declared")
            if not asking.known(cls, word):
                words.check(word, {*asking.COMMON, *cls.facts}, where=where)
        for fact in (*step.sets, *step.when):
            words.check(fact, cls.facts, where=where)
        for need in step.needs:
            words.check(need, cls.commitments, where=where)

    @classmethod
    def _check_commitment(cls, promise: Commitment, states: set[str], where: str) -> None:
        named = (*promise.starts, *promise.kept_by, *promise.broken_by, *promise.agree[:-1], *promise.postpone[:-1])
        for step in named:
            words.check(step, cls.steps, where=where)
        for state in (*(promise.during or ()), *promise.pauses):
            words.check(state, states, where=where)
        for fact in (*promise.when, *facts_of(promise.within), *promise.agree[-1:], *promise.postpone[-1:]):
            words.check(fact, cls.facts, where=where)
        for rung in promise.rungs:
            if rung.does:
                words.check(rung.does, cls.steps, where=where)


def matches(when: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Whether a `when` holds: each fact equal to its value, or among them; an absent fact is false."""
    for fact, wanted in when.items():
        value = facts.get(fact)
        if isinstance(wanted, bool):
            if bool(value) != wanted:
                return False
        elif isinstance(wanted, (tuple, list)):
            if value not in wanted:
                return False
        elif value != wanted:
            return False
    return True
