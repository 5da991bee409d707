"""Impact assessments (个人信息保护影响评估): written before sensitive data are handled, decided by somebody, reviewed by a day."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.kernel.registers import Register, held_by
from shouwen.kernel.zones import local_date
from shouwen.rooms.customers.models import ImpactAssessment

CLAUSE = "S6-6.06"
keepers = held_by("privacy", "director", "property_gm", "company_gm", "manager")


def _decided(row: ImpactAssessment, at: datetime) -> None:
    if row.decided_date is not None and row.decided_date > local_date(at):
        raise ValidationError({"decided_date": _("That day has not come yet.")})


assessment = Register(
    "assessment", ImpactAssessment, sees=keepers, edits=keepers, prepare=_decided, clause=CLAUSE,
    fields="processing purpose necessity risks measures decided_by decided_date review_date",
    sentences={
        "assessment_decided_with_a_review": gettext_lazy("Who decided, on which day, and by when it is reviewed go together; the review lies later."),
    },
)  # fmt: skip


def in_force(org_id: int, processing: str, at: datetime) -> ImpactAssessment | None:
    """The assessment that allows a sort of processing today."""
    day = local_date(at)
    rows = ImpactAssessment.objects.filter(org_id=org_id, processing=processing, decided_date__lte=day)
    return rows.filter(review_date__gte=day).order_by("-decided_date", "-id").first()
