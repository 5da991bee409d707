"""Who may do what, what is asked, who is told and what is promised, as agreed: `rights.json`, one line a step or promise,
with the clauses it carries.

A change of a declaration that gives somebody a right, drops a question or tells nobody any more shows here, and in the diff
of the agreed table. It is agreed anew by `AGREE=1 pytest tests/contract/test_rights.py` and a look at that diff.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from shouwen.ground.offices import Roster
from shouwen.kernel import backdating  # noqa: F401  (its policy is declared where it is read)
from shouwen.kernel.asks import form_for
from shouwen.kernel.goals import facts_of, policies, refs
from shouwen.kernel.kinds import Commitment, Kind, Step
from shouwen.kernel.limits import resolve
from shouwen.kernel.models import Case
from shouwen.kernel.registers import registers
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.tells import targets
from shouwen.kernel.who import Who
from tests.support import a_case, may, rights
from tests.world import MONDAY, ZONE, World, at

AGREED = Path(__file__).with_name("rights.json")
TUESDAY = at("2026-11-24 09:00")
KINDS = sorted(key for key, kind in kinds.items() if kind.__module__.startswith("shouwen."))


def ready(world: World, kind: type[Kind]) -> Case:
    """A case of a known customer, with a department and a member of staff on it, so that each sort of right shows."""
    case = a_case(world, kind.key, customer=world.parties["fang"])
    dept, staff, party = world.depts["engineering"], world.staff["fitter"], world.parties["fang"]
    Case.objects.filter(pk=case.pk).update(dept=dept, assignee=staff, party=party)
    return Case.objects.get(pk=case.pk)


def names_of(world: World, who: Iterable[Who], case: Case) -> list[str]:
    """Who that is for a case, in the names of the cast."""
    names = {person.pk: name for name, person in (*world.staff.items(), *world.parties.items())}
    roster = Roster(case.org_id, site_id=case.site_id, at=MONDAY)
    return [names.get(t.staff_id or t.party_id, "?") for t in targets(who, case, roster)]


def row(world: World, step: Step, case: Case, held: dict[str, set[str]]) -> str:
    """A step in one line: who may; what must be answered; who is told; what it sets and needs."""
    if step.opens:
        who = [name for name in world.accounts if may(world.actor(name), step, None)]
    else:
        who = [name for name, steps in held.items() if step.name in steps]
    form = form_for(step, actor=world.actor("director"), case=None if step.opens else case)
    asked = [name for name, field in form.fields.items() if field.required]
    told = names_of(world, step.tells, case)
    parts: dict[str, Any] = {"may": who, "asks": asked, "tells": told}
    more = {"sets": step.sets, "needs": step.needs, "when": step.when, "clause": step.clause}
    parts.update({name: value for name, value in more.items() if value})
    return "; ".join(f"{name} {said(value)}" for name, value in parts.items())


def promised(world: World, promise: Commitment, case: Case) -> str:
    """A promise in one line: due when, started on Monday at ten; owed by whom; what starts and keeps it; its alarms."""
    book = rulebook(case.org_id, case.site_id)
    calendar, _version = book.calendar(promise.calendar, MONDAY)
    if promise.every:
        due = calendar.due(MONDAY, promise.every).due_at
    else:
        given = {fact: TUESDAY.isoformat() for fact in facts_of(promise.within)}
        found = None
        for facts in ({}, given):  # what a fact gives is looked at only where nothing else does
            found = found or resolve(promise.within, MONDAY, facts=facts, calendar=calendar, rules=book, in_force={})
        assert found is not None
        due = found.due_at
    alarms = [
        f"{rung.offset} {' '.join(names_of(world, rung.tell, case))} {rung.does}".strip() for rung in promise.rungs
    ]
    parts = {
        "due": f"{due.astimezone(ZONE):%m-%d %H:%M}", "owes": names_of(world, promise.owed_by, case)[:1],
        "starts": promise.starts, "during": promise.during, "kept by": promise.kept_by, "pauses": promise.pauses,
        "when": promise.when, "alarms": ", ".join(alarms), "clause": promise.clause,
    }  # fmt: skip
    return "; ".join(f"{name} {said(value)}" for name, value in parts.items() if value)


def said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={'worked out' if callable(one) else one}" for key, one in value.items())
    if isinstance(value, str):
        return value
    return " ".join(map(str, value)) or "–"


def table(world: World, key: str) -> dict[str, str]:
    kind = kinds[key]
    case = ready(world, kind)
    held = {name: rights(world.actor(name), case) for name in world.accounts}
    steps = {name: row(world, step, case, held) for name, step in kind.steps.items()}
    promises = {f"promise {name}": promised(world, one, case) for name, one in kind.commitments.items()}
    return {**steps, **promises}


def agreed() -> dict[str, dict[str, str]]:
    return json.loads(AGREED.read_text(encoding="utf-8")) if AGREED.exists() else {}


def compare(key: str, found: dict[str, str]) -> None:
    if os.environ.get("AGREE") == "1":
        everything = {
            name: rows for name, rows in {**agreed(), key: found}.items() if name in (*KINDS, "policies", "registers")
        }
        text = json.dumps(dict(sorted(everything.items())), indent=1, ensure_ascii=False)
        AGREED.write_text(text + "\n", encoding="utf-8")
    assert found == agreed().get(key)


@pytest.mark.parametrize("key", KINDS)
def test_who_may_what_is_as_agreed(world, key):
    compare(key, table(world, key))


def test_policies_that_are_no_limits_are_as_agreed(world):
    """Values that steps read; those inside a promise show in its due time."""
    limits = {ref.key for kind in kinds.values() for one in kind.commitments.values() for ref in refs(one.within)}
    book, found = rulebook(world.org.pk, None), {}
    for key, ref in sorted(policies.items()):
        if key not in limits and not key.startswith("job."):
            value, _version = book.policy(key, ref.default, MONDAY)
            found[key] = said(value if isinstance(value, (dict, str)) else json.dumps(value, ensure_ascii=False))
            found[key] += f"; clause {ref.clause}" if ref.clause else ""
    compare("policies", found)


def test_cards_are_seen_and_edited_as_agreed(world):
    """Who sees and edits each register, and which of its values are protected."""
    found = {}
    for name, card in sorted(registers.items()):
        actors = {who: world.actor(who) for who in world.accounts}
        parts = {
            "sees": [who for who, actor in actors.items() if card.sees(actor)],
            "edits": [who for who, actor in actors.items() if card.edits(actor)],
            "protected": card.sensitive, "dated": card.dated, "within reach": card._within is not None, "clause": card.clause,
        }  # fmt: skip
        found[name] = "; ".join(
            f"{word} {said(value) if value is not True else 'only'}" for word, value in parts.items() if value
        )
    compare("registers", found)
