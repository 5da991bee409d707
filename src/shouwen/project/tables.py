"""The tables of an empty database, made from the models as they are: the way over every migration takes ten times as long.

What migrations would have made is the same (a test compares them); all of them are written down as done. A process of its
own runs it: `python -m shouwen.project.tables`.
"""

from __future__ import annotations

from shouwen.project.start import start


def create() -> None:
    """Makes every table, index and trigger in one transaction: killed in the middle, the database is as empty as before."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from shouwen.project.schema import pending

    done = pending()
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    connection.disable_constraint_checking()  # SQLite makes tables only with this off before a transaction begins
    try:
        with transaction.atomic():
            call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True, interactive=False)
            record(done)
    finally:
        connection.enable_constraint_checking()


def record(names: list[str]) -> None:
    """Writes migrations down as done, each as `app.name`."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for name in names:
        recorder.record_applied(*name.split(".", 1))


if __name__ == "__main__":
    start()
    create()
