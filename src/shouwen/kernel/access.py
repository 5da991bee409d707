"""Who may, decided in one place: a rule is a function from actor to `Q`, the same for list, page, search, file and API."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models import Case as Switch

from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Case, CaseActor, Entry

# An empty Q() disappears inside "or"; these two say what they mean.
EVERYTHING = Q(pk__isnull=False)
NOTHING = Q(pk__in=[])


class Rule:
    """A condition on cases that depends on the actor. Combines with `&`, `|`, `~`; its label is shown in the handbook."""

    def __init__(
        self, fn: Callable[[Actor], Q], label: str, *, parts: tuple[Rule, ...] = (), both: bool = False
    ) -> None:
        self._fn, self.label, self.parts, self.both = fn, label, parts, both

    def q(self, actor: Actor) -> Q:
        return self._fn(actor)

    def hopeless(self, actor: Actor) -> bool:
        """No case whatever fits: the actor has no such role at all, so the step is not even mentioned."""
        return _hopeless(self, actor)

    def __and__(self, other: Rule) -> Rule:
        return Rule(
            lambda actor: _both(self.q(actor), other.q(actor)),
            f"{self.label} & {other.label}",
            parts=(self, other),
            both=True,
        )

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            lambda actor: _either(self.q(actor), other.q(actor)), f"{self.label} | {other.label}", parts=(self, other)
        )

    def __invert__(self) -> Rule:
        return Rule(lambda actor: _not(self.q(actor)), f"~{self.label}")

    def __repr__(self) -> str:
        return f"Rule({self.label})"


def _both(a: Q, b: Q) -> Q:
    if NOTHING in (a, b):
        return NOTHING
    return b if a == EVERYTHING else a if b == EVERYTHING else a & b


def _either(a: Q, b: Q) -> Q:
    if EVERYTHING in (a, b):
        return EVERYTHING
    return b if a == NOTHING else a if b == NOTHING else a | b


def _not(a: Q) -> Q:
    return NOTHING if a == EVERYTHING else EVERYTHING if a == NOTHING else ~a


@lru_cache(maxsize=20_000)
def _hopeless(rule: Rule, actor: Actor) -> bool:
    return bool(rule.q(actor) == NOTHING)


EVERY = Rule(lambda actor: EVERYTHING, "everybody")
NO = Rule(lambda actor: NOTHING, "nobody")
system = Rule(lambda actor: EVERYTHING if actor.system else NOTHING, "system")
staff = Rule(lambda actor: EVERYTHING if actor.staff_id else NOTHING, "staff")


def not_actor_of(*steps: str) -> Rule:
    """Whoever took none of these steps on the case, in person or for somebody else (two people, never one)."""

    def fn(actor: Actor) -> Q:
        if actor.system:
            return EVERYTHING
        if actor.staff_id is None:  # a customer is told apart by the party
            return EVERYTHING
        taken = Entry.objects.filter(stream_type="case", stream_id=OuterRef("pk"), step__in=steps).filter(
            Q(actor_id=actor.staff_id) | Q(on_behalf_id=actor.staff_id)
        )
        return ~Q(Exists(taken))

    return Rule(fn, f"took no part in {' '.join(steps)}")


def graded(*grades: str) -> Rule:
    """Cases of these grades."""
    return Rule(lambda actor: Q(grade__in=grades), f"grade {' '.join(grades)}")


@lru_cache(maxsize=1000)
def taking_part(actor: Actor, *, role: str | None = None) -> Q:
    """The actor's own row in `case_actor`, open now: by name or by an office held."""
    if actor.staff_id is None:
        return NOTHING
    mine = CaseActor.objects.filter(case=OuterRef("pk"), until_at__isnull=True).filter(
        Q(staff_id=actor.staff_id) | Q(office_id__in=actor.office_ids)
    )
    mine = mine.exclude(role="against") if role is None else mine.filter(role=role)
    return Q(Exists(mine))


def hidden_from(actor: Actor) -> Q:
    """Cases in which the actor is the one complained about: never shown to them, whatever else they are."""
    if actor.staff_id is None:
        return NOTHING
    against = CaseActor.objects.filter(case=OuterRef("pk"), role="against", staff_id=actor.staff_id)
    return Q(Exists(against))


def visible(actor: Actor) -> Q:
    """Every case the actor may know of. Kinds whose rules come to the same for this actor are asked about together."""
    from shouwen.kernel.registry import kinds

    if actor.system:
        return Q(org_id=actor.org_id)
    groups: list[tuple[Q, list[str]]] = []
    for kind in kinds.values():
        q = kind.sees.q(actor)
        same = next((keys for other, keys in groups if other == q), None)
        if same is None:
            groups.append((q, same := []))
        same.append(kind.key)
    seen = NOTHING
    for q, keys in groups:
        seen = _either(seen, q if q == NOTHING or len(groups) == 1 else _both(Q(kind__in=keys), q))
    if seen == NOTHING:
        return NOTHING
    return Q(org_id=actor.org_id) & seen & ~hidden_from(actor) if actor.staff_id else Q(org_id=actor.org_id) & seen


@lru_cache(maxsize=200)
def sees(kind: str, org_id: int) -> Rule:
    """Whether the actor may know of a case of one kind: `visible` as far as it speaks of that kind."""
    from shouwen.kernel.registry import kinds

    def fn(actor: Actor) -> Q:
        if actor.org_id != org_id:
            return NOTHING
        return EVERYTHING if actor.system else _both(kinds[kind].sees.q(actor), _not(hidden_from(actor)))

    return Rule(fn, "sees")


def visible_to(actor: Actor) -> QuerySet[Case]:
    """The cases an actor may know of: the only way screens, exports, search and the API get cases."""
    return _visible_rows(actor).all()


@lru_cache(maxsize=1000)
def _visible_rows(actor: Actor) -> QuerySet[Case]:
    """The question put together once for an actor with these offices; it is asked anew each time."""
    return Case.objects.filter(visible(actor))


def in_sight(actor: Actor) -> Q:
    """For rows that belong to a case (clocks, entries): their case is one the actor may know of.

    Asked row by row, so that an ordered list of few rows does not first gather every case there is.
    """
    return Q(Exists(visible_to(actor).filter(pk=OuterRef("case_id"))))


def allowed(actor: Actor, case: Case, rules: dict[str, Rule]) -> dict[str, bool]:
    """Which of several rules hold for the actor on this case, in one query."""
    known, names, asked = _question(actor, tuple(rules.items()))
    if asked is None:
        return dict(known)
    (row,) = asked.rows(case_id=case.pk)
    return {**known, **{name: bool(value) for name, value in zip(names, row, strict=True)}}


@lru_cache(maxsize=1000)
def _question(actor: Actor, rules: tuple[tuple[str, Rule], ...]) -> tuple[dict[str, bool], list[str], Prepared | None]:
    """What is known of rules without asking, and the query for the rest; a rule depends on the actor alone."""
    known: dict[str, bool] = {}
    asked: dict[str, Any] = {}
    names: list[str] = []
    for name, rule in rules:
        q = rule.q(actor)
        if q in (EVERYTHING, NOTHING):
            known[name] = q == EVERYTHING
            continue
        names.append(name)
        asked[f"may_{name}"] = Switch(When(q, then=Value(True)), default=Value(False), output_field=BooleanField())
    if not asked:
        return known, names, None

    def make(case_id: int) -> QuerySet[Any, Any]:
        return Case.objects.filter(pk=case_id).annotate(**asked).values_list(*asked)

    return known, names, Prepared(make, case_id=int)
