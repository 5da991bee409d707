"""Places where the product runs for real: a data folder and a database of its own, and processes that are always ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from shouwen.ground.ids import new_id

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds after which something that should have happened counts as not happening


def url_of(name: str) -> str:
    """DATABASE_URL of a database beside the one the test run uses."""
    kept = connection.settings_dict
    return f"postgresql://{kept['USER']}@/{name}?host={quote(kept['HOST'])}"


def database_of_the_run() -> str:
    """DATABASE_URL of the test run's own database, for a process that works on what a test has made."""
    name = connection.settings_dict["NAME"]
    return f"sqlite:///{name}" if connection.vendor == "sqlite" else url_of(str(name))


@dataclass
class Place:
    """One installation: its folder, its database, and a way to run commands in it."""

    folder: Path
    database: str = ""
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("SHOUWEN", "DATABASE_URL", "DJANGO", "PYTEST"))
        }
        self.env = {**clean, "SHOUWEN_DATA": str(self.folder), "SHOUWEN_LANG": "en", "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
        if self.database:
            self.env["DATABASE_URL"] = self.database

    def start(self, *arguments: str, log: Path | None = None) -> subprocess.Popen[str]:
        out = subprocess.PIPE if log is None else log.open("w")
        command = [sys.executable, "-m", "shouwen.project", *arguments]
        return subprocess.Popen(
            command, env=self.env, cwd=self.folder.parent, text=True, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "shouwen.project", *arguments]
        return subprocess.run(
            command, env=self.env, cwd=self.folder.parent, capture_output=True, text=True, input=answer, timeout=PATIENCE * 4
        )  # fmt: skip


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    """An empty place on the database the test run is about."""
    if connection.vendor == "sqlite":
        yield Place(folder)
        return
    name = f"place_{new_id()}"
    server = connection.settings_dict
    import psycopg

    with psycopg.connect(host=server["HOST"], user=server["USER"], dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield Place(folder, url_of(name))
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> tuple[int, str]:
    """Status and text of a page; redirects are followed."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def until(said: Path, words: str, process: subprocess.Popen[str]) -> str:
    """Waits until a process has written some words, and returns everything it wrote."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        text = said.read_text(encoding="utf-8")
        if words in text:
            return text
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"“{words}” was not said, only: {said.read_text(encoding='utf-8')}")


def end(process: subprocess.Popen[str]) -> None:
    """Ends a process and everything it started, whatever happened before."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    if process.stdout is not None:
        process.stdout.close()
