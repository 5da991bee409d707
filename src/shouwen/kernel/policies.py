"""Policies: numbers a manager may change, as versions with a moment of effect, a preview, and an entry of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization, Party, Place
from shouwen.kernel import clocks, journal, words
from shouwen.kernel.fold import fold
from shouwen.kernel.goals import PolicyRef, policies, refs
from shouwen.kernel.kinds import Commitment
from shouwen.kernel.limits import resolve
from shouwen.kernel.models import Case, Clock, Entry, Policy, PolicyVersion
from shouwen.kernel.perform import own_rules, share_rules
from shouwen.kernel.refusals import NotAllowed, Refusal, Unknown
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import Rulebook, rulebook
from shouwen.worktime import Goal, GoalError, calendar

Guard = Callable[[int, Any, datetime], str | None]
guards: dict[str, Guard] = {}  # why a policy may not take a value now, asked of the room that reads it
SEGMENTS = "S1-2"  # service standards differ by the segment of the customer
BATCH = 200  # cases a transaction while a version is applied
EXAMPLES = 10
MAKERS = ("manager", "director", "property_gm", "company_gm")


@dataclass
class Preview:
    """What a version would move: clocks, those that would turn late, and some examples (number, promise, due times)."""

    looked_at: int = 0
    moved: int = 0
    late: int = 0
    examples: list[tuple[Any, str, datetime, datetime]] = field(default_factory=list)

    def see(self, case: Any, promise: str, before: datetime, after: datetime, at: datetime) -> None:
        """Counts one running clock with its due time before and after."""
        self.looked_at += 1
        if before != after:
            self.moved += 1
            self.late += int(after < at <= before)
            if len(self.examples) < EXAMPLES:
                self.examples.append((case, promise, before, after))


def may_change(actor: Actor) -> bool:
    """Whether there is any community whose rules are the actor's to change."""
    return actor.system or actor.admin or actor.holds(*MAKERS)


def reaches(actor: Actor, site: Place | None) -> bool:
    """Whether the actor changes the rules of one community, or (None) those that hold in all: an office of one rules no other."""
    there = (None, site.pk) if site else (None,)
    return actor.system or actor.admin or any(held.role in MAKERS and held.site_id in there for held in actor.offices)


def not_allowed(site: Place | None) -> NotAllowed:
    if site is None:
        return NotAllowed(
            _("What holds in every community is changed by an office of the whole organization; name your community.")
        )
    return NotAllowed(_("Policies and calendars are changed by the manager or the director of the community."))


def checked(ref: PolicyRef, value: Any) -> Any:
    """The value as stored; refused with a sentence where it is of another sort, or beyond the law's floor."""
    if isinstance(value, dict) and varies(ref):
        return _by_segment(ref, value)
    if not isinstance(value, type(ref.default)) or isinstance(value, bool) != isinstance(ref.default, bool):
        raise Refusal(
            _("“%(key)s” takes a value such as %(default)s.") % {"key": ref.key, "default": ref.default}, ref.clause
        )
    if not is_goal(ref):
        return value
    try:
        goal = Goal.parse(value)
    except GoalError:
        sentence = _("“%(text)s” is no limit; write for example 15min, 24h, 8wh, 3wd, 7d, 1mo, 3..5wd or 1wd@17:30.")
        raise Refusal(sentence % {"text": value}, ref.clause) from None
    if ref.floor is not None:
        start = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
        if calendar("cn").due(start, goal).due_at > calendar("cn").due(start, ref.floor).due_at:
            raise Refusal(_("The law allows at most %(floor)s here.") % {"floor": ref.floor}, ref.clause)
    return str(goal)


def varies(ref: PolicyRef) -> bool:
    """Whether a policy may say another time for each sort of customer: the limit of a promise may."""
    return is_goal(ref) and bool(promises_of(ref.key))


def _by_segment(ref: PolicyRef, value: dict[str, Any]) -> Any:
    """The time for everybody (`""`) and those of sorts of customers; without any, the plain one."""
    if "" not in value or set(value) - {"", *Party.SEGMENTS}:
        raise Refusal(
            _("Give the time for everybody, and others only for: %(segments)s.")
            % {"segments": _(", ").join(words.label(one) for one in Party.SEGMENTS)},
            SEGMENTS,
        )
    found = {segment: checked(ref, goal) for segment, goal in value.items()}
    return found if set(found) != {""} else found[""]


def is_goal(ref: PolicyRef) -> bool:
    if not isinstance(ref.default, str):
        return False
    try:
        Goal.parse(ref.default)
    except GoalError:
        return False
    return True


def publish(
    key: str, value: Any, *, actor: Actor, at: datetime, effective_at: datetime | None = None, site: Place | None = None,
    to_running: bool = False, note: str = "",
) -> PolicyVersion:  # fmt: skip
    """Makes a value hold from a moment on. Earlier moments are refused: yesterday is never judged by today's rules."""
    if not reaches(actor, site):
        raise not_allowed(site)
    if key not in policies:
        raise Unknown(_("There is no policy “%(key)s”.") % {"key": key})
    value, start = checked(policies[key], value), effective_at or at
    if start < at:
        raise Refusal(_("A policy cannot begin in the past."), policies[key].clause)
    if key in guards and (sentence := guards[key](actor.org_id, value, start)):
        raise Refusal(sentence, policies[key].clause)
    with transaction.atomic():
        own_rules(actor.org_id)
        start = not_before_the_last_step(actor.org_id, start)
        policy, _made = Policy.objects.get_or_create(org_id=actor.org_id, key=key, site=site)
        if policy.versions.filter(effective_at__gte=start).exists():
            raise Refusal(_("A version that begins then or later is there already."), policies[key].clause)
        entry = journal.append(
            journal.stream(actor.org_id, "policy", f"{key}@{site.pk if site else ''}"),
            journal.Saying(
                step="publish", happened_at=at, recorded_at=at,
                facts={"value": value, "effective_at": start, "to_running": to_running}, body={"note": note},
            ),
            actor=actor,
        )  # fmt: skip
        version = PolicyVersion.objects.create(
            policy=policy, effective_at=start, value=value, to_running=to_running, entry=entry
        )
        Organization.objects.filter(pk=actor.org_id).update(rules_rev=F("rules_rev") + 1)
    return version


def not_before_the_last_step(org_id: int, start: datetime) -> datetime:
    """A step recorded while this waited was judged by the old value and stays so: the new one begins after it."""
    steps = Entry.objects.filter(org_id=org_id, stream_type="case")
    last = steps.order_by("-recorded_at", "-id").values_list("recorded_at", flat=True).first()
    return start if last is None or last < start else last + timedelta(microseconds=1)


def promises_of(key: str) -> list[tuple[str, str]]:
    """Kind and key of each promise whose limit reads a policy."""
    return [
        (kind.key, promise.key)
        for kind in kinds.values()
        for promise in kind.commitments.values()
        if key in [ref.key for ref in refs(promise.within)]
    ]


def live_cases(
    org_id: int, promises: Sequence[tuple[str, str]], site_id: int | None, *, not_yet: int | None = None
) -> list[int]:
    """Cases with a live clock of one of these promises, in id order; those that stand on a version already left out."""
    clock = Clock.objects.filter(org_id=org_id, verdict__isnull=True, key__in={key for _kind, key in promises})
    clock = clock.filter(kind__in={kind for kind, _key in promises})
    if site_id:
        clock = clock.filter(site_id=site_id)
    if not_yet is not None:
        clock = clock.exclude(policy_version=not_yet)
    return sorted(set(clock.values_list("case_id", flat=True)))


class _Supposed(Rulebook):
    """A rulebook with one more version than there is, for the preview."""

    def __init__(
        self, org_id: int, site_id: int | None, key: str, value: Any, start: datetime, to_running: bool
    ) -> None:
        super().__init__(org_id, site_id)
        self._policies.setdefault(key, []).append((start, value, -1, to_running))


def preview(
    key: str, value: Any, *, actor: Actor, at: datetime, site: Place | None = None, to_running: bool = True,
    most: int = 100_000,
) -> Preview:  # fmt: skip
    """Counts what would move under the supposed value: straight limits are reckoned anew, all others folded anew."""
    value, found = checked(policies[key], value), Preview()
    by_segment = any(isinstance(one, dict) for one in (value, *_values(actor.org_id, key)))
    books: dict[int | None, Rulebook] = {}

    def book_of(site_id: int | None) -> Rulebook:
        if site_id not in books:
            books[site_id] = _Supposed(actor.org_id, site_id, key, value, at, to_running)
        return books[site_id]

    counted: set[Row] = set()
    cases: set[int] = set()
    for kind, name in promises_of(key):
        live = Clock.objects.filter(org_id=actor.org_id, kind=kind, key=name, verdict__isnull=True)
        live = live.filter(site_id=site.pk) if site else live
        promise = kinds[kind].commitments[name]
        straight = isinstance(promise.within, PolicyRef) and not by_segment
        bent = Q(replaces__isnull=False) | Q(late_start=True) | Q(paused_at__isnull=False) | Q(pauses__isnull=False)
        rows = live.exclude(bent) if straight else live.none()
        for case_id, cycle, seq, site_id, starts_at, due_at in rows.order_by("id").values_list(*STRAIGHT)[:most]:
            after = _reckoned(promise, key, book_of(site_id), starts_at, due_at, at)
            if after is None:
                cases.add(case_id)
            else:
                counted.add((case_id, name, cycle, seq))
                found.see(case_id, name, due_at, after, at)
        cases.update((live.filter(bent) if straight else live).values_list("case_id", flat=True))
    _folded(found, sorted(cases)[:most], set(promises_of(key)), counted, book_of, at)
    numbers = dict(Case.objects.filter(pk__in=[row[0] for row in found.examples]).values_list("id", "no"))
    found.examples = [
        (numbers.get(case, str(case)), name, before, after) for case, name, before, after in found.examples
    ]
    return found


def _values(org_id: int, key: str) -> Iterator[Any]:
    """The values a policy has had."""
    yield from PolicyVersion.objects.filter(policy__org_id=org_id, policy__key=key).values_list("value", flat=True)


Row = tuple[int, str, int, int]  # case, promise, cycle, number: one clock
STRAIGHT = ("case_id", "cycle", "seq", "site_id", "starts_at", "due_at")


def _reckoned(
    promise: Commitment, key: str, book: Rulebook, starts_at: datetime, due_at: datetime, at: datetime
) -> datetime | None:
    """The due time under the supposed version where nothing but this policy decides; None where the journal must say."""
    changes = book.changes([key], promise.calendar)
    if not changes:
        return due_at
    if [(moment, name) for moment, name in changes if moment >= starts_at] != [(at, key)]:
        return None
    if due_at < at:
        return due_at
    calendar, _version = book.calendar(promise.calendar, starts_at)
    limit = resolve(promise.within, starts_at, facts={}, calendar=calendar, rules=book, in_force={key: at})
    return limit.due_at if limit else None


def _folded(
    found: Preview, cases: list[int], promises: set[tuple[str, str]], counted: set[Row],
    book_of: Callable[[int | None], Rulebook], at: datetime,
) -> None:  # fmt: skip
    """Folds cases as they are and as supposed, and counts their live clocks of these promises."""
    for chunk in chunks(cases):
        for case, events in cases_with_events(chunk):
            rules = rulebook(case.org_id, case.site_id)
            old = {(c.key, c.cycle, c.seq): c for c in fold(case.spec, events, rules, until=at)}
            for fact in fold(case.spec, events, book_of(case.site_id), until=at):
                before = old.get((fact.key, fact.cycle, fact.seq))
                if before is None or before.verdict is not None or (case.kind, fact.key) not in promises:
                    continue
                if (case.pk, fact.key, fact.cycle, fact.seq) not in counted:
                    found.see(case.pk, fact.key, before.due_at, fact.due_at, at)


def chunks(ids: list[int], size: int = 500) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def cases_with_events(ids: list[int]) -> Iterator[tuple[Case, list[Any]]]:
    """Cases with their events, two queries a chunk."""
    from shouwen.kernel.fold import Event

    events: dict[int, list[Event]] = {pk: [] for pk in ids}
    for entry in Entry.objects.filter(stream_type="case", stream_id__in=ids).order_by("seq"):
        events[entry.stream_id].append(Event.of(entry))
    for case in Case.objects.filter(pk__in=ids).order_by("id"):
        yield case, events[case.pk]


def refold_cases(ids: list[int], *, at: datetime) -> int:
    """Derives the clocks of cases anew, in batches, each case under its lock; may be broken off and run again."""
    done = 0
    for chunk in chunks(ids, BATCH):
        with transaction.atomic():
            done += clocks.refold_many(_locked(chunk), at=at)
    return done


def _locked(ids: list[int]) -> list[Case]:
    """Cases under the locks of their families: roots first, in order; the rules are held still meanwhile."""
    rows = list(Case.objects.filter(pk__in=ids).values_list("id", "root_id", "org_id"))
    for org_id in sorted({org for _pk, _root, org in rows}):
        share_rules(org_id)
    roots = {root or pk for pk, root, _org in rows}
    list(Case.objects.select_for_update().filter(pk__in=roots).order_by("id").values_list("id"))
    return list(Case.objects.select_for_update().filter(pk__in=ids).order_by("id"))


def apply(version: PolicyVersion, *, at: datetime) -> int:
    """Brings the stored clocks in line with a version that has begun; returns how many cases changed."""
    if version.effective_at > at or version.applied_at is not None:
        return 0
    policy = version.policy
    done = refold_cases(live_cases(policy.org_id, promises_of(policy.key), policy.site_id, not_yet=version.pk), at=at)
    PolicyVersion.objects.filter(pk=version.pk).update(applied_at=at)
    return done


def apply_waiting(*, at: datetime) -> int:
    """Applies every version that has begun and was not applied yet; the worker calls it."""
    waiting = PolicyVersion.objects.filter(effective_at__lte=at, applied_at__isnull=True).order_by("effective_at")
    return sum(apply(version, at=at) for version in waiting.select_related("policy"))
