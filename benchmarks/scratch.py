"""A scratch database for a figure: SQLite in a folder of its own, or a PostgreSQL server of its own; gone afterwards."""

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
def address(vendor: str) -> Iterator[str]:
    """The address of an empty database, with SHOUWEN_DATA in a folder of its own; set in the environment too."""
    if vendor == "postgresql" and programs() is None:
        raise SystemExit(MISSING)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="shouwen-bench-"))
        url = stack.enter_context(running()) if vendor == "postgresql" else f"sqlite:///{folder}/bench.sqlite3"
        os.environ["SHOUWEN_DATA"], os.environ["DATABASE_URL"] = folder, url
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
