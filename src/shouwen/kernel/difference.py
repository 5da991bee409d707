"""What an audit reports, and how it says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Progress = Callable[[str, int], None]  # what is walked through, and how many of it are done


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be: where, and what."""

    where: str
    what: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def silent(_what: str, _done: int) -> None:
    """Progress that nobody looks at."""
