"""A scratch database for a figure: SQLite in a folder of its own, or a PostgreSQL server of its own.

Both as durable as in service: what is acknowledged is on the disk. Gone afterwards unless a folder is named to keep it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
from scripts.with_postgres import MISSING, programs, running  # noqa: E402

DATABASES = ("sqlite", "postgresql")


@contextlib.contextmanager
def address(vendor: str, kept: Path | None = None) -> Iterator[str]:
    """The address of a database with SHOUWEN_DATA beside it, set in the environment too: an empty one, or the one kept."""
    if vendor == "postgresql" and programs() is None:
        raise SystemExit(MISSING)
    with contextlib.ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shouwen-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the database's own user passes through
        if vendor == "postgresql":
            url = stack.enter_context(running(folder / "postgresql"))
        else:
            url = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["SHOUWEN_DATA"], os.environ["DATABASE_URL"] = str(folder), url
        os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
        yield url


def start() -> None:
    """Loads the product on the scratch database and makes its tables."""
    from shouwen.project import schema
    from shouwen.project.start import start as load

    load()
    if schema.pending():
        schema.migrate()


def machine() -> str:
    """What the figures were taken on."""
    import platform

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{cores} cores ({model}), Python {platform.python_version()}, load before the run {load:.1f}"


def versions() -> str:
    import sqlite3

    import django

    import shouwen

    return f"Shouwen {shouwen.__version__}, Django {django.__version__}, SQLite {sqlite3.sqlite_version}"
