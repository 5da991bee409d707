"""Row identifiers: 63 bits made in Python, so that rows of many databases never collide (41 bit ms, 10 bit shard, 12 bit count)."""

from __future__ import annotations

import os
import secrets
import threading
import time

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_lock = threading.Lock()
_shard = secrets.randbits(10)
_last_ms = 0
_count = 0


def _new_shard() -> None:
    """A forked process draws its own shard, so that parent and child never make the same number."""
    global _shard
    _shard = secrets.randbits(10)


os.register_at_fork(after_in_child=_new_shard)


def new_id() -> int:
    """A number no other row has, roughly rising with time. It identifies; it is never shown and never tells a time."""
    global _last_ms, _count
    with _lock:
        now = time.time_ns() // 1_000_000 - EPOCH_MS
        if now > _last_ms:
            _last_ms, _count = now, secrets.randbits(8)
        else:
            _count += 1
            if _count > 0xFFF:
                _last_ms, _count = _last_ms + 1, 0
        return (_last_ms << 22) | (_shard << 12) | _count


def typed_id(text: str) -> int | None:
    """A row's number as it comes in an address or a form; None for what can be no such number."""
    text = text.strip()
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
    return found if 0 < found < 2**63 else None
