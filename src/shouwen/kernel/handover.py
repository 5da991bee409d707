"""Handing over everything of somebody who leaves or falls ill, in one act, with preview.

Of what the actor may know of. Offices; cases they answer for; jobs they were sent to; whatever else they owe, such as an agreement that is awaited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Holding, Staff
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, Clock, Run, RunItem
from shouwen.kernel.perform import perform, share_rules
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.registers import register

MAKERS = ("supervisor", "director", "manager", "property_gm", "company_gm")


@dataclass(frozen=True)
class Belongings:
    """What would change hands: cases by number, and the offices held."""

    cases: tuple[str, ...]
    offices: tuple[str, ...]


def _cases(staff: Staff, actor: Actor) -> list[Case]:
    """What somebody has, as far as the actor may know of it: never a complaint about the actor."""
    held = list(Holding.objects.filter(staff=staff, until_at__isnull=True).values_list("office_id", flat=True))
    mine = Q(owner=staff) | Q(owner_office_id__in=held) | Q(assignee=staff)
    owes = Q(pk__in=Clock.objects.filter(owed_by=staff, verdict__isnull=True).values("case"))
    seen = Case.objects.all() if actor.system else visible_to(actor)
    return list(seen.filter(mine & Q(closed_at__isnull=True) | owes, org_id=staff.org_id).order_by("id"))


def preview(staff: Staff, *, actor: Actor) -> Belongings:
    """What somebody holds now, of what the actor may know of: shown before it is handed over."""
    offices = Holding.objects.filter(staff=staff, until_at__isnull=True).select_related("office").order_by("id")
    return Belongings(tuple(case.no for case in _cases(staff, actor)), tuple(held.office.role for held in offices))


def hand_over_all(staff: Staff, to: Staff, *, actor: Actor, at: datetime, note: str) -> Run:
    """Moves offices, then each case by `perform`, as a run that goes on where it was broken off; returns the run."""
    if not (actor.system or actor.admin or actor.holds(*MAKERS)):
        raise NotAllowed(_("Work is handed over by the supervisor, the director or the manager."))
    if staff.pk == to.pk or staff.org_id != to.org_id or to.left_date is not None:
        raise Refusal(_("Choose a colleague who works here and is somebody else."))
    with transaction.atomic():
        share_rules(staff.org_id)
        run, made = Run.objects.get_or_create(
            org_id=staff.org_id, key=f"hand-over:{staff.pk}:{to.pk}", done_at=None,
            defaults={"created_at": at, "staff_id": actor.staff_id, "data": {"note": note, "to": to.pk, "of": staff.pk}},
        )  # fmt: skip
        if made:
            cases = _cases(staff, actor)
            RunItem.objects.bulk_create([RunItem(run=run, subject=case.pk) for case in cases])
            Run.objects.filter(pk=run.pk).update(total=len(cases))
            _move_offices(staff, to, actor=actor, at=at, note=note)
    return go_on(run, actor=actor, at=at)


def _move_offices(staff: Staff, to: Staff, *, actor: Actor, at: datetime, note: str) -> None:
    """Ends each holding and begins the other's, both journaled on the office's card; refused beyond the actor's reach."""
    card = register("holding")
    for held in Holding.objects.filter(staff=staff, until_at__isnull=True).select_related("office").order_by("id"):
        card.edit(held, {"until_at": at}, actor=actor, at=at, note=note)
        card.add({"office": held.office, "staff": to, "from_at": at}, actor=actor, at=at, note=note)


def go_on(run: Run, *, actor: Actor, at: datetime) -> Run:
    """Does the items that are left, each in its own transaction."""
    to, of = Staff.objects.get(pk=run.data["to"]), Staff.objects.filter(pk=run.data.get("of")).first()
    for item in run.items.filter(done_at__isnull=True).order_by("id"):
        outcome = "handed over"
        try:
            perform(
                "hand_over", actor=actor, at=at, case=Case.objects.get(pk=item.subject),
                data={"staff": to, "note": run.data["note"], **({"whose": of} if of else {})}, key=f"{run.pk}:{item.pk}",
            )  # fmt: skip
        except Refusal as refusal:
            outcome = refusal.sentence[:300]
        RunItem.objects.filter(pk=item.pk).update(done_at=at, outcome=outcome)
    Run.objects.filter(pk=run.pk).update(done_at=at)
    run.refresh_from_db()
    return run
