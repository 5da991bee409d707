"""Papers a step waits for: asked for, received as a copy or only seen, counted when asked for a second time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel import words
from shouwen.kernel.access import Rule
from shouwen.kernel.kinds import SAME, Kind, Step, Trait, matches
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.who import customer, owner
from shouwen.kernel.zones import local_date


class Paper:
    """A paper by its key. `when` says in which cases it is wanted; `keep` = "copy" needs the file, "seen" does not.

    `expires` asks until which day it is valid, and holds the step back once that day has passed.
    """

    def __init__(
        self, key: str, *, when: dict[str, Any] | None = None, keep: str = "copy", expires: bool = False
    ) -> None:
        self.key, self.when, self.keep, self.expires = key, when or {}, keep, expires


class Papers(Trait):
    """`ask_paper` (told to the customer) and `receive_paper`; the steps `before` are refused while a wanted one is missing.

    What came in, and how often something had to be asked for, is read from the journal.
    """

    def __init__(self, *papers: Paper, during: str, before: str, by: Rule, clause: str = "") -> None:
        self.papers, self.before, self.clause = {paper.key: paper for paper in papers}, words.split(before), clause
        ask = Step(during, SAME, by=by, asks="paper told", tells=(customer,), clause=clause)
        receive = Step(
            during, SAME, by=by, asks="paper", may="copy valid_until note", tells=(owner,), public=True, clause=clause
        )
        for step in (ask, receive):
            step.marks.append(self._named)
        ask.refuses(clause)(self._here_already)
        receive.refuses(clause)(self._not_as_wanted)
        self.steps = {"ask_paper": ask, "receive_paper": receive}

    def bind(self, kind: type[Kind]) -> None:
        kind.choices = {**kind.choices, "paper": tuple(self.papers)}
        for name in self.before:
            kind.steps[name].agreements.append(self)

    def refusal(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> tuple[str, str] | None:
        """Which papers the step still waits for."""
        missing = self.missing(case, at)
        if not missing:
            return None
        names = ", ".join(words.label(key, f"{case.kind} paper") for key in missing)
        return _("Papers are still missing: %(papers)s.") % {"papers": names}, self.clause

    def missing(self, case: Case, at: datetime) -> list[str]:
        """Papers wanted in this case that have not come in, or are no longer valid."""
        here = self.received(case)
        return [
            key for key, paper in self.papers.items()
            if matches(paper.when, {fact: case.fact(fact) for fact in paper.when})
            and (key not in here or (here[key] and here[key] < local_date(at).isoformat()))
        ]  # fmt: skip

    def received(self, case: Case) -> dict[str, str]:
        """Each paper that came in, with the day until which it is valid (or nothing)."""
        return {facts["_paper"]: facts.get("_valid") or "" for facts in self._entries(case, "receive_paper")}

    def asked_count(self, case: Case, key: str) -> int:
        """How often a paper was asked for: a second time is the house's fault, and is counted."""
        return sum(facts["_paper"] == key for facts in self._entries(case, "ask_paper"))

    def _entries(self, case: Case, step: str) -> QuerySet[Entry, dict[str, Any]]:
        rows = Entry.objects.filter(stream_type="case", stream_id=case.pk, step=step)
        return rows.order_by("seq").values_list("facts", flat=True)

    def _named(self, act: Any, case: Case) -> dict[str, Any]:
        valid = act.cleaned.get("valid_until")
        return {"_paper": act.cleaned["paper"], **({"_valid": valid.isoformat()} if valid else {})}

    def _here_already(self, case: Case, data: dict[str, Any], at: datetime) -> str | None:
        if data["paper"] in self.received(case) and data["paper"] not in self.missing(case, at):
            return _("This paper is here already; nobody is asked for it twice.")
        return None

    def _not_as_wanted(self, case: Case, data: dict[str, Any], at: datetime) -> str | None:
        paper = self.papers[data["paper"]]
        if paper.keep == "copy" and not data.get("copy"):
            return _("A copy of this paper is kept: add it.")
        if paper.expires and not data.get("valid_until"):
            return _("Until which day is it valid?")
        if data.get("valid_until") and data["valid_until"] < local_date(at):
            return _("This paper is no longer valid.")
        return None


__all__ = ["Paper", "Papers"]
