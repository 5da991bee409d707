"""Whether the tables are those of this version, found without loading the migrations themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def pending() -> list[str]:
    """Migrations of this version that the database has not seen, as `app.name`. Asks one query; needs Django started."""
    from django.apps import apps

    known, found = seen(), []
    for config in apps.get_app_configs():
        folder = Path(config.path) / "migrations"
        names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
        found += [f"{config.label}.{name}" for name in names if (config.label, name) not in known]
    return found


def seen() -> set[tuple[str, str]]:
    """Migrations the database has had, as (app, name); none where there are no tables yet."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return set(cursor.fetchall())
    except DatabaseError:
        return set()


def bare() -> bool:
    """Whether the database has no table at all."""
    from django.db import connection

    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def migrate() -> None:
    """Brings the tables up to this version, in a process of its own so that this one stays small."""
    settings = ("--settings", "shouwen.project.settings")
    steps = ["django", "migrate", "--skip-checks", "--verbosity", "0", *settings]
    subprocess.run([sys.executable, "-m", *(["shouwen.project.tables"] if bare() else steps)], check=True)


def empty() -> bool:
    """True while no organization exists: nothing was ever entered here."""
    from shouwen.ground.models import Organization

    return not Organization.objects.exists()
