"""Staff: who works here, which offices there are, who holds them or stands in, from when until when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.ground.actors import Actor
from shouwen.ground.models import Department, Holding, Office, Organization, Staff
from shouwen.ground.offices import outranks
from shouwen.kernel.registers import Register, held_by
from shouwen.kernel.registers import staff as anybody_here

managers = held_by("director", "property_gm", "company_gm", "manager")


def _reach(office: Office, at: datetime) -> None:
    if office.building_id is not None:
        if office.building is None or office.building.kind != "building":
            raise ValidationError({"building": _("Choose a building.")})
        office.site_id = office.building.site_id
    if office.site is not None and office.site.kind != "community":
        raise ValidationError({"site": _("Choose a community.")})
    seen, above = {office.pk}, office.reports_to
    while above is not None:
        if above.pk in seen:
            raise ValidationError({"reports_to": _("An office cannot report to itself.")})
        seen.add(above.pk)
        above = above.reports_to


def _stands_in(holding: Holding, at: datetime) -> None:
    if holding.stand_in and holding.until_at is None:
        raise ValidationError({"until_at": _("Standing in ends at a time: say when.")})
    if holding.staff.left_date is not None and holding.staff.left_date < holding.from_at.date():
        raise ValidationError({"staff": _("%(name)s no longer works here.") % {"name": holding.staff.name}})


def _appoints(actor: Actor, holding: Holding) -> bool:
    """One stands above the office one gives; a stand-in of one's own one may name."""
    return outranks(actor, holding.office, equal=holding.stand_in)


def _zone(org: Organization, at: datetime) -> None:
    try:
        ZoneInfo(org.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValidationError({"zone": _("There is no such time zone.")}) from None


staff = Register(
    "staff", Staff, sees=anybody_here, edits=managers, fields="name number phone email left_date",
    sentences={"staff_number_once": gettext_lazy("This staff number is taken.")},
)  # fmt: skip
department = Register(
    "department", Department, sees=anybody_here, edits=managers, fields="key name",
    sentences={"department_key_once": gettext_lazy("This department is there already.")},
)  # fmt: skip
office = Register(
    "office", Office, sees=anybody_here, edits=managers, fields="role site building dept reports_to", prepare=_reach,
    within=lambda actor, row: outranks(actor, row),
)  # fmt: skip
holding = Register(
    "holding", Holding, card="office", sees=anybody_here,
    edits=held_by("supervisor", "director", "property_gm", "company_gm", "manager"),
    fields="office staff from_at until_at stand_in reason", dated="from_at until_at", key="office staff stand_in",
    prepare=_stands_in, within=_appoints,
    sentences={
        "holding_ends_after_start": gettext_lazy("The end must lie after the beginning."),
        "stand_in_has_an_end": gettext_lazy("Standing in ends at a time: say when."),
    },
)  # fmt: skip
organization = Register(
    "organization", Organization, sees=anybody_here, edits=managers, fields="name zone language", prepare=_zone
)
