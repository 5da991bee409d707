"""A register taken in as one run: ordered here, written in batches; and taken back for a day, as long as nothing was built on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.ids import new_id
from shouwen.ground.models import File, Organization
from shouwen.kernel import journal
from shouwen.kernel.models import Outbox
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.registers import held_by
from shouwen.rooms.customers import batches, leaning
from shouwen.rooms.customers.importing import Plan
from shouwen.rooms.customers.models import ImportRun

KEY = "import"  # of the messages that start a run or take it over
A_DAY = timedelta(hours=24)
AT_ONCE = 200  # rows that are written while the page waits; more are for the background
Clock = Callable[[], datetime]
importers = held_by("supervisor", "director", "property_gm", "manager")


def begin(
    made: Plan, *, data: bytes, file_name: str, actor: Actor, at: datetime, leave_bad: bool = False,
    file: File | None = None, choices: dict[str, Any] | None = None,
) -> ImportRun:  # fmt: skip
    """Orders the run; refused while rows are wrong, unless told to leave those out. Nothing is written yet."""
    if not importers(actor) or actor.org_id != made.org_id:
        raise NotAllowed(_("Taking registers in is for the supervisor and above."))
    if made.bad and not leave_bad:
        raise Refusal(_("%(count)d rows are not right; nothing was written.") % {"count": len(made.bad)})
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=actor.org_id)
        if ImportRun.objects.filter(org_id=actor.org_id, state__in=ImportRun.UNDER_WAY).exists():
            raise Refusal(_("Another register is being taken in; wait until it has ended."))
        kept = ImportRun.objects.create(
            org_id=actor.org_id, staff_id=actor.staff_id, site=made.site, file=file, file_name=file_name[-160:],
            sha256=hashlib.sha256(data).hexdigest(), rows=len(made.told), fresh=len(made.fresh), state="waiting", run_at=at,
            choices={
                **(choices or {}), "leave_bad": leave_bad, "may_build": made.may_build, "account": actor.account_id,
                "language": actor.language,
            },
        )  # fmt: skip
        _journal("import", kept, actor=actor, at=at)
        hand_over(kept, at=at + batches.LEASE)  # whoever writes it may be killed
    return kept


def hand_over(kept: ImportRun, *, at: datetime) -> None:
    """Leaves the run to the background, from a moment on."""
    Outbox.objects.create(org_id=kept.org_id, topic=KEY, ref=kept.pk, created_at=at, not_before=at)


def run(made: Plan, *, data: bytes, file_name: str, actor: Actor, at: datetime, **more: Any) -> ImportRun:
    """Orders a run and writes it while the caller waits. Raises `Refusal` where it failed; then nothing of it is left."""
    kept = begin(made, data=data, file_name=file_name, actor=actor, at=at, **more)
    return at_once(kept, made, actor=actor, at=at)


def at_once(kept: ImportRun, made: Plan | None, *, actor: Actor, at: datetime) -> ImportRun:
    for _done in batches.work(kept.pk, me=f"here {new_id()}", clock=lambda: at, plan=made, actor=actor):
        pass
    kept.refresh_from_db()
    if kept.error:
        raise Refusal(kept.error)
    return kept


def undo(kept: ImportRun, *, actor: Actor, at: datetime) -> int:
    """Takes back all that a run made; refused after a day, and where something was built on it since."""
    fresh = order_undo(kept, actor=actor, at=at)
    leaning.check(fresh)
    at_once(_undoing(fresh), None, actor=actor, at=at)
    return sum(fresh.made.values())


def undo_in_background(kept: ImportRun, *, actor: Actor, at: datetime) -> None:
    """The same for a long run; whether something was built on it is looked at there."""
    fresh = order_undo(kept, actor=actor, at=at)
    with transaction.atomic():
        hand_over(_undoing(fresh, account=actor.account_id), at=at)


def order_undo(kept: ImportRun, *, actor: Actor, at: datetime) -> ImportRun:
    if not importers(actor) or actor.org_id != kept.org_id:
        raise NotAllowed(_("Taking registers in is for the supervisor and above."))
    fresh = ImportRun.objects.get(pk=kept.pk)
    if fresh.state == "undone":
        raise Refusal(_("This was taken back already."))
    if fresh.state not in ("done", "stuck"):
        raise Refusal(_("This run has not ended; wait until it has."))
    if at > fresh.run_at + A_DAY:
        raise Refusal(_("After a day an import is not taken back any more."))
    return fresh


def _undoing(kept: ImportRun, **choices: Any) -> ImportRun:
    kept.choices |= {**choices, "asked_back": True}
    kept.state, kept.error, kept.tries, kept.claimed_until = "undoing", "", 0, None
    kept.save(update_fields=["choices", "state", "error", "tries", "claimed_until"])
    return kept


def _journal(step: str, kept: ImportRun, *, actor: Actor, at: datetime) -> None:
    saying = journal.Saying(
        step=step, happened_at=at, recorded_at=at, facts={"rows": kept.rows}, body={"file": kept.file_name}
    )
    journal.append(journal.stream(kept.org_id, KEY, str(kept.pk)), saying, actor=actor)
