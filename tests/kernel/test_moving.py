"""Written on SQLite, moved to PostgreSQL row by row: the chain, the seals and the clocks prove there what they proved here."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import serializers

from scripts import with_postgres
from shouwen.kernel import seals
from shouwen.kernel.models import Entry
from shouwen.kernel.registers import register
from tests.support import a_case, act, everything, travel
from tests.world import MONDAY

ROOT = Path(__file__).parents[2]
LOAD = """
import django, sys
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
from shouwen.kernel import audit, triggers
from shouwen.kernel.models import Entry
triggers.remove()
with connection.constraint_checks_disabled():
    call_command("loaddata", sys.argv[1], verbosity=0)
triggers.install()
assert connection.vendor == "postgresql"
print(Entry.objects.count(), [str(d) for d in (*audit.audit_journal(), *audit.audit_clocks())])
"""


@pytest.mark.sqlite_only
@pytest.mark.django_db
def test_the_chain_written_here_verifies_there(world, tmp_path):
    if with_postgres.programs() is None:
        pytest.skip(with_postgres.MISSING)
    for state in ("done", "parked", "withdrawn"):
        case = a_case(
            world, "job", state, customer=str(world.parties["fang"].pk), words="“引号”、\u00e9与e\u0301、🐦‍⬛"
        )
    register("party").edit(world.parties["fang"], {"name": "方\u3000小满"}, actor=world.actor("desk"), at=MONDAY)
    travel(MONDAY + timedelta(days=3))
    seals.seal_day(world.org.pk, at=MONDAY + timedelta(days=3))
    act(world, "note", case, at=MONDAY + timedelta(days=4)) if case.closed_at is None else None
    dump = tmp_path / "rows.json"
    rows = [model for label in everything() for model in _rows(label)]
    dump.write_text(serializers.serialize("json", rows))

    with with_postgres.running() as url:
        done = subprocess.run(
            [sys.executable, "-c", LOAD, str(dump)], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "DATABASE_URL": url, "SHOUWEN_DATA": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
                 "DJANGO_SETTINGS_MODULE": "tests.settings"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == f"{Entry.objects.count()} []"


def _rows(label: str):
    from django.apps import apps

    return apps.get_model(label)._default_manager.order_by("pk")
