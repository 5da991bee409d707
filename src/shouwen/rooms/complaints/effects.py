"""What a step of a complaint changes beside its columns, in the same transaction."""

from __future__ import annotations

from typing import Any

from shouwen.kernel import credentials
from shouwen.kernel.models import Case, Entry


def give_a_code(case: Case, data: dict[str, Any], entry: Entry) -> None:
    """Whoever gave no name gets a code to follow the complaint; it is shown once, to whoever took it down."""
    if case.fact("anonymous"):
        entry.once = {"code": credentials.issue(case, purpose=credentials.FOLLOW, at=entry.recorded_at)}
