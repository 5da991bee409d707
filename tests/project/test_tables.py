"""An empty database gets the same tables at once that migrations would make one after the other."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.project.places import a_place

pytestmark = pytest.mark.django_db(transaction=True)
BY_MIGRATIONS = (
    "from shouwen.project.start import start; start();"
    "from django.core.management import call_command; call_command('migrate', verbosity=0, skip_checks=True)"
)
AT_ONCE = "from shouwen.project.start import start; start(); from shouwen.project import schema; schema.migrate()"
KILLED = (
    "import os; from shouwen.project.start import start; start(); from shouwen.project import tables;"
    "from django.db.migrations.recorder import MigrationRecorder as Recorder;"
    "Recorder.record_applied = lambda self, app, name: os._exit(137); tables.create()"
)
DESCRIBED = """
import json
from shouwen.project.start import start
start()
from django.db import connection
def columns(cursor, table):
    found = connection.introspection.get_table_description(cursor, table)
    return sorted([c.name, str(c.type_code), c.null_ok, c.default and str(c.default), c.collation] for c in found)
def constraints(cursor, table):
    found = connection.introspection.get_constraints(cursor, table)
    return sorted([plain(name or ""), *map(str, sorted(what.items()))] for name, what in found.items())
def plain(name):
    return name.rstrip("0123456789_") if name.startswith(("__unnamed", "fk_")) else name  # SQLite numbers what has no name
with connection.cursor() as cursor:
    tables = sorted(connection.introspection.table_names(cursor))
    found = {table: [columns(cursor, table), constraints(cursor, table)] for table in tables}
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    found["migrations"] = cursor.fetchall()
    triggers = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    cursor.execute(triggers[connection.vendor])
    found["triggers"] = cursor.fetchall()
print(json.dumps(found))
"""


def run(place, program: str) -> subprocess.CompletedProcess[str]:
    place.folder.mkdir(exist_ok=True)
    return subprocess.run([sys.executable, "-c", program], env=place.env, capture_output=True, text=True)


def test_they_are_those_that_migrations_make(tmp_path):
    with a_place(tmp_path / "slow") as slow, a_place(tmp_path / "quick") as quick:
        assert run(slow, BY_MIGRATIONS).returncode == 0
        assert run(quick, AT_ONCE).returncode == 0
        by_migrations, at_once = (json.loads(run(place, DESCRIBED).stdout) for place in (slow, quick))

    assert len(at_once["migrations"]) > 30 and at_once["triggers"]
    assert sorted(at_once) == sorted(by_migrations)
    for table in sorted(at_once):
        if not table.startswith("auth_"):  # whose links Django itself numbers otherwise in either way
            assert at_once[table] == by_migrations[table], table


def test_killed_in_the_middle_it_leaves_the_database_as_empty_as_before(tmp_path):
    with a_place(tmp_path / "killed") as place:
        assert run(place, KILLED).returncode == 137
        assert run(place, AT_ONCE).stderr == ""
        assert json.loads(run(place, DESCRIBED).stdout)["migrations"]
