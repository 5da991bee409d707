"""What an earlier step of the same cycle said already stands in the next one's questions: said once, not typed twice."""

from __future__ import annotations

from typing import Any

from shouwen.kernel.asks import in_cycle
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Case


def carried(case: Case, step: Step) -> dict[str, Any]:
    """The answers of this cycle to words that the step asks again (cause, measure, result); none where a new cycle begins."""
    if step.new_cycle:
        return {}
    said = _of_cycle(case)
    return {word: said[word] for word in step.words if said.get(word) not in (None, "")}


def _of_cycle(case: Case) -> dict[str, Any]:
    """What this cycle knows so far, read once for all steps of a page."""
    kept: dict[str, Any] | None = case.__dict__.get("_said_in_cycle")
    if kept is None:
        spec = case.spec
        words = sorted({word for step in spec.steps.values() for word in step.words if in_cycle(spec, word)})
        kept = {}
        if words and spec.cycle_sheet is not None:
            kept = dict(spec.cycle_sheet.objects.filter(case=case, cycle=case.cycle).values(*words).first() or {})
        case.__dict__["_said_in_cycle"] = kept
    return kept
