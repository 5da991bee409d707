"""Who is told of a step: notices written in its transaction, delivered by the worker."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shouwen.ground.actors import Actor
from shouwen.ground.offices import Roster, Where
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Alarm, Case, Entry, Notice
from shouwen.kernel.participants import complained_about
from shouwen.kernel.who import Target, Who, first_contact, owner, supervisor, where

REVISED = "revised"


def reach_of(case: Case) -> Where:
    return where(case)


def targets(who: Iterable[Who], case: Case, roster: Roster) -> list[Target]:
    """Everybody addressed, each once; never the one complained about."""
    found: dict[Any, Target] = {}
    against = complained_about(case)
    for one in who:
        target = one.find(case, roster)
        if target is not None and (target.staff_id or target.party_id) and target.staff_id not in against:
            found.setdefault((target.staff_id, target.party_id), target)
    return list(found.values())


def tell(step: Step, case: Case, entry: Entry, roster: Roster, *, actor: Actor) -> None:
    """One notice each for whom the step tells, except whoever took it; at the end the first person asked, always."""
    told = (*step.tells, first_contact) if step.to in case.spec.ends() else step.tells
    notices = [
        Notice(
            org_id=case.org_id, staff_id=target.staff_id, party_id=target.party_id, case=case, entry=entry,
            template=f"{case.kind}.{step.name}", created_at=entry.recorded_at,
        )
        for target in targets(told, case, roster)
        if target.party_id or target.staff_id != actor.staff_id
    ]  # fmt: skip
    if notices:
        Notice.objects.bulk_create(notices)


def tell_revised(case: Case, entry: Entry, roster: Roster, *, actor: Actor) -> None:
    """A verdict that a late record changed is told to who answers, their supervisor, and whoever its alarms had told."""
    changed = entry.facts.get("_revised")
    if not changed:
        return
    keys = {name.split(".")[0] for name, _was, _now in changed}
    alarmed = Notice.objects.filter(case=case, alarm__isnull=False, alarm__clock__key__in=keys, staff__isnull=False)
    told: set[int | None] = {*alarmed.values_list("staff_id", flat=True)}
    told |= {target.staff_id for target in targets((owner, supervisor), case, roster)}
    Notice.objects.bulk_create(
        Notice(
            org_id=case.org_id, staff_id=staff_id, case=case, entry=entry, template=REVISED, words={"changed": changed},
            created_at=entry.recorded_at,
        )
        for staff_id in sorted(pk for pk in told - complained_about(case) if pk is not None and pk != actor.staff_id)
    )  # fmt: skip


def alarm_notices(
    alarm: Alarm, case: Case, who: Iterable[Who], roster: Roster, *, at: datetime, words: dict[str, Any]
) -> list[Notice]:
    """The notices of a fired rung, not yet saved: the sweep writes them with the alarm in one transaction."""
    return [
        Notice(
            org_id=case.org_id, staff_id=target.staff_id, party_id=target.party_id, case=case, alarm=alarm,
            template="alarm", words=words, created_at=at,
        )
        for target in targets(who, case, roster)
    ]  # fmt: skip
