"""Rooms that an organization does not use: nothing new is opened in them; what is there goes on to its end."""

from __future__ import annotations

from datetime import datetime

from shouwen.kernel.goals import policy
from shouwen.kernel.kinds import Kind
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import rulebook

SHUT = policy("rooms.shut", [])


def room_of(kind: type[Kind]) -> str:
    """The folder under `rooms` in which a kind is declared; nothing for kinds from elsewhere."""
    floor, _dot, rest = kind.__module__.removeprefix("shouwen.").partition(".")
    return rest.split(".")[0] if floor == "rooms" else ""


def rooms() -> list[str]:
    """Every room in which cases are opened."""
    return sorted({room_of(kind) for kind in kinds.values()} - {""})


def shut(kind: type[Kind], org_id: int, *, at: datetime) -> bool:
    """Whether the organization had shut the room of a kind at a moment."""
    closed, _version = rulebook(org_id, None).policy(SHUT.key, SHUT.default, at)
    return bool(closed) and room_of(kind) in closed
