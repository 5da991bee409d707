"""Every clause is in our own words, enforced by something that exists, guarded by tests that exist, and has its figure."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from shouwen.kernel import figures, handbook
from shouwen.kernel.goals import policies
from shouwen.kernel.registry import kinds
from tests.support import a_case
from tests.world import MONDAY

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("clause", handbook.clauses(), ids=lambda clause: clause.id)
def test_each_name_resolves_and_each_test_exists(clause):
    assert clause.enforced_by, f"nothing enforces {clause.id}"
    assert [name for name in clause.enforced_by if not handbook.resolves(name)] == []
    assert clause.tests, f"no test is named beside {clause.id}"
    for node in clause.tests:
        path, name = node.split("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}, node


def test_each_clause_that_the_product_names_is_in_the_handbook():
    known = {clause.id for clause in handbook.clauses()}

    assert set(handbook.enforced()) <= known


def test_each_clause_that_a_test_guards_is_in_the_handbook():
    assert set(handbook.guarded()) <= {clause.id for clause in handbook.clauses()}


def test_both_languages_say_it_and_a_decision_too():
    for clause in handbook.clauses():
        assert clause.zh and clause.en and any("\u4e00" <= ch <= "\u9fff" for ch in clause.zh)
        assert bool(clause.decision_zh) == bool(clause.decision_en)


def test_manual_and_package_data_are_current():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/handbook.py"), "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, f"run scripts/handbook.py\n{done.stdout}{done.stderr}"


def test_a_name_that_is_nothing_does_not_resolve():
    assert not handbook.resolves("shouwen.rooms.complaints.kinds.Complaint.no_such_step")
    assert not handbook.resolves("no.such.module")
    assert not handbook.resolves("nothing")
    assert handbook.resolves(next(iter(policies)))


def test_clauses_stand_in_the_order_of_their_document():
    ids = [clause.id for clause in handbook.clauses()]

    assert ids == sorted(ids, key=handbook.natural)
    assert ids.index("S6-2.09") < ids.index("S6-12.02")


@pytest.mark.django_db
@pytest.mark.clause("S6-1.03")
def test_figure_is_counted_from_the_clocks_that_ran(world):
    assert "complaint" in kinds
    a_case(world, "complaint", "told", at=MONDAY)
    while figures.fold_deltas(at=MONDAY):
        pass

    found = {row["id"]: row for row in handbook.as_json(world.org.pk)}
    assert found["S6-12.07"]["figure"] == {"kept": 1}
    assert found["S6-2.08"]["figure"] is None
    assert set(found["S6-12.07"]) == {"id", "document", "enforced_by", "tests", "figure"}
