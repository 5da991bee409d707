"""Backup and restore: one tar file with the database as of one moment, the stored files, the keys and the list of erasures.

The database is copied first and files afterwards: a file is written before the row that names it and never changes, so
the copy is whole though people go on working.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import shouwen
from shouwen.project.tongue import _

MANIFEST, SQLITE, POSTGRESQL = "manifest.json", "shouwen.sqlite3", "database.dump"
FORMAT = 1
Progress = Callable[[str, int], None]


class ArchiveError(Exception):
    """What stands in the way, as a sentence for whoever runs the command."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    version: str
    database: str
    made_at: str
    cases: int
    files: int
    format: int = FORMAT


def program(name: str) -> str:
    """A program of PostgreSQL: the newest of Debian's folders, else the one on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = next((str(folder / name) for folder in folders if (folder / name).exists()), shutil.which(name))
    if found is None:
        raise ArchiveError(
            _("%(program)s is not installed here: apt-get install postgresql-client") % {"program": name}
        )
    return found


def address() -> tuple[list[str], dict[str, str]]:
    """The database as arguments and environment of PostgreSQL's programs; the password is in no argument."""
    from django.db import connection

    kept = connection.settings_dict
    pairs = (("--host", kept["HOST"]), ("--port", kept["PORT"]), ("--username", kept["USER"]))
    arguments = [text for flag, value in pairs if value for text in (flag, str(value))]
    password = {"PGPASSWORD": str(kept["PASSWORD"])} if kept["PASSWORD"] else {}
    return [*arguments, "--dbname", str(kept["NAME"])], {**os.environ, **password}


def backup(target: Path, *, at: datetime, progress: Progress) -> Manifest:
    """Writes the backup beside its place and then puts it there whole, readable by its owner alone."""
    from django.conf import settings
    from django.db import connection

    from shouwen.kernel.models import Case

    if target.exists():
        raise ArchiveError(_("%(file)s is there already; name another file.") % {"file": target})
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as room:
        copy = Path(room) / (SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        progress(_("database"), 0)
        (_copy_sqlite if connection.vendor == "sqlite" else _copy_postgresql)(copy)
        found = sorted(path for path in Path(settings.FILES).glob("*/*") if path.is_file())
        said = Manifest(shouwen.__version__, connection.vendor, at.isoformat(), Case.objects.count(), len(found))
        packed = Path(room) / "backup.tar"
        with os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                _write(tar, said, copy, found, progress)
            out.flush()
            os.fsync(out.fileno())
        os.replace(packed, target)
    return said


def _write(tar: tarfile.TarFile, said: Manifest, copy: Path, found: list[Path], progress: Progress) -> None:
    from django.conf import settings

    head = json.dumps(said.__dict__, ensure_ascii=False, indent=1).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size = len(head)
    tar.addfile(info, io.BytesIO(head))
    tar.add(copy, copy.name, recursive=False)
    for number, path in enumerate(found, start=1):
        tar.add(path, f"files/{path.parent.name}/{path.name}", recursive=False)
        if number % 100 == 0:
            progress(_("files"), number)
    for key in sorted((settings.DATA / "keys").glob("*")):
        tar.add(key, f"keys/{key.name}", recursive=False)
    erased = settings.DATA / "erased.jsonl"
    if erased.exists():
        tar.add(erased, erased.name, recursive=False)


def _copy_sqlite(copy: Path) -> None:
    """SQLite's own online copy, in one step: one moment's state, whoever writes meanwhile."""
    import sqlite3

    from django.db import connection

    connection.ensure_connection()
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with sqlite3.connect(copy) as into:
        connection.connection.backup(into)
        into.execute("PRAGMA journal_mode=DELETE")
    into.close()


def _copy_postgresql(copy: Path) -> None:
    arguments, env = address()
    command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--file", str(copy), *arguments]
    _run(command, env)


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise ArchiveError(f"{Path(command[0]).name}: {done.stderr.strip()[-600:]}")


def members(source: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """The plain files of a backup under the names a backup has; anything else is refused."""
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                parts = PurePosixPath(member.name).parts
                known = len(parts) == 1 or (parts[0] in ("files", "keys") and ".." not in parts)
                if not member.isreg() or not known or member.name.startswith("/"):
                    raise ArchiveError(_("%(file)s is no backup of this program.") % {"file": source})
                yield tar, member
    except (tarfile.TarError, OSError) as error:
        raise ArchiveError(f"{source}: {error}") from None


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself; it stands first in the file."""
    for tar, member in members(source):
        held = tar.extractfile(member)
        if member.name != MANIFEST or held is None:
            break
        said: dict[str, Any] = json.loads(held.read())
        if said.get("format") == FORMAT:
            return Manifest(**said)
        break
    raise ArchiveError(_("%(file)s is no backup of this program.") % {"file": source})


def unpack(source: Path, folder: Path, *, progress: Progress) -> Path:
    """Puts files, keys and the list of erasures into an empty data folder; returns where the database's copy lies."""
    kept = [path.name for path in folder.glob("*")] if folder.exists() else []
    if kept:
        said = {"folder": folder, "names": ", ".join(sorted(kept)[:5])}
        raise ArchiveError(_("%(folder)s is not empty (%(names)s): restore into a new folder.") % said)
    folder.mkdir(parents=True, exist_ok=True)
    database, number = folder, 0
    for tar, member in members(source):
        if member.name == MANIFEST:
            continue
        target = folder / member.name
        target.parent.mkdir(mode=0o700 if member.name.startswith("keys/") else 0o755, parents=True, exist_ok=True)
        held = tar.extractfile(member)
        assert held is not None
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            shutil.copyfileobj(held, out, 1 << 20)
        number += 1
        progress(_("files"), number)
        if member.name in (SQLITE, POSTGRESQL):
            database = target
    return database


def load_postgresql(copy: Path) -> None:
    """Fills the empty database that DATABASE_URL names from a copy, whole or not at all."""
    arguments, env = address()
    command = [program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run([*command, *arguments, str(copy)], env)
    copy.unlink()
