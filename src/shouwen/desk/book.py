"""The handbook as people read it: chapters, what enforces a clause in words and with links, how its promises stand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwen.desk import goalwords, report
from shouwen.ground.actors import Actor
from shouwen.kernel import words
from shouwen.kernel.goals import policies, refs
from shouwen.kernel.handbook import Clause, clauses
from shouwen.kernel.kinds import Commitment, Kind, Step
from shouwen.kernel.policies import promises_of
from shouwen.kernel.registers import registers
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import Rulebook, rulebook
from shouwen.kernel.zones import local_date

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Enforcer:
    """One thing that makes a clause hold: a step, a promise, a rule, a form, a policy, a card."""

    sort: str
    label: str
    more: str = ""
    href: str = ""


@dataclass
class Chapter:
    """The clauses of one chapter of a document, with its title where the pack gives one."""

    key: str
    title: str
    clauses: list[Clause] = field(default_factory=list)


def in_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def said(clause: Clause) -> str:
    """The clause in our words, in the reader's language."""
    return clause.zh if in_chinese() else clause.en


def decided(clause: Clause) -> str:
    return clause.decision_zh if in_chinese() else clause.decision_en


def chapter_of(clause: str) -> str:
    """`S6-2.09` lies in chapter `S6-2`; a document without chapters is one."""
    return clause.rsplit(".", 1)[0] if "." in clause else clause.split("-")[0]


@cache
def titles() -> dict[str, dict[str, str]]:
    """Titles of chapters, as packs give them in `chapters.toml`."""
    found: dict[str, dict[str, str]] = {}
    for config in apps.get_app_configs():
        path = Path(config.path) / "chapters.toml"
        if config.name.startswith("shouwen.") and path.exists():
            found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def chapters(q: str = "") -> list[Chapter]:
    """All chapters with the clauses that hold a text, in the order of the documents."""
    found: dict[str, Chapter] = {}
    for clause in clauses():
        if (
            q
            and q.lower()
            not in f"{clause.id} {clause.zh} {clause.en} {clause.decision_zh} {clause.decision_en}".lower()
        ):
            continue
        key = chapter_of(clause.id)
        title = titles().get(key, {}).get("zh" if in_chinese() else "en", "")
        found.setdefault(key, Chapter(key, title)).clauses.append(clause)
    return list(found.values())


def limit_of(promise: Commitment, book: Rulebook, at: datetime) -> str:
    """How long a promise may take, as the policies stand now."""
    if promise.every:
        return _("again every %(goal)s") % {"goal": goalwords.goal(promise.every)}
    return goalwords.limit(promise.within, lambda ref: book.policy(ref.key, ref.default, at)[0])


def policy_title(key: str) -> str:
    """A policy by the promises that read it; by its own word where it has one, else by its key."""
    if words.known(f"policy.{key}"):
        return words.label(key, "policy")
    promises = promises_of(key)
    said = dict.fromkeys(f"{words.label(kind)} · {words.label(promise, kind)}" for kind, promise in promises)
    return _("; ").join(said) or key


def enforcers(clause: Clause, *, org_id: int, at: datetime, may_settings: bool) -> list[Enforcer]:
    """What enforces a clause, each in words; a link where there is a page for it."""
    known, book = _known(), rulebook(org_id, None)
    found = []
    for name in clause.enforced_by:
        if name in policies:
            now = book.policy(name, policies[name].default, at)[0]
            href = f"/settings/policies/{name}" if may_settings else ""
            more = _("now %(value)s") % {"value": goalwords.goal(now)}
            found.append(Enforcer("policy", policy_title(name), more, href))
        elif name in known:
            made = known[name]
            found.append(
                replace(made, more=limit_of(made.more, book, at)) if isinstance(made.more, Commitment) else made
            )
        else:
            found.append(Enforcer("code", name.rsplit(".", 1)[-1].replace("_", " "), name))
    return list(dict.fromkeys(found))


@cache
def _names() -> dict[str, tuple[str, Any, Any]]:
    """Dotted names of the declarations: what each is, its kind and itself."""
    found: dict[str, tuple[str, Any, Any]] = {}
    for kind in kinds.values():
        base = f"{kind.__module__}.{kind.__qualname__}"
        for step in kind.steps.values():
            found[f"{base}.{step.name}"] = ("step", kind, step)
            for _clause, guard in step.guards:
                found.setdefault(f"{guard.__module__}.{guard.__qualname__}", ("rule", kind, step))
        for promise in kind.commitments.values():
            found[f"{base}.{promise.name}"] = ("promise", kind, promise)
        found[f"{base}.prints"] = ("form", kind, None)
    for card in registers.values():
        found[f"{card.declared_in}.{card.name}"] = ("card", None, card)
    return found


def _known() -> dict[str, Enforcer]:
    return {name: _enforcer(*what) for name, what in _names().items()}


def _enforcer(sort: str, kind: type[Kind] | None, what: Any) -> Enforcer:
    if kind is None:
        return Enforcer("card", what.label, "", "")
    page = f"/handbook/kinds/{kind.key}"
    if sort == "form":
        return Enforcer("form", _(", ").join(words.label(form.key) for form in kind.prints), kind.label(), page)
    if isinstance(what, Commitment):
        return Enforcer("promise", what.label, what, f"{page}#promise-{what.name}")  # type: ignore[arg-type]
    label = what.label if sort == "step" else _("may refuse “%(step)s”") % {"step": what.label}
    return Enforcer(sort, label, kind.label(), f"{page}#step-{what.name}")


def related(clause: Clause) -> list[Clause]:
    """Clauses that the same steps, promises or policies make hold."""
    mine = set(clause.enforced_by)
    return [one for one in clauses() if one.id != clause.id and mine & set(one.enforced_by)][:12]


@dataclass
class Standing:
    """How the promises of a clause stood in the last year, as a whole and by building, and their last weeks."""

    total: report.Row
    buildings: list[report.Row]
    href: str


def standing(clause: str, actor: Actor, *, at: datetime) -> Standing | None:
    """The live figure of a clause, from the figure tables; None where it promises nothing that is counted."""
    if not report.clauses_with(clause, declared_only=True):
        return None
    until = local_date(at)
    question = report.Asked(until - YEAR, until, by="building", only=(("clause", clause),))
    rows = report.grouped(question, actor)
    total = report.Row((), "", counts=report.added(row.counts for row in rows))
    return Standing(total, rows, "/promises" + replace(question, by="promise", period="365").address())


def shares(actor: Actor, ids: Iterable[str], *, since: date) -> dict[str, float | None]:
    """The share kept of each clause since a day; one query for the whole book."""
    sums = report.by_clause(actor, since=since)
    return {one: report.share(sums[one]) for one in ids if one in sums}


def way(kind: type[Kind], *, org_id: int, at: datetime) -> dict[str, Any]:
    """A kind as its declaration says it: states, steps and promises in words."""
    book = rulebook(org_id, None)
    return {
        "kind": kind, "label": kind.label(), "about": kind.__doc__ or "", "states": [words.label(s, kind.key) for s in kind.states],
        "steps": [_step_row(kind, step) for step in kind.steps.values()],
        "promises": [_promise_row(kind, one, book, at) for one in kind.commitments.values()],
    }  # fmt: skip


def _step_row(kind: type[Kind], step: Step) -> dict[str, Any]:
    asks = [(words.label(word, kind.key), word in step.asks) for word in step.words]
    return {
        "step": step, "asks": asks, "from": [words.label(state, kind.key) for state in step.frm],
        "to": "" if step.to == "=" else words.label(step.to, kind.key), "clauses": step.clause.split(),
        "rules": len(step.guards),
    }  # fmt: skip


def _promise_row(kind: type[Kind], promise: Commitment, book: Rulebook, at: datetime) -> dict[str, Any]:
    def named(steps: Iterable[str]) -> str:
        return _(", ").join(words.label(name, f"{kind.key} do") for name in steps)

    return {
        "promise": promise, "limit": limit_of(promise, book, at), "starts": named(promise.starts), "kept_by": named(promise.kept_by),
        "clauses": promise.clause.split(), "policies": [ref.key for ref in refs(promise.within)],
    }  # fmt: skip
