"""Static files carry a stamp of their content in the address, so that a browser may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


def _stamp(name: str) -> str:
    """Ten characters of the content's sha256; nothing for a file that is not there."""
    collected = Path(settings.STATIC_ROOT or "") / name
    path = collected if settings.STATIC_ROOT and collected.exists() else finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10] if isinstance(path, str | Path) else ""


_kept_stamp = lru_cache(maxsize=256)(_stamp)


class Stamped(StaticFilesStorage):
    """`/static/desk/desk.css?v=1f0c9a…`; while developing the stamp is made anew each time."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        stamp = (_stamp if settings.DEBUG else _kept_stamp)(name or "")
        return f"{address}?v={stamp}" if stamp else address
