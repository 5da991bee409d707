"""Sessions as Django keeps them in the database; the question that every page asks is put together once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from shouwen.ground.prepared import Prepared

_OPEN = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), key=str, now=datetime
)  # fmt: skip


class SessionStore(db.SessionStore):
    """The same rows, cookies and expiry as Django's own store; it bears the same name, which is part of what it signs."""

    def _get_session_from_db(self) -> Any:
        found = _OPEN.objects(key=self.session_key, now=timezone.now())
        return found[0] if found else super()._get_session_from_db()
