"""The erase run: who and what has been kept long enough, what still holds it, what goes and what stays, said before it is done.

Rooms add why somebody is due (`wishes`: a granted request) and what still holds a person (`holds`: money owed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from shouwen.ground import files
from shouwen.ground.actors import Actor, system_actor
from shouwen.ground.finding import family
from shouwen.ground.models import File, Party, Role
from shouwen.kernel import journal, keeping
from shouwen.kernel.erase import Erased, entries_of, erase_party, files_of, tidy
from shouwen.kernel.models import Attachment, Case, EntryData, Look
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.zones import local_date, midnight

Wish = Callable[[int, datetime], dict[int, str]]
Hold = Callable[[list[int], datetime], list[str]]
wishes: list[Wish] = []
holds: list[Hold] = []
CHUNK = 200


@dataclass
class Plan:
    """A person who is due: why; what would go, by number; what stays; what holds the erasure up altogether."""

    party: Party
    because: str
    cases: int = 0
    entries: int = 0
    files: int = 0
    stays: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    erased: Erased | None = None


@dataclass
class Report:
    """An erase run, or what one would do."""

    done: bool
    plans: list[Plan] = field(default_factory=list)
    files: list[File] = field(default_factory=list)  # of closed cases and cards that go on
    files_held: list[tuple[File, str]] = field(default_factory=list)


def wish(fn: Wish) -> Wish:
    """Adds who has been promised erasure: row number of the customer → why."""
    wishes.append(fn)
    return fn


def hold(fn: Hold) -> Hold:
    """Adds what keeps a person's cards from being erased, as sentences."""
    holds.append(fn)
    return fn


def due(org_id: int, *, at: datetime) -> dict[int, str]:
    """Customers to be erased, each with the reason: promised, or gone for longer than the class FORMER is kept."""
    found: dict[int, str] = {}
    for one in wishes:
        found |= one(org_id, at)
    limit = keeping.ended_before(org_id, "FORMER", at)
    why = _("no longer here since %(day)s, and kept for %(months)d months after that")
    for pk, last in sorted(_gone(org_id, limit).items()):
        found.setdefault(pk, why % {"day": last, "months": keeping.months(org_id, "FORMER", at)})
    there = Party.objects.filter(pk__in=found, org_id=org_id, erased_at__isnull=True, merged_into__isnull=True)
    return {pk: found[pk] for pk in there.order_by("id").values_list("id", flat=True)}


def _gone(org_id: int, limit: date) -> dict[int, date]:
    """Customers all of whose roles ended before a day, and whose last case closed before it; with their last day."""
    ended = Party.objects.filter(org_id=org_id, erased_at__isnull=True, merged_into__isnull=True)
    ended = ended.annotate(last=Max("roles__until_date")).filter(last__lt=limit)
    running = Role.objects.filter(Q(until_date__isnull=True) | Q(until_date__gte=limit), org_id=org_id)
    found = {}
    for party in ended.exclude(pk__in=running.values("party_id")).order_by("id").iterator():
        mine = family(party)
        lately = Case.objects.filter(party_id__in=mine).filter(
            Q(closed_at__isnull=True) | Q(closed_at__gte=midnight(limit))
        )
        if not lately.exists() and not running.filter(party_id__in=mine).exists():
            found[party.pk] = party.last
    return found


def plan(party: Party, *, because: str = "", at: datetime) -> Plan:
    """What an erasure of a person would empty, what it would leave and why, and what forbids it now."""
    mine = family(party)
    cards = list(Party.objects.filter(pk__in=mine, erased_at__isnull=True).order_by("id"))
    cases = list(Case.objects.filter(party_id__in=mine).order_by("id"))
    attached = Attachment.objects.filter(case__in=cases, file__erased_at__isnull=True).select_related("file")
    kept = [one.file for one in attached if keeping.must_stay(one.file, at)]
    made = Plan(party, because, cases=len(cases))
    about = Q()
    for card in cards:
        about |= entries_of(card, cases)
    made.entries = EntryData.objects.filter(about, erased_by__isnull=True).count()
    made.files = len(attached) - len(kept) + sum(len(files_of(card)) for card in cards)
    made.stays = list(_stays(mine, cases, kept, at))
    numbers = [case.no for case in cases if case.closed_at is None]
    if numbers:
        made.holds.append(_("open cases need the customer: %(numbers)s") % {"numbers": ", ".join(numbers[:5])})
    for one in holds:
        made.holds += one(mine, at)
    return made


def _stays(mine: list[int], cases: list[Case], kept: list[File], at: datetime) -> Iterator[str]:
    yield _("the journal's digests: they prove that nothing was altered, and no word can be read from them")
    if cases:
        yield _("number, dates, states and verdicts of %(count)d cases, without words and names") % {
            "count": len(cases)
        }
    if any(_amounts(case) for case in cases):
        yield _("amounts in these cases, for accounting")
    if kept:
        until = max(keeping.kept_until(file, at) for file in kept)
        yield _("%(count)d vouchers, kept for accounting until %(day)s") % {"count": len(kept), "day": until}
    if Role.objects.filter(party_id__in=mine).exists():
        yield _("which home somebody had from when until when, without a name")
    if Look.objects.filter(party_id__in=mine).exists():
        yield _("who looked at protected values, when and for what purpose, as the law asks")


def _amounts(case: Case) -> bool:
    names = [one.name for one in case.spec.sheet._meta.concrete_fields if one.name.endswith("_fen")]
    return any(getattr(case.sheet, name) is not None for name in names)


def run(org_id: int, *, at: datetime, do: bool = False, actor: Actor | None = None) -> Report:
    """Looks at (or, with `do`, erases) all that is due. Each person is a transaction; one that cannot go is named."""
    actor = actor or system_actor(org_id)
    if not (actor.system or actor.admin or actor.holds("manager", "director")) or actor.org_id != org_id:
        raise NotAllowed(_("Erasing is for the manager or the director."))
    report = Report(do)
    for pk, because in due(org_id, at=at).items():
        made = plan(Party.objects.get(pk=pk), because=because, at=at)
        report.plans.append(made)
        if do and not made.holds:
            try:
                made.erased = erase_party(made.party, actor=actor, at=at, reason=f"due: {because}")
            except Refusal as refusal:
                made.holds.append(refusal.sentence)
    _files(report, org_id, at=at, do=do, actor=actor)
    tidy()
    return report


def _files(report: Report, org_id: int, *, at: datetime, do: bool, actor: Actor) -> None:
    """Files whose own term is over, though the customer stays; those of open cases wait."""
    rows = File.objects.filter(org_id=org_id, erased_at__isnull=True)
    sorts = list(rows.order_by().values_list("retention", flat=True).distinct())
    limits = {sort: midnight(keeping.ended_before(org_id, sort, at)) for sort in sorts}
    over = Q(expires_date__lt=local_date(at))
    for sort, limit in limits.items():
        over |= Q(expires_date__isnull=True, retention=sort, created_at__lt=limit)
    for file in rows.filter(over).order_by("id").iterator():
        cases, limit = Case.objects.filter(attachments__file=file), limits[file.retention]
        opened = cases.filter(closed_at__isnull=True).first()
        if opened is not None:
            report.files_held.append((file, _("%(no)s is open") % {"no": opened.no}))
        elif file.expires_date is not None or (cases.exists() and not cases.filter(closed_at__gte=limit).exists()):
            report.files.append(file)
    for start in range(0, len(report.files) if do else 0, CHUNK):
        _remove(report.files[start : start + CHUNK], org_id, at=at, actor=actor)


def _remove(some: list[File], org_id: int, *, at: datetime, actor: Actor) -> None:
    with transaction.atomic():
        share_rules(org_id)
        facts: dict[str, Any] = {"files": [file.pk for file in some]}
        saying = journal.Saying(step="erase", happened_at=at, recorded_at=at, facts=facts, body={"reason": "term over"})
        journal.append(journal.stream(org_id, "erase", "files"), saying, actor=actor)
        for file in some:
            files.remove(file, at=at)
