"""Runs a command beside a scratch PostgreSQL server: `with_postgres.py COMMAND…` with DATABASE_URL set for it.

The server lives in a temporary folder, listens on a socket there alone, and is thrown away afterwards. As root it runs
under the system's `postgres` user. Without the server's programs it says so and returns 77.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

NOT_RUN = 77


def programs() -> Path | None:
    """The folder with initdb and pg_ctl: on the path, else Debian's newest."""
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]), reverse=True):
        if (Path(folder) / "initdb").exists():
            return Path(folder)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def account() -> dict[str, object]:
    """PostgreSQL refuses to run as root; then it runs as the user its package made."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def main() -> int:
    folder = programs()
    if folder is None:
        print("PostgreSQL is not installed here: nothing was run on it (Debian: apt-get install postgresql).", file=sys.stderr)
        return NOT_RUN
    home = Path(tempfile.mkdtemp(prefix="shouwen-pg-"))
    run_as = account()
    if run_as:
        os.chown(home, run_as["user"], run_as["group"])  # type: ignore[arg-type]
    options = {"cwd": home, "check": True, "stdout": subprocess.DEVNULL, **run_as}
    data = home / "data"
    setup = [folder / "initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", data]
    subprocess.run(setup, **options)  # type: ignore[call-overload]
    flags = f"-c listen_addresses='' -k {home} -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    subprocess.run([folder / "pg_ctl", "-w", "-D", data, "-l", home / "log", "-o", flags, "start"], **options)  # type: ignore[call-overload]
    try:
        url = f"postgresql://postgres@/postgres?host={quote(str(home))}"
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}).returncode
    finally:
        subprocess.run([folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **options)  # type: ignore[call-overload]
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
