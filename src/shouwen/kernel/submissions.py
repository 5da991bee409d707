"""What comes from outside under a key is done once: sent again it is answered from what was stored, with other words refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import File
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Entry, Submission
from shouwen.kernel.refusals import KeyReused


@dataclass(frozen=True)
class Wish:
    """A key with who sent it and all that was said under it; nobody else's key is ever the same."""

    actor: Actor
    key: str
    said: Any

    @property
    def source(self) -> str:
        actor = self.actor
        return f"{actor.source}:{actor.account_id or actor.staff_id or actor.case_id or actor.party_id or 'system'}"

    @property
    def body_hash(self) -> str:
        text = json.dumps(self.said, ensure_ascii=True, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def said_files(files: Mapping[str, Any]) -> dict[str, str]:
    """Uploads by what they hold: the same name with another content is another wish."""
    return {word: _content(file) for word, file in files.items()}


def _content(file: Any) -> str:
    if isinstance(file, File):
        return file.sha256
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def stored(wish: Wish) -> Entry | None:
    """The entry this wish made before. Raises `KeyReused` where the key came with other words."""
    if not wish.key:
        return None
    rows = _STORED.objects(org_id=wish.actor.org_id, source=wish.source, key=wish.key)
    if not rows:
        return None
    found: Submission = rows[0]
    if found.body_hash != wish.body_hash:
        raise KeyReused(_("This key was used before with other words; take a new one."))
    return found.entry


_STORED = Prepared(
    lambda org_id, source, key: Submission.objects.filter(org_id=org_id, source=source, key=key).select_related("entry"),
    org_id=int, source=str, key=str,
)  # fmt: skip


def remember(wish: Wish, entry: Entry | None, *, at: datetime) -> None:
    """Keeps the answer beside the key, in the transaction of the act itself."""
    if wish.key and entry is not None:
        Submission(
            org_id=wish.actor.org_id, source=wish.source, key=wish.key, body_hash=wish.body_hash, entry=entry,
            received_at=at,
        ).save(force_insert=True)  # fmt: skip
