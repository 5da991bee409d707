"""`perform`: the only road by which a case changes.

Lock and re-read, visibility, state, permission, guards, write, move, journal, clocks, effects, outbox, commit. A refusal
is a sentence with its clause and changes nothing. The same key sent twice is done once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.prepared import Prepared, columns_of, instances
from shouwen.kernel import rooms, submissions
from shouwen.kernel.access import allowed, sees
from shouwen.kernel.asks import form_for
from shouwen.kernel.kinds import SAME, Kind, Step, matches
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Stale, Unknown
from shouwen.kernel.registry import kinds


@dataclass
class Act:
    """One wish to take a step, with everything it needs; handed through the parts of `perform`."""

    step: Step
    actor: Actor
    at: datetime
    happened_at: datetime
    data: Mapping[str, Any]
    files: Mapping[str, Any]
    key: str = ""
    seen_rev: int | None = None
    cause: Entry | None = None
    parent: Case | None = None
    cleaned: dict[str, Any] = field(default_factory=dict)
    trusted: bool = False  # a device's own record or a replay: how far back it lies is not limited


def perform(
    step: str, *, actor: Actor, at: datetime, case: Case | None = None, kind: str = "",
    data: Mapping[str, Any] | None = None, files: Mapping[str, Any] | None = None, happened_at: datetime | None = None,
    key: str = "", seen_rev: int | None = None, cause: Entry | None = None, parent: Case | None = None,
    trusted: bool = False,
) -> Entry:  # fmt: skip
    """Takes a step. `at` is the moment of recording, `happened_at` (not later) when it happened; both aware.

    Raises `Unknown`, `NotAllowed`, `Invalid`, `Stale`, `KeyReused` or another `Refusal`; then nothing has changed.
    """
    act = Act(
        step=find_step(step, case=case, kind=kind), actor=actor, at=at, happened_at=min(happened_at or at, at),
        data=data or {}, files=files or {}, key=key, seen_rev=seen_rev, cause=cause, parent=parent, trusted=trusted,
    )  # fmt: skip
    wish = wish_of(act, case, happened_at=happened_at)
    try:
        with transaction.atomic():
            share_rules(actor.org_id)
            earlier = submissions.stored(wish)
            if earlier is not None:
                return earlier
            entry = _open(act) if act.step.opens else _take(act, case)
            submissions.remember(wish, entry, at=at)
            return entry
    except IntegrityError:
        again = submissions.stored(wish)  # the twin of this submission won the race
        if again is None:
            raise
        return again


def find_step(name: str, *, case: Case | None, kind: str) -> Step:
    spec = case.spec if case is not None else kinds.get(kind)
    if spec is None:
        raise Unknown(_("There is no such process: %(kind)s.") % {"kind": kind})
    if name not in spec.steps or spec.steps[name].opens != (case is None):
        raise Unknown(_("There is no such step: %(step)s.") % {"step": name})
    return spec.steps[name]


def share_rules(org_id: int) -> None:
    """Holds the rules still until commit: a version is published only when no step is under way (PostgreSQL)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [org_id])


def own_rules(org_id: int) -> None:
    """Waits for steps under way, and lets none begin until the new version is committed (PostgreSQL)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [org_id])


def wish_of(
    act: Act, case: Case | None, *, happened_at: datetime | None
) -> submissions.Wish:  # the time as it was sent: one left out must not differ between two tries
    """Everything that makes two submissions the same: step, case, words, files, time, parent."""
    words = {name: str(value) for name, value in act.data.items()}
    files = submissions.said_files(act.files) if act.key else {}
    parent = act.parent.pk if act.parent else None
    return submissions.Wish(
        act.actor, act.key, [repr(act.step), case.pk if case else None, words, files, happened_at, parent]
    )


def clean(act: Act, case: Case | None) -> None:
    """Cleans the answers with the step's form; every face gets the same sentences."""
    files = {word: act.files[word] for word in act.files}  # `dict()` of what a page sends would give lists
    form = form_for(act.step, actor=act.actor, case=case, data=dict(act.data), files=files, at=act.happened_at)
    if not form.is_valid():
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        raise Invalid(_("Some answers are missing or not right."), act.step.clause, errors=errors)
    unknown = sorted(set(act.data) - set(form.fields)) if act.actor.source == "api" else []
    if unknown:
        raise Invalid(
            _("This step does not ask for: %(words)s.") % {"words": ", ".join(unknown)},
            errors={word: [_("This is not asked here.")] for word in unknown},
        )
    act.cleaned = {
        name: value for name, value in form.cleaned_data.items() if name in act.data or name in act.files or value
    }


def _open(act: Act) -> Entry:
    from shouwen.kernel.acts import begin, check_time, finish, write

    if rooms.shut(act.step.kind, act.actor.org_id, at=act.at):
        raise Refusal(
            _("“%(kind)s” is not used in this organization.") % {"kind": act.step.kind.label()}, act.step.clause
        )
    if act.step.by.hopeless(act.actor):
        raise NotAllowed(_("Opening this is not among your offices here."), act.step.clause)
    clean(act, None)
    _heard(act)
    if act.parent is not None:
        lock(act.parent)
        _check_child(act)
    case = begin(act)
    if not allowed(act.actor, case, {"by": act.step.by})["by"]:
        raise NotAllowed(_("Opening this is not among your offices here."), act.step.clause)
    check_time(act, case, [])
    _guard(act, case)
    changed = write(act, case)
    return finish(act, case, from_state="", events=[], changed=changed)


def _heard(act: Act) -> None:
    """A request counts from the moment at which the first person of any department heard it, and passed it on."""
    heard_at = act.cleaned.get("heard_at")
    if heard_at is None:
        return
    if heard_at > act.happened_at:
        raise Refusal(_("It cannot have been heard after this moment."), act.step.clause)
    act.happened_at = heard_at


def _check_child(act: Act) -> None:
    assert act.parent is not None
    if act.step.kind.key not in {children.kind for children in act.parent.spec.children}:
        raise Refusal(_("%(parent)s takes no such case under it.") % {"parent": act.parent.no})


LOCKED = Prepared(
    lambda case_id: Case.objects.select_for_update().filter(pk=case_id).values_list(*columns_of(Case)), case_id=int
)


def lock(case: Case) -> Case:
    """Locks the whole family by its root, then the case; on SQLite the transaction itself is the lock."""
    if case.root_key != case.pk:
        LOCKED.rows(case_id=case.root_key)
    (locked,) = instances(Case, LOCKED.rows(case_id=case.pk))
    return locked


def _take(act: Act, given: Case | None) -> Entry:
    from shouwen.kernel.acts import check_time, finish, write
    from shouwen.kernel.clocks import events_of

    assert given is not None
    case = lock(given) if given.org_id == act.actor.org_id else given
    may = allowed(act.actor, case, {"sees": sees(case.kind, case.org_id), "by": act.step.by})
    if not may["sees"] or case.org_id != act.actor.org_id:
        raise Unknown(_("There is no such case."))
    check_seen(act, case)
    events = events_of(case)
    check_state(act, case, events)
    if not may["by"]:
        raise NotAllowed(_("This step is for: %(who)s.") % {"who": act.step.by.label}, act.step.clause)
    clean(act, case)
    check_time(act, case, events)
    _blocked(act, case)
    _guard(act, case)
    from_state = case.state
    changed = write(act, case)
    entry = finish(act, case, from_state=from_state, events=events, changed=changed)
    _echo(act, case, entry)
    return entry


def check_seen(act: Act, case: Case) -> None:
    """A page shown before somebody else's step is stale; the sentence says what changed."""
    if act.seen_rev is None or act.seen_rev == case.rev:
        return
    last = Entry.objects.filter(stream_type="case", stream_id=case.pk).order_by("-seq").first()
    what = case.spec.steps[last.step].label if last and last.step in case.spec.steps else ""
    raise Stale(_("Meanwhile “%(what)s” was recorded on this case; look at it first.") % {"what": what})


def state_at(events: list[Any], at: datetime, default: str) -> str:
    """The state a case was in at a moment, by the events' own times."""
    state = default
    for event in sorted(events, key=lambda e: (e.happened_at, e.seq)):
        if event.happened_at <= at and event.to_state != event.from_state:
            state = event.to_state
    return state


def check_state(act: Act, case: Case, events: list[Any]) -> None:
    step = act.step
    state = case.state
    if step.to == SAME and act.happened_at < act.at:
        state = state_at(events, act.happened_at, case.state)
    if state not in step.frm:
        from shouwen.kernel import words

        raise Refusal(
            _("“%(step)s” cannot be done while the case is “%(state)s”.")
            % {"step": step.label, "state": words.label(state, case.kind)},
            step.clause,
        )
    if step.when and not matches(step.when, {fact: case.fact(fact) for fact in step.when}):
        raise Refusal(_("“%(step)s” does not fit this case as it is.") % {"step": step.label}, step.clause)


def _blocked(act: Act, case: Case) -> None:
    for children in case.spec.children:
        if act.step.name not in children.blocks:
            continue
        waiting = Case.objects.filter(parent=case, kind=children.kind, closed_at__isnull=True).order_by("id").first()
        if waiting is not None:
            raise Refusal(_("%(no)s under this case is not settled yet.") % {"no": waiting.no}, act.step.clause)


def _guard(act: Act, case: Case) -> None:
    from shouwen.kernel.models import Clock

    for need in act.step.needs:
        live = Clock.objects.filter(case=case, key=need, verdict__isnull=True, due_at__gte=act.happened_at)
        if not live.exists():
            promise = case.spec.commitments[need].label
            raise Refusal(
                _("This needs the promise “%(promise)s” still running and not yet due.") % {"promise": promise},
                act.step.clause,
            )
    for clause, guard in act.step.guards:
        sentence = guard(case, act.cleaned, act.happened_at)
        if sentence:
            raise Refusal(str(sentence), clause or act.step.clause)
    for agreement in act.step.agreements:
        missing = agreement.refusal(act.actor, case, act.cleaned, act.happened_at)
        if missing:
            raise Refusal(*missing)


def _echo(act: Act, case: Case, entry: Entry) -> None:
    """A child's step takes a step of its parent in the same transaction; clocks still listen to own steps only."""
    if case.parent_id is None:
        return
    parent = Case.objects.get(pk=case.parent_id)
    for children in parent.spec.children:
        if children.kind != case.kind or act.step.name not in children.echo:
            continue
        echo = parent.spec.steps[children.echo[act.step.name]]
        from shouwen.ground.actors import system_actor

        _take(
            Act(
                step=echo, actor=system_actor(case.org_id), at=act.at, happened_at=act.happened_at, data={}, files={},
                cause=entry, trusted=True,
            ),
            parent,
        )  # fmt: skip


__all__ = ["Act", "Kind", "find_step", "lock", "own_rules", "perform", "share_rules"]
