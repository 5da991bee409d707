"""The ladder of authority: each level takes a case or passes it up, and one that does neither is passed over by time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from shouwen.ground.actors import Actor
from shouwen.ground.offices import Post, Roster
from shouwen.kernel.access import Rule, system, taking_part
from shouwen.kernel.goals import rung
from shouwen.kernel.kinds import KEEP, SAME, Commitment, Kind, Step, Trait, matches
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.participants import complained_about, put
from shouwen.kernel.who import Target, Who, office, owner, roster_of, where
from shouwen.kernel.words import split

LEVEL = "level"  # the role in `case_actor`, and the fact that names the level


def _standing(case: Case, roster: Roster) -> Target | None:
    post = roster.find(case.fact(LEVEL), where(case)) if case.fact(LEVEL) else None
    return Target(office_id=post.office_id, staff_id=post.staff_id) if post else None


def _at_level(actor: Actor) -> Any:
    return taking_part(actor, role=LEVEL)


level = Who(_at_level, "the level it stands at", _standing)


class Ladder(Trait):
    """`report_up` to the first post, `take`, `pass_up`; `climb` is what time does. One clock a level, `at_<post>`.

    Where a step makes `when` hold (a grade), the case stands at the first level at once. Posts resolve upward from the
    place, a stand-in answers for whoever is absent; a post without a holder, or held by the one complained about, is
    left out. The sheet is `Laddered`.
    """

    facts = (LEVEL, "level_taken")
    ways: ClassVar[dict[str, str]] = {"take": "report_up", "pass_up": "report_up"}

    def __init__(
        self, posts: str, *, during: str, by: Rule, within: Any, when: dict[str, Any] | None = None, pauses: str = "",
        clause: str = "",
    ) -> None:  # fmt: skip
        self.posts, self.when = split(posts), when
        self.upward = {LEVEL: self._above, "level_taken": False}
        below_top = self.posts[:-1]
        self.steps: dict[str, Step | Commitment] = {
            "report_up": Step(
                during, SAME, by=by, asks="note", sets=self.upward, when={LEVEL: ""}, tells=(level, owner), clause=clause
            ),
            "take": Step(
                during, SAME, by=level, asks="decision", sets={"level_taken": True},
                when={LEVEL: self.posts, "level_taken": False}, tells=(owner,), clause=clause,
            ),
            "pass_up": Step(
                during, SAME, by=level, asks="note", sets=self.upward, when={LEVEL: below_top}, tells=(level, owner),
                clause=clause,
            ),
            "climb": Step(
                during, SAME, by=system, sets=self.upward, when={LEVEL: ("", *below_top), "level_taken": False},
                tells=(level, owner), clause=clause,
            ),
        }  # fmt: skip
        self.starts = ["report_up", "pass_up", "climb"]
        for post in self.posts:
            last = post == self.posts[-1]
            self.steps[f"at_{post}"] = Commitment(
                within, starts=" ".join(self.starts), during=during, kept_by="take" if last else "take pass_up",
                broken_by="" if last else "climb", when={LEVEL: post}, pauses=pauses, owed_by=office(post), owed_to=owner,
                rungs=(rung("-20%", office(post)), rung("0", office(post), does="" if last else "climb")), clause=clause,
            )  # fmt: skip
        for name in self.starts:
            self.steps[name].effects.append(self._put)  # type: ignore[union-attr]

    def bind(self, kind: type[Kind]) -> None:
        """Steps that can make `when` hold bring the case to the first level in the same breath."""
        for step in kind.steps.values():
            if self.when and {*step.words, *step.sets} & set(self.when) and LEVEL not in step.sets:
                step.sets = {**step.sets, LEVEL: self._first_where_due}
                step.effects.append(self._put)
                step.tells = (*step.tells, level)
                for post in self.posts:
                    clock = kind.commitments[f"at_{post}"]
                    clock.starts = (*clock.starts, step.name)

    def _first_where_due(self, case: Case, data: dict[str, Any], at: datetime) -> Any:
        if case.fact(LEVEL):
            return KEEP
        assert self.when is not None
        step_says = {fact: data.get(fact, case.fact(fact)) for fact in self.when}
        return self._above(case, data, at) if matches(self.when, step_says) else KEEP

    def _above(self, case: Case, data: dict[str, Any], at: datetime) -> Any:
        """The next post upward that somebody holds who is not complained about; where there is none, it stays."""
        here = case.fact(LEVEL)
        above = self.posts[self.posts.index(here) + 1 :] if here else self.posts
        roster = roster_of(case, at)
        named = data.get("against")
        against = complained_about(case) | ({named.pk} if named is not None else set())
        return next((post for post in above if _held(roster.find(post, where(case)), against)), here or KEEP)

    def _put(self, case: Case, data: dict[str, Any], entry: Entry) -> None:
        """The level's office takes part from now on, and sees the case."""
        if LEVEL not in entry.facts:
            return
        post = _standing(case, roster_of(case, entry.happened_at))
        if post is not None and post.office_id is not None:
            put(case, LEVEL, office_id=post.office_id, at=entry.happened_at)


def _held(post: Post | None, against: set[int]) -> bool:
    return post is not None and post.staff_id is not None and post.staff_id not in against
