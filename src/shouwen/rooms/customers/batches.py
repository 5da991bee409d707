"""A run's work: written batch by batch, each its own short transaction, so that others write in between; or taken back so.

Whoever works at a run holds a claim on it that every batch renews. One that is killed loses it; another then looks at the
file anew, finds what is there already, and goes on with the rest.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from shouwen.ground import bulk, files, search
from shouwen.ground.actors import Actor, actor_for, system_actor
from shouwen.ground.models import Account
from shouwen.kernel import journal
from shouwen.kernel.indexing import index_new, reindex_parties
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registers import register
from shouwen.kernel.takeover import take_back_all, take_over_all
from shouwen.rooms.customers import leaning
from shouwen.rooms.customers.importing import Plan, Told
from shouwen.rooms.customers.models import ImportBatch, ImportRun
from shouwen.rooms.customers.understood import planned

log = logging.getLogger(__name__)
ORDER = ("place", "party", "contact", "identity", "role", "vehicle")
LEASE = timedelta(seconds=60)  # a claim not renewed for so long is taken over
TRIES = 5
Clock = Callable[[], datetime]


class Lost(Exception):
    """Somebody else works at this run by now."""


@dataclass
class Pace:
    """How many rows a batch takes: so many that it lasts a seventh of a second.

    Half a second is promised, and a busy machine takes three times as long over one.
    """

    rows: int = 40
    steady: bool = False
    aim: float = 0.15
    longest: float = 0.0

    @contextmanager
    def batch(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        lasted = time.perf_counter() - began
        self.longest = max(self.longest, lasted)
        if not self.steady:
            self.rows = max(5, min(1000, int(self.rows * max(0.5, min(1.25, self.aim / max(lasted, 0.001))))))


def work(
    run_id: int,
    *,
    me: str,
    clock: Clock,
    plan: Plan | None = None,
    actor: Actor | None = None,
    pace: Pace | None = None,
) -> Iterator[int]:
    """Works at a run until it has ended, yielding after each batch; nothing where somebody else has it.

    A batch that cannot be written turns the run back. Raises only what another try may mend: the claim runs out, and the
    run is taken over.
    """
    pace, kept = pace or Pace(), claim(run_id, me=me, at=clock())
    if kept is None:
        return
    try:
        if kept.state in ("waiting", "running"):
            try:
                yield from _write(kept, plan, me=me, clock=clock, actor=actor, pace=pace)
            except (Lost, OperationalError):
                raise
            except Exception as error:
                log.exception("an import failed", extra={"run": run_id})
                _turn_back(kept, _sentence(error), me=me)
        if kept.state == "undoing":
            yield from _take_back(kept, me=me, clock=clock, actor=actor, pace=pace)
    except Lost:
        log.warning("an import was taken over", extra={"run": run_id})


def claim(run_id: int, *, me: str, at: datetime) -> ImportRun | None:
    """The run, if it is free to work at."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    mine = ImportRun.objects.filter(free, pk=run_id, state__in=ImportRun.UNDER_WAY)
    if not mine.update(claimed_by=me, claimed_until=at + LEASE, tries=F("tries") + 1):
        return None
    return ImportRun.objects.select_related("file", "site").get(pk=run_id)


def _hold(kept: ImportRun, state: str, *, me: str, at: datetime) -> None:
    """Inside a batch's transaction: still ours and as it was, and ours for a while longer."""
    held = ImportRun.objects.select_for_update().filter(pk=kept.pk, claimed_by=me, state=state)
    if not held.update(claimed_until=at + LEASE):
        raise Lost


def _sentence(error: Exception) -> str:
    if isinstance(error, Refusal):
        return error.sentence[:300]
    if isinstance(error, IntegrityError):
        return _("Something that came meanwhile stands against it. Everything from this file was taken back.")
    return _("It could not be written. Everything from this file was taken back.")


def _actor(kept: ImportRun, at: datetime) -> Actor:
    """Whoever asked, with their rights of now; the product itself where they have gone."""
    account = Account.objects.filter(pk=kept.choices.get("account") or 0, is_active=True).first()
    return actor_for(account, at=at) if account else system_actor(kept.org_id)


# ---- written


def _write(
    kept: ImportRun, plan: Plan | None, *, me: str, clock: Clock, actor: Actor | None, pace: Pace
) -> Iterator[int]:  # fmt: skip
    if kept.tries > TRIES:
        raise Refusal(_("It was broken off several times. Everything from this file was taken back."))
    actor = actor or _actor(kept, clock())
    if plan is None:
        plan = planned(kept, at=clock(), still=lambda: _renew(kept, me=me, at=clock()))
    if plan.bad and not kept.choices.get("leave_bad"):
        raise Refusal(_("%(count)d rows are not right any more.") % {"count": len(plan.bad)})
    kept.state = "running"
    ImportRun.objects.filter(pk=kept.pk, claimed_by=me, state="waiting").update(state="running")
    yield from _all_batches(kept, plan.fresh, me=me, clock=clock, actor=actor, pace=pace)
    _end(kept, "done", me=me, actor=actor, at=clock())


def _all_batches(
    kept: ImportRun, todo: list[Told], *, me: str, clock: Clock, actor: Actor, pace: Pace
) -> Iterator[int]:  # fmt: skip
    number, before, start = kept.batches.count(), max(0, kept.fresh - len(todo)), 0
    mine = not gc.get_freeze_count()  # a server has frozen its own by now
    if mine:
        gc.freeze()  # a large plan is not looked through again and again for garbage, in the midst of a batch
    try:
        while start < len(todo):
            some = todo[start : start + pace.rows]
            with pace.batch(), transaction.atomic():
                _hold(kept, "running", me=me, at=clock())
                _one_batch(kept, number, some, actor=actor, at=clock())
                written = min(kept.fresh, before + start + len(some))
                ImportRun.objects.filter(pk=kept.pk).update(written=written, made=kept.made)
            start, number = start + len(some), number + 1
            yield start
    finally:
        if mine:
            gc.unfreeze()


def _renew(kept: ImportRun, *, me: str, at: datetime) -> None:
    """While the file is looked at: the claim goes on."""
    if not ImportRun.objects.filter(pk=kept.pk, claimed_by=me).update(claimed_until=at + LEASE):
        raise Lost


def _one_batch(kept: ImportRun, number: int, some: list[Told], *, actor: Actor, at: datetime) -> None:
    rows: dict[str, list[Any]] = {name: [] for name in ORDER}
    for told in some:
        for name, row in told.rows:
            rows[name].append(row)
    found = [(register(name), rows[name]) for name in ORDER if rows[name]]
    take_over_all(found, actor=actor, at=at, save=bulk.save, facts={"run": kept.pk})
    _index(rows, at=at)
    made = {name: [row.pk for row in rows[name]] for name in ORDER if rows[name]}
    ImportBatch(run=kept, number=number, made=made).save(force_insert=True)
    for name, ids in made.items():
        kept.made[name] = kept.made.get(name, 0) + len(ids)


def _index(rows: dict[str, list[Any]], *, at: datetime) -> None:
    """New customers are found by what came with them, those who were there by that too."""
    contacts: dict[int, list[Any]] = {}
    codes: dict[int, list[str]] = {}
    for row in rows["contact"]:
        contacts.setdefault(row.party_id, []).append(row)
    for row in rows["role"]:
        codes.setdefault(row.party_id, []).append(row.place.code)
    for row in rows["vehicle"]:
        codes.setdefault(row.party_id, []).append(row.plate)
    fresh = {row.pk for row in rows["party"]}
    index_new(((one, contacts.get(one.pk, ()), codes.get(one.pk, ())) for one in rows["party"]), at=at)
    reindex_parties(sorted({*contacts, *codes} - fresh), at=at)


def _turn_back(kept: ImportRun, sentence: str, *, me: str) -> None:
    with transaction.atomic():
        mine = ImportRun.objects.select_for_update().filter(pk=kept.pk, claimed_by=me)
        if not mine.update(state="undoing", error=sentence):
            raise Lost
    kept.state, kept.error = "undoing", sentence


# ---- taken back


def _take_back(kept: ImportRun, *, me: str, clock: Clock, actor: Actor | None, pace: Pace) -> Iterator[int]:
    actor = actor or _actor(kept, clock())
    try:
        leaning.check(kept)
        count = 0
        for batch in list(kept.batches.order_by("-number").only("id", "run", "number")):
            while batch.made:
                with pace.batch(), transaction.atomic():
                    _hold(kept, "undoing", me=me, at=clock())
                    count += _some_back(kept, batch, pace.rows * 4, actor=actor, at=clock())
                yield count
    except (Refusal, IntegrityError) as error:
        why = error.sentence if isinstance(error, Refusal) else _("Something else leans on it.")
        _stay(kept, why, me=me, actor=actor, at=clock())
        return
    _end(kept, "failed" if kept.error else "undone", me=me, actor=actor, at=clock())


def _some_back(kept: ImportRun, batch: ImportBatch, most: int, *, actor: Actor, at: datetime) -> int:
    """The last made rows of a batch, so that what lies in another goes before it."""
    name = next(name for name in reversed(ORDER) if batch.made.get(name))
    ids = batch.made[name][-most:]
    rows = list(register(name).model._default_manager.filter(pk__in=ids))
    place = {pk: n for n, pk in enumerate(ids)}
    rows.sort(key=lambda row: place[row.pk], reverse=True)
    take_back_all([(register(name), rows)], actor=actor, at=at, facts={"run": kept.pk})
    if name == "party":
        search.take_out_all("party", ids)
    elif name != "place":
        going = set(batch.made.get("party", []))
        reindex_parties(sorted({row.party_id for row in rows} - going), at=at)
    batch.made[name] = batch.made[name][:-most]
    if not batch.made[name]:
        del batch.made[name]
    if batch.made:
        batch.save(update_fields=["made"])
    else:
        batch.delete()
    return len(rows)


def _stay(kept: ImportRun, why: str, *, me: str, actor: Actor, at: datetime) -> None:
    """Taking back is not possible: one that was whole stays whole, one that had failed stays as far as it came."""
    sentence = f"{kept.error} {why}".strip() if not kept.choices.get("asked_back") else why
    _end(kept, "done" if kept.choices.get("asked_back") else "stuck", me=me, actor=actor, at=at, error=sentence)


def _end(kept: ImportRun, state: str, *, me: str, actor: Actor, at: datetime, error: str = "") -> None:
    with transaction.atomic():
        _hold(kept, kept.state, me=me, at=at)
        kept.state, kept.claimed_by, kept.claimed_until = state, "", None
        kept.error, kept.ended_at = (error or kept.error)[:300], at
        if state in ("undone", "failed"):
            kept.undone_at = at
        if kept.file is not None:
            files.remove(kept.file, at=at)
            kept.file = None
        kept.save(update_fields=["state", "claimed_by", "claimed_until", "error", "ended_at", "undone_at", "file"])
        saying = journal.Saying(step=f"import_{state}", happened_at=at, recorded_at=at, facts={"made": kept.made})
        journal.append(journal.stream(kept.org_id, "import", str(kept.pk)), saying, actor=actor)
