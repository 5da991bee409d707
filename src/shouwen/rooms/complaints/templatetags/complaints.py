from __future__ import annotations

from typing import Any

from django import template

from shouwen.ground.actors import Actor
from shouwen.kernel.models import Case
from shouwen.rooms.complaints import queries, sample
from shouwen.rooms.complaints.models import ComplaintCycle

register = template.Library()


@register.simple_tag
def month_of(case: Case, actor: Actor) -> dict[str, Any]:
    """The month of a summary: its rows, as far as the reader may know of them; its stages, its departments."""
    cases = queries.of_month(case.site_id, case.sheet.month)
    return {
        "rows": queries.rows_of(queries.shown(cases, actor)), "stages": queries.stages(cases), "departments": queries.departments(cases),
    }  # fmt: skip


@register.simple_tag
def last_cycle(case: Case) -> ComplaintCycle | None:
    """The words of the latest turn of rework, as a letter tells them."""
    return ComplaintCycle.objects.filter(case=case).order_by("-cycle").first()


@register.simple_tag
def sample_of(case: Case, actor: Actor) -> list[tuple[Case, bool]]:
    """The drawn complaints that the reader may know of, and whether each was checked since."""
    waiting = {one.pk for one in sample.unchecked(case)}
    return [(one, one.pk not in waiting) for one in queries.shown(sample.drawn(case), actor)]
