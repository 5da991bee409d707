"""Who takes part in a case beside its owner: put there and taken off by steps; and the one complained about."""

from __future__ import annotations

from datetime import datetime

from shouwen.ground.models import Staff
from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Case, CaseActor

AGAINST = "against"  # never owns, judges, follows up, is told or sees


def remember(cases: list[Case]) -> None:
    """Looks up for many cases at once who is complained about."""
    about: dict[int, set[int]] = {case.pk: set() for case in cases}
    rows = CaseActor.objects.filter(case_id__in=about, role=AGAINST, staff__isnull=False)
    for case_id, staff_id in rows.values_list("case_id", "staff_id"):
        about[case_id].add(staff_id or 0)
    for case in cases:
        case.__dict__["_against"] = about[case.pk]


def nobody_yet(case: Case) -> None:
    """A case that is just being opened: there is nothing to look up."""
    case.__dict__["_against"] = set()


def complained_about(case: Case) -> set[int]:
    """Ids of the staff a case is about; kinds that never ask for one are not looked up."""
    if not any(AGAINST in step.words for step in case.spec.steps.values()):
        return set()
    kept: set[int] | None = case.__dict__.get("_against")
    if kept is None:
        kept = {staff_id for (staff_id,) in _ABOUT.rows(case_id=case.pk)}
        case.__dict__["_against"] = kept
    return kept


_ABOUT = Prepared(
    lambda case_id: CaseActor.objects.filter(case_id=case_id, role=AGAINST, staff__isnull=False).values_list(
        "staff_id"
    ),
    case_id=int,
)


def name_against(case: Case, staff: Staff, *, at: datetime) -> None:
    """Somebody of the staff is complained about; a second time changes nothing."""
    if not CaseActor.objects.filter(case=case, role=AGAINST, staff=staff).exists():
        CaseActor.objects.create(case=case, role=AGAINST, staff=staff, from_at=at)
    case.__dict__.pop("_against", None)


def put(case: Case, role: str, *, office_id: int, at: datetime) -> None:
    """An office takes part in a role from now on, alone: whoever had the role before has it no longer."""
    leave(case, role, at=at)
    CaseActor.objects.create(case=case, role=role, office_id=office_id, from_at=at)


def leave(case: Case, role: str, *, at: datetime) -> None:
    CaseActor.objects.filter(case=case, role=role, until_at__isnull=True).update(until_at=at)
