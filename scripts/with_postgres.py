"""A scratch PostgreSQL server in a temporary folder, listening on a socket there alone, thrown away afterwards.

usage: with_postgres.py COMMAND…   runs the command with DATABASE_URL set for it
As root the server runs under the system's `postgres` user. Without the server's programs it says so and returns 77.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

NOT_RUN = 77
MISSING = "PostgreSQL is not installed here: nothing was run on it (Debian: apt-get install postgresql)."
FLAGS = "-c listen_addresses='' -c max_connections=200"
HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # for data nobody needs after the run


def programs() -> Path | None:
    """The folder with initdb and pg_ctl: Debian's newest, else the one on the path."""
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    for folder in sorted(folders, key=lambda path: int(path.split("/")[4]), reverse=True):
        if (Path(folder) / "initdb").exists():
            return Path(folder)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as the user its package made."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Server:
    """One server with its own data; `url` is its DATABASE_URL.

    In a temporary folder, in haste and thrown away afterwards; or, with `home`, in that folder, durable and kept.
    """

    def __init__(self, home: Path | None = None) -> None:
        folder = programs()
        if folder is None:
            raise FileNotFoundError(MISSING)
        self.programs, self.kept = folder, home is not None
        self.home = home or Path(tempfile.mkdtemp(prefix="shouwen-pg-"))
        self.home.mkdir(parents=True, exist_ok=True)
        self.run_as = account()
        if self.run_as:
            os.chown(self.home, self.run_as["user"], self.run_as["group"])
        data = self.home / "data"
        if not data.exists():
            locale = ("-E", "UTF8", "--locale=C.UTF-8")
            self._do("initdb", "--no-sync", "-A", "trust", "-U", "postgres", *locale, "-D", data)
        flags = f"{FLAGS} -k {self.home}" if self.kept else f"{FLAGS} {HASTY} -k {self.home}"
        self._do("pg_ctl", "-w", "-D", data, "-l", self.home / "log", "-o", flags, "start")
        self.url = f"postgresql://postgres@/postgres?host={quote(str(self.home))}"

    def _do(self, program: str, *arguments: str | Path) -> None:
        command = [self.programs / program, *arguments]
        subprocess.run(command, cwd=self.home, check=True, stdout=subprocess.DEVNULL, **self.run_as)

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._do("pg_ctl", "-w", "-D", self.home / "data", "-m", "fast" if self.kept else "immediate", "stop")
        if not self.kept:
            shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def running(home: Path | None = None) -> Iterator[str]:
    """The address of a server that lives as long as the block; with `home` its data stay there."""
    server = Server(home)
    try:
        yield server.url
    finally:
        server.stop()


def main() -> int:
    if programs() is None:
        print(MISSING, file=sys.stderr)
        return NOT_RUN
    with running() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
