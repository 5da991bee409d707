"""The test database from a template: a database made once is copied by every run until the schema changes.

The template lies in `.make/`; its name holds a digest of everything that shapes the schema, so a change makes a new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import pickle
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import setup_databases

from shouwen.ground import ids
from shouwen.project import schema, tables

if TYPE_CHECKING:
    from tests.world import World

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".make" / "templates"
SHAPING = (b"migrations.", b"models.", b"post_migrate", b"CREATE ")


def digest() -> str:
    """Of Django's version and every module that declares a table, a migration or what follows one."""
    total = hashlib.sha256(django.__version__.encode())
    for path in sorted([*(ROOT / "src" / "shouwen").rglob("*.py"), *(ROOT / "tests" / "sample").rglob("*.py")]):
        text = path.read_bytes()
        if any(word in text for word in SHAPING):
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + text)
    return total.hexdigest()[:16]


@contextmanager
def locked() -> Iterator[None]:
    """One process makes or copies a template, the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up() -> None:
    """Makes the test database of this process and connects to it."""
    template = FOLDER / f"{digest()}.{'sqlite3' if connection.vendor == 'sqlite' else 'sql'}"
    with locked():
        if template.exists():
            copy(template)
        else:
            setup_databases(verbosity=0, interactive=False)  # from the models: `MIGRATE` is off
            tables.record(schema.pending())
            keep(template)


def keep(template: Path) -> None:
    """Lays the database just made aside, whole or not at all, and throws away what older schemas left."""
    for old in FOLDER.glob(f"*{template.suffix}"):
        old.unlink()
    draft = template.with_suffix(".draft")
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(connection.settings_dict["NAME"], draft)
    else:
        draft.write_bytes(client("pg_dump", "--no-owner", "--no-privileges"))
    draft.rename(template)


def copy(template: Path) -> None:
    """The test database as the template has it."""
    creation = connection.creation
    name = creation._get_test_db_name()
    if connection.vendor == "sqlite":
        shutil.copyfile(template, name)
    else:
        creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
    connection.close()
    connection.settings_dict["NAME"] = name
    if connection.vendor != "sqlite":
        client("psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-1", "-f", str(template))


def client(program: str, *arguments: str) -> bytes:
    """Runs one of PostgreSQL's programs against the test database."""
    from scripts.with_postgres import programs

    folder, database = programs(), connection.settings_dict
    assert folder is not None
    where = ["-h", database["HOST"], "-U", database["USER"], "-d", database["NAME"]]
    where += ["-p", str(database["PORT"])] if database["PORT"] else []
    return subprocess.run([folder / program, *where, *arguments], check=True, stdout=subprocess.PIPE).stdout


_cast: dict[str, tuple[bytes, list[tuple[str, list[Any]]], int]] = {}


def cast(build: Callable[[], World]) -> World:
    """The cast of the tests: made by `build` once a process, then the same rows with the same ids, written table by table."""
    from tests.support import everything

    vendor = connection.vendor
    if vendor in _cast:
        pickled, statements, ids._count = _cast[vendor]
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in statements:
                cursor.executemany(statement, rows)
        world: World = pickle.loads(pickled)
        return world
    assert not any(everything().values()), "the cast is made in an empty database"
    world = build()
    statements = []
    for label, rows in everything().items():
        if rows:
            table = connection.ops.quote_name(apps.get_model(label)._meta.db_table)
            marks = ", ".join(["%s"] * len(rows[0]))
            statements.append((f"INSERT INTO {table} VALUES ({marks})", rows))
    _cast[vendor] = pickle.dumps(world), statements, ids._count
    return world
