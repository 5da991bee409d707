"""What `shouwen doctor` looks at. Each look gives findings: fine, a note, a warning, or broken, with the way out."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

import shouwen
from shouwen.project import schema
from shouwen.project.tongue import _

LEAST_FREE = 500 * 1024 * 1024  # bytes; less than this and a busy day of photos may not fit
SILENT = timedelta(seconds=30)
OVERDUE = timedelta(minutes=5)


class Finding(NamedTuple):
    """One sentence about one part; `remedy` is what to do."""

    level: str
    what: str
    said: str
    remedy: str = ""


def program() -> Iterator[Finding]:
    said = (
        f"Shouwen {shouwen.__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    yield Finding("fine", _("Program"), said)


def database() -> Iterator[Finding]:
    what = _("Database")
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding("broken", what, str(error).strip(), _("See DATABASE_URL in docs/settings.md."))
        return
    version = connection.Database.sqlite_version if connection.vendor == "sqlite" else str(connection.pg_version)  # type: ignore[attr-defined]
    yield Finding("fine", what, f"{connection.vendor} {version}")
    waiting = schema.pending()
    if waiting:
        said = _("%(count)d migrations are waiting.") % {"count": len(waiting)}
        yield Finding("broken", _("Tables"), said, _("`shouwen serve` brings them up to date before it serves."))
    else:
        yield Finding("fine", _("Tables"), _("of this version"))


def data_folder() -> Iterator[Finding]:
    folder, what = settings.DATA, _("Data folder")
    free = shutil.disk_usage(folder).free if folder.exists() else 0
    if not os.access(folder, os.W_OK):
        yield Finding("broken", what, _("%(folder)s cannot be written to.") % {"folder": folder})
    elif free < LEAST_FREE:
        said = _("only %(free)d MB free in %(folder)s") % {"free": free // 1024**2, "folder": folder}
        yield Finding("warning", what, said, _("Make room: a full disk stops every step."))
    else:
        yield Finding("fine", what, f"{folder}, {free // 1024**3} GB")
    loose = [key.name for key in (folder / "keys").glob("*") if key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if loose:
        said = _("others may read: %(names)s") % {"names": ", ".join(loose)}
        yield Finding("warning", _("Keys"), said, f"chmod 600 {folder}/keys/*")
    else:
        yield Finding("fine", _("Keys"), _("readable by their owner alone"))


def worker() -> Iterator[Finding]:
    from shouwen.kernel.models import Beat, Clock, Outbox

    what, now = _("Worker"), timezone.now()
    beat = Beat.objects.filter(stopped_at__isnull=True).order_by("-beat_at").first()
    if beat is None or now - beat.beat_at > SILENT:
        yield Finding(
            "warning", what, _("none is running: no alarm fires, no message leaves"), "shouwen serve / shouwen worker"
        )
    else:
        yield Finding("fine", what, f"{beat.host} ({beat.pid})")
    late = Clock.objects.filter(alarm_at__lt=now - OVERDUE).count()
    if late:
        yield Finding("warning", _("Alarms"), _("%(count)d should have fired over five minutes ago") % {"count": late})
    dead = Outbox.objects.filter(dead_at__isnull=False).count()
    if dead:
        yield Finding(
            "warning", _("Messages"), _("%(count)d could not be delivered and were given up") % {"count": dead}
        )


def screens() -> Iterator[Finding]:
    from django.contrib.staticfiles import finders

    manifest = finders.find("vendor/manifest.json")
    if isinstance(manifest, str):
        names = [f"{f['name']} {f['version']}".strip() for f in json.loads(Path(manifest).read_text("utf-8"))]
        yield Finding("fine", _("Screens"), ", ".join(dict.fromkeys(names)))
    else:
        yield Finding("broken", _("Screens"), _("style sheets and scripts are not built"), "make assets")


def printing() -> Iterator[Finding]:
    what = _("PDF")
    try:
        for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
            ctypes.CDLL(name)
    except OSError:
        yield Finding(
            "warning",
            what,
            _("Pango is missing: no form can be printed"),
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0",
        )
        return
    fonts = (
        shutil.which("fc-list")
        and subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True).stdout
    )
    if fonts:
        yield Finding("fine", what, fonts.splitlines()[0].split(",")[0])
    else:
        yield Finding(
            "warning", what, _("no Chinese font: forms show boxes"), "apt-get install fontconfig fonts-noto-cjk"
        )


def mail() -> Iterator[Finding]:
    if settings.EMAIL_HOST:
        yield Finding("fine", _("E-mail"), f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
    else:
        yield Finding("note", _("E-mail"), _("no server is set: notices stay inside the product"), "SHOUWEN_SMTP_HOST")


def accounts() -> Iterator[Finding]:
    from shouwen.ground.models import Account, Organization

    what = _("Accounts")
    if not Organization.objects.exists():
        yield Finding("note", what, _("nothing was entered yet"), "shouwen demo / shouwen user create")
        return
    demo = list(Account.objects.filter(is_demo=True, is_active=True).values_list("username", flat=True))
    own = Organization.objects.filter(is_demo=False).exists()
    if demo:
        said = _("demo accounts with known passwords are on: %(names)s") % {"names": ", ".join(demo[:8])}
        level = "broken" if own or exposed() else "warning"
        yield Finding(level, what, said, _("shouwen user disable --demo turns them all off."))
    else:
        yield Finding("fine", what, _("no demo account is on"))


def exposed() -> bool:
    """Whether others than this machine are meant to reach the product."""
    return not any(settings.SITE_URL.startswith(f"http://{here}") for here in ("127.0.0.1", "localhost", "[::1]"))


def address() -> Iterator[Finding]:
    if exposed() and not settings.HTTPS:
        said = _("%(url)s is not encrypted: passwords and phone numbers travel in the open") % {
            "url": settings.SITE_URL
        }
        yield Finding(
            "warning",
            _("Address"),
            said,
            _("Put a server with a certificate before it and set SHOUWEN_URL to https://…"),
        )
    else:
        yield Finding("fine", _("Address"), settings.SITE_URL)


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (program, database, data_folder, screens, printing, mail, address)
IN_TABLES: tuple[Callable[[], Iterator[Finding]], ...] = (worker, accounts)


def examine() -> list[Finding]:
    """All findings; the tables are looked into only when they are there."""
    found = [finding for look in LOOKS for finding in look()]
    if not any(f.level == "broken" and f.what in (_("Database"), _("Tables")) for f in found):
        found += [finding for look in IN_TABLES for finding in look()]
    return found
