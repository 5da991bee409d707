"""Switching rules off: every rule that the handbook names can be, and comes back when the fork is gone."""

from __future__ import annotations

import os

import pytest

from scripts import mutants
from shouwen.kernel import handbook
from shouwen.kernel.goals import policies
from shouwen.kernel.registry import kinds

NAMES = sorted({name for clause in handbook.clauses() for name in clause.enforced_by})


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_that_a_clause_names_can_be_switched_off(name):
    ways = list(mutants.ways(name, fine=False))
    assert len(ways) == 1 and len(list(mutants.ways(name, fine=True))) >= 1


def off(name: str, look) -> bool:
    """Whether `look` says yes in a fork in which the rule is off; this process keeps it."""
    ((_how, act),) = mutants.ways(name, fine=False)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            act()
            code = 0 if look() else 1
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def test_a_rule_is_off_in_the_fork_and_on_here():
    job = kinds["complaint"]
    base = f"{job.__module__}.{job.__qualname__}"
    open_, minor = job.steps["open"], job.commitments["minor"]
    assert off(f"{base}.open", lambda: not open_.asks and not open_.tells) and open_.asks and open_.tells
    assert off(f"{base}.minor", lambda: "minor" not in job.commitments) and job.commitments["minor"] is minor
    assert off("complaint.minor", lambda: policies["complaint.minor"].default == "297d")
    assert policies["complaint.minor"].default == "24h"
    assert off("shouwen.kernel.common._too_few_attempts", lambda: not job.steps["give_up"].guards)
    assert job.steps["give_up"].guards


def test_a_function_is_replaced_wherever_it_is_known():
    from shouwen.ground import search

    assert off("shouwen.ground.search.find", lambda: search.find("x", org_id=1) is None)
    assert off(
        "shouwen.kernel.registers.Register.look",
        lambda: mutants.sys.modules["shouwen.kernel.registers"].Register.look(1) is None,
    )


@pytest.mark.parametrize(
    ("value", "other"), [(True, False), (3, 307), ("24h", "297d"), ("cn", "cnx"), ([1], []), ({"a": 1}, {})]
)
def test_another_value_is_another_value(value, other):
    assert mutants.another(value) == other


def test_an_empty_table_becomes_one_that_says_something():
    assert mutants.another({}).get("repair") == "otherwise"
