"""Who may do what, what is asked and who is told, as agreed: `rights.json`, one line a step, with the clauses it carries.

A change of a declaration that gives somebody a right, drops a question or tells nobody any more shows here, and in the diff
of the agreed table. It is agreed anew by `AGREE=1 pytest tests/contract/test_rights.py` and a look at that diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from shouwen.ground.offices import Roster
from shouwen.kernel.asks import form_for
from shouwen.kernel.kinds import Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.registry import kinds
from shouwen.kernel.tells import targets
from tests.support import a_case, may, rights
from tests.world import MONDAY, World

AGREED = Path(__file__).with_name("rights.json")
KINDS = sorted(key for key, kind in kinds.items() if kind.__module__.startswith("shouwen."))


def ready(world: World, kind: type[Kind]) -> Case:
    """A case of a known customer, with a department and a member of staff on it, so that each sort of right shows."""
    case = a_case(world, kind.key, customer=world.parties["fang"])
    dept, staff, party = world.depts["engineering"], world.staff["fitter"], world.parties["fang"]
    Case.objects.filter(pk=case.pk).update(dept=dept, assignee=staff, party=party)
    return Case.objects.get(pk=case.pk)


def row(world: World, step: Step, case: Case, held: dict[str, set[str]]) -> str:
    """A step in one line: who may; what must be answered; who is told; what it sets and needs."""
    if step.opens:
        who = [name for name in world.accounts if may(world.actor(name), step, None)]
    else:
        who = [name for name, steps in held.items() if step.name in steps]
    form = form_for(step, actor=world.actor("director"), case=None if step.opens else case)
    asked = [name for name, field in form.fields.items() if field.required]
    names = {person.pk: name for name, person in (*world.staff.items(), *world.parties.items())}
    roster = Roster(case.org_id, site_id=case.site_id, at=MONDAY)
    told = [names.get(t.staff_id or t.party_id, "?") for t in targets(step.tells, case, roster)]
    parts: dict[str, Any] = {"may": who, "asks": asked, "tells": told}
    more = {"sets": step.sets, "needs": step.needs, "when": step.when, "clause": step.clause}
    parts.update({name: value for name, value in more.items() if value})
    return "; ".join(f"{name} {said(value)}" for name, value in parts.items())


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
    return {name: row(world, step, case, held) for name, step in kind.steps.items()}


def agreed() -> dict[str, dict[str, str]]:
    return json.loads(AGREED.read_text(encoding="utf-8")) if AGREED.exists() else {}


@pytest.mark.parametrize("key", KINDS)
def test_who_may_what_is_as_agreed(world, key):
    found = table(world, key)
    if os.environ.get("AGREE") == "1":
        everything = {name: steps for name, steps in {**agreed(), key: found}.items() if name in KINDS}
        text = json.dumps(dict(sorted(everything.items())), indent=1, ensure_ascii=False)
        AGREED.write_text(text + "\n", encoding="utf-8")
    assert found == agreed().get(key)
