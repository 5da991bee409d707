"""Which database a test run is about: SQLite, or with `--db=postgresql` a scratch PostgreSQL server of its own."""

from __future__ import annotations

import atexit
import os
import sys

import pytest

NEEDS_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "django_db_serialized_rollback"}


def start_if_asked() -> None:
    """Starts the server before Django reads its settings; the processes of a parallel run find it in DATABASE_URL."""
    asked = any(a == "--db=postgresql" for a in sys.argv)
    if not asked or os.environ.get("DATABASE_URL", "").startswith("postgresql"):
        return
    from scripts.with_postgres import MISSING, Server, programs

    if programs() is None:
        raise pytest.UsageError(MISSING)
    server = Server()
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = server.url


def choose(config: pytest.Config, items: list[pytest.Item], *, vendor: str) -> None:
    """Skips what tells about the other database; on PostgreSQL leaves out what needs no database or a browser.

    Those were run on SQLite, the suite's first run.
    """
    other = {"sqlite": "postgresql_only", "postgresql": "sqlite_only"}[vendor]
    for item in items:
        if other in item.keywords:
            item.add_marker(pytest.mark.skip(reason=f"tells about the other database, not {vendor}"))
    if vendor == "sqlite" or config.option.keyword or config.option.markexpr:
        return
    kept, left = [], []
    for item in items:
        wanted = item.get_closest_marker("django_db") or NEEDS_DATABASE & set(getattr(item, "fixturenames", ()))
        (kept if wanted and "browser" not in item.keywords else left).append(item)
    if kept and left:
        items[:] = kept
        config.hook.pytest_deselected(items=left)
