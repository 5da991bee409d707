"""Which steps a case has taken: read once for as long as nothing is added to its journal."""

from __future__ import annotations

from collections.abc import Iterable

from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Case, Entry

Taken = Iterable[tuple[str, int]]  # step and cycle


def steps_taken(case: Case, *, cycle: int | None = None) -> set[str]:
    """The names of the steps, of all cycles or of one."""
    head, taken = case.__dict__.get("_steps", (None, ()))
    if head != case.head_seq:
        taken = remember(case, ((step, turn) for step, turn in _STEPS.rows(case_id=case.pk)))
    return {step for step, turn in taken if cycle in (None, turn)}


def remember(case: Case, taken: Taken) -> Taken:
    """What the whole journal of a case says, where it was read for something else."""
    kept = tuple(taken)
    case.__dict__["_steps"] = (case.head_seq, kept)
    return kept


_STEPS = Prepared(
    lambda case_id: (
        Entry.objects.filter(stream_type="case", stream_id=case_id).order_by("seq").values_list("step", "cycle")
    ),
    case_id=int,
)
