"""Where somebody is signed in: each session with its device and beginning, to be ended from anywhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from shouwen.ground.models import Account

MOST = 3000  # live sessions that are looked through, the newest first
DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("Windows", "Windows"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True)
class SignedIn:
    """One session: `mark` names it on a form without being a key to it."""

    mark: str
    device: str
    since: datetime | None
    here: bool


def begin(request: HttpRequest) -> None:
    """Notes with a new session on which device and when it began."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for sign, name in names if sign in agent), "") for names in (BROWSERS, DEVICES)]
    request.session["device"] = " · ".join(part for part in found if part)
    request.session["since"] = request.at.isoformat()


def mark_of(key: str) -> str:
    return hashlib.sha256(f"session {key}".encode()).hexdigest()[:20]


def _live(user: Account, at: datetime) -> list[tuple[Session, dict[str, str]]]:
    """The sessions in which this account is signed in with its present password."""
    found = []
    for row in Session.objects.filter(expire_date__gt=at).order_by("-expire_date")[:MOST]:
        data = row.get_decoded()
        if data.get(SESSION_KEY) != str(user.pk) or BACKEND_SESSION_KEY not in data:
            continue
        if constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            found.append((row, data))
    return found


def mine(request: HttpRequest) -> list[SignedIn]:
    """Where the account is signed in now, this session first."""
    found = [
        SignedIn(
            mark_of(row.session_key), data.get("device", ""),
            datetime.fromisoformat(data["since"]) if "since" in data else None,
            row.session_key == request.session.session_key,
        )
        for row, data in _live(request.user, request.at)
    ]  # fmt: skip
    return sorted(found, key=lambda one: not one.here)


def end(request: HttpRequest, mark: str) -> int:
    """Ends one session of the account by its mark, or with `others` all but this one; returns how many."""
    ended = 0
    for row, _data in _live(request.user, request.at):
        here = row.session_key == request.session.session_key
        if not here and mark in ("others", mark_of(row.session_key)):
            row.delete()
            ended += 1
    return ended
