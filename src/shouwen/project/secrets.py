"""Keys of this installation: made on first start, kept in the data folder, readable by its owner alone."""

from __future__ import annotations

import base64
import os
import secrets as random
from pathlib import Path


def secret(data: Path, name: str) -> str:
    """The key of a name, made when it is first asked for (32 bytes, base64; a Fernet key too)."""
    path = data / "keys" / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = base64.urlsafe_b64encode(random.token_bytes(32)).decode()
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key + "\n")
        return key
