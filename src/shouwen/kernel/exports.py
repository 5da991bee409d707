"""Everything an organization has recorded, as JSON lines: for an authority, a move to another system, an own check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization, Staff
from shouwen.kernel import journal
from shouwen.kernel.canonical import plain
from shouwen.kernel.models import Attachment, Case, Clock, Entry
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.registers import held_by

CHUNK = 200
LISTS = "S6-1.13"
_takers = held_by("supervisor", "head", "privacy", "director", "property_gm", "company_gm", "manager")


def may_take(actor: Actor) -> bool:
    """Whether somebody may take lists out of the house."""
    return actor.staff_id is not None and _takers(actor)


def take_list(actor: Actor, *, at: datetime, reason: str, what: str, conditions: Mapping[str, Any]) -> None:
    """Writes down that somebody took a list out of the house, which and why; refused without the right or a reason."""
    if not may_take(actor):
        raise NotAllowed(_("Lists are taken out by the supervisor, the head of a department and above."), LISTS)
    if not reason.strip():
        raise Refusal(_("Say why: the reason stays in the journal."), LISTS)
    body = {"reason": reason.strip()[:400], "conditions": dict(conditions)}
    with transaction.atomic():
        share_rules(actor.org_id)
        saying = journal.Saying(step="export", happened_at=at, recorded_at=at, body=body)
        journal.append(journal.stream(actor.org_id, "export", what), saying, actor=actor)


def export(org: Organization, *, actor: Actor, at: datetime, reason: str) -> Iterator[dict[str, Any]]:
    """One line a case, oldest first, with its journal and promises. Who took it all out, and why, is journaled first."""
    if not (actor.system or actor.admin or actor.holds("manager", "director")) or actor.org_id != org.pk:
        raise NotAllowed(_("Taking everything out is for the manager or the director."))
    if not reason.strip():
        raise Refusal(_("Say why: the reason stays in the journal."))
    with transaction.atomic():
        share_rules(org.pk)
        saying = journal.Saying(step="export", happened_at=at, recorded_at=at, body={"reason": reason})
        journal.append(journal.stream(org.pk, "export", "cases"), saying, actor=actor)
    return _lines(org)


def _lines(org: Organization) -> Iterator[dict[str, Any]]:
    people = dict(Staff.objects.filter(org=org).values_list("id", "number"))
    last = 0
    while cases := list(
        Case.objects.filter(org=org, pk__gt=last).select_related("place", "party", "parent").order_by("id")[:CHUNK]
    ):
        last = cases[-1].pk
        ids = [case.pk for case in cases]
        entries: dict[int, list[Entry]] = {pk: [] for pk in ids}
        rows = Entry.objects.filter(stream_type="case", stream_id__in=ids).select_related("data").order_by("seq")
        for entry in rows:
            entries[entry.stream_id].append(entry)
        clocks: dict[int, list[Clock]] = {pk: [] for pk in ids}
        for clock in Clock.objects.filter(case_id__in=ids).order_by("key", "cycle", "seq"):
            clocks[clock.case_id].append(clock)
        files: dict[int, list[str]] = {}
        for attachment in Attachment.objects.filter(case_id__in=ids).select_related("file").order_by("id"):
            files.setdefault(attachment.entry_id, []).append(attachment.file.sha256)
        for case in cases:
            yield _case(case, entries[case.pk], clocks[case.pk], files, people)


def _case(
    case: Case, entries: list[Entry], clocks: list[Clock], files: dict[int, list[str]], people: dict[int, str]
) -> dict[str, Any]:
    return plain(
        {
            "no": case.no, "kind": case.kind, "state": case.state, "cycle": case.cycle, "grade": case.grade,
            "title": case.title, "channel": case.channel, "parent": case.parent.no if case.parent else None,
            "place": case.place.code if case.place else None, "customer": case.party.name if case.party else None,
            "owner": people.get(case.owner_id or 0), "first_contact": people.get(case.first_contact_id or 0),
            "opened_at": case.opened_at, "resolved_at": case.resolved_at, "closed_at": case.closed_at,
            "due_at": case.due_at, "journal": [_entry(entry, files.get(entry.pk, []), people) for entry in entries],
            "commitments": [_clock(clock, people) for clock in clocks],
        }
    )  # fmt: skip


def _entry(entry: Entry, files: list[str], people: dict[int, str]) -> dict[str, Any]:
    return {
        "seq": entry.seq, "step": entry.step, "actor": people.get(entry.actor_id or 0), "happened_at": entry.happened_at,
        "recorded_at": entry.recorded_at, "from_state": entry.from_state, "to_state": entry.to_state,
        "cycle": entry.cycle, "facts": entry.facts, "words": entry.data.body, "erased": entry.data.erased_by is not None,
        "files": files, "prev_hash": entry.prev_hash, "digest": entry.digest, "hash": entry.hash,
    }  # fmt: skip


def _clock(clock: Clock, people: dict[int, str]) -> dict[str, Any]:
    return {
        "key": clock.key, "cycle": clock.cycle, "seq": clock.seq, "clause": clock.clause, "goal": clock.goal,
        "owed_by": people.get(clock.owed_by_id or 0), "starts_at": clock.starts_at, "due_at": clock.due_at,
        "stopped_at": clock.stopped_at, "ended_at": clock.ended_at, "verdict": clock.verdict, "original": clock.original,
    }  # fmt: skip
