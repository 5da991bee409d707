"""Cases that belong together. A link is a row and an entry; it stops no clock and closes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.prepared import Prepared
from shouwen.kernel.models import Case, CaseLink, Entry

SAME_CAUSE = "same_cause"


def link(case: Case, other: Case, relation: str, *, at: datetime) -> CaseLink:
    return CaseLink.objects.create(org_id=case.org_id, case=case, other=other, relation=relation, from_at=at)


def open_links() -> Any:
    return CaseLink.objects.filter(until_at__isnull=True)


def followers(lead: Case) -> list[Case]:
    """Open cases with the same cause that follow this one, oldest first."""
    return [link.case for link in _FOLLOWERS.objects(lead=lead.pk)]


_FOLLOWERS = Prepared(
    lambda lead: (
        open_links()
        .filter(other_id=lead, relation=SAME_CAUSE, case__closed_at__isnull=True)
        .select_related("case")
        .order_by("case_id")
    ),
    lead=int,
)


def not_to_be_linked(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    """Not to itself, not twice; and what has the same cause follows one that leads, never one that follows."""
    other, relation = data["other"], data["relation"]
    if other.pk == case.pk:
        return _("A case is not linked to itself.")
    if open_links().filter(case=case, other=other, relation=relation).exists():
        return _("They are linked already.")
    if relation != SAME_CAUSE:
        return None
    leads = open_links().filter(case=other, relation=SAME_CAUSE).select_related("other").first()
    if leads is not None:
        return _("%(no)s itself follows %(lead)s: link it to that one.") % {"no": other.no, "lead": leads.other.no}
    if open_links().filter(case=case, relation=SAME_CAUSE).exists():
        return _("It follows another case already.")
    if open_links().filter(other=case, relation=SAME_CAUSE).exists():
        return _("Others follow this case: it leads them.")
    return None


def not_linked(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    found = open_links().filter(case=case, other=data["other"]).exists()
    return None if found else _("They are not linked.")


def make_link(case: Case, data: dict[str, Any], entry: Entry) -> None:
    link(case, data["other"], data["relation"], at=entry.happened_at)


def end_links(case: Case, data: dict[str, Any], entry: Entry) -> None:
    open_links().filter(case=case, other=data["other"]).exclude(relation__in=("drawn", "converted")).update(
        until_at=entry.happened_at
    )
