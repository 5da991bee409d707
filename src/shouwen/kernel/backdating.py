"""How far back somebody may record what happened: a policy by office, the widest office held counting."""

from __future__ import annotations

from datetime import datetime, timedelta

from shouwen.ground.actors import Actor
from shouwen.kernel.goals import policy
from shouwen.kernel.models import Case
from shouwen.kernel.rulebook import rulebook

BACKDATE = policy(
    "journal.backdate_hours", {"staff": 24, "supervisor": 168, "director": 744, "customer": 0}, clause="S6-1.08"
)  # fmt: skip


def furthest(actor: Actor, case: Case, *, at: datetime) -> datetime:
    """The earliest event time (UTC) the actor may record at a moment."""
    hours, _version = rulebook(case.org_id, case.site_id).policy(BACKDATE.key, BACKDATE.default, at)
    if actor.staff_id is None:
        return at - timedelta(hours=int(hours.get("customer", 0)))
    allowed = [int(hours.get("staff", 0))] + [int(hours[held.role]) for held in actor.offices if held.role in hours]
    return at - timedelta(hours=max(allowed))
