"""What stands on a day's clearing list, late and forgotten first, and what has cleared each line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet

from shouwen.ground.actors import Actor
from shouwen.kernel.access import visible_to
from shouwen.kernel.goals import policy
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.zones import local_date, midnight
from shouwen.rooms.clearance.models import ClearedLine

FORGOTTEN = policy("clearance.forgotten_hours", 24, clause="S6-1.01")
STANDINGS = ("late", "forgotten", "open", "closed")
MUST = ("late", "forgotten")  # these are cleared one by one before the list is signed


@dataclass(frozen=True)
class Line:
    """A case on the list: how it stands, the last act on it, and whether an act of this day has cleared it."""

    case: Case
    standing: str
    last_at: datetime
    cleared: bool

    @property
    def waits(self) -> bool:
        return self.standing in MUST and not self.cleared


def lines(clearance: Case, *, at: datetime) -> list[Line]:
    """The list as it stands at a moment; once signed, as it was signed."""
    return _signed(clearance) if clearance.closed_at is not None else listing(clearance, at=at)


def listing(clearance: Case, *, at: datetime) -> list[Line]:
    """The list of the day as the cases stand at a moment, in four queries however long it is."""
    begin = midnight(clearance.sheet.day)
    end = midnight(clearance.sheet.day + timedelta(days=1))
    cases = list(on_list(clearance, begin, end).select_related("place", "owner", "party", "building").order_by("id"))
    ids = [case.pk for case in cases]
    acts = Entry.objects.filter(stream_type="case", stream_id__in=ids, actor_id__isnull=False)
    last = dict(acts.values_list("stream_id").annotate(last=Max("happened_at")).values_list("stream_id", "last"))
    today = set(acts.filter(happened_at__gte=begin, happened_at__lt=end).values_list("stream_id", flat=True))
    overdue = Clock.objects.filter(case__in=ids, verdict__isnull=True, paused_at__isnull=True, due_at__lt=min(at, end))
    late = set(overdue.values_list("case_id", flat=True))
    hours, _version = rulebook(clearance.org_id, clearance.site_id).policy(FORGOTTEN.key, FORGOTTEN.default, at)
    found = []
    for case in cases:
        seen = last.get(case.pk, case.opened_at)
        forgotten = seen <= min(at, end) - timedelta(hours=hours)
        standing = (
            "closed" if case.closed_at and case.closed_at < end
            else "late" if case.pk in late else "forgotten" if forgotten else "open"
        )  # fmt: skip
        found.append(Line(case, standing, seen, cleared=case.pk in today))
    return sorted(found, key=lambda line: (STANDINGS.index(line.standing), line.case.due_at or at, line.case.pk))


def shown(found: list[Line], actor: Actor) -> list[Line]:
    """The lines somebody may know of: never a complaint about themselves."""
    seen = set(visible_to(actor).filter(pk__in=[line.case.pk for line in found]).values_list("pk", flat=True))
    return [line for line in found if line.case.pk in seen]


def on_list(clearance: Case, begin: datetime, end: datetime) -> QuerySet[Case]:
    """Cases of the community still open at the end of the day, or closed on it."""
    listed = [kind.key for kind in kinds.values() if kind.cleared_daily]
    rows = Case.objects.filter(org_id=clearance.org_id, site_id=clearance.site_id, kind__in=listed, opened_at__lt=end)
    return rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=begin))


def _signed(clearance: Case) -> list[Line]:
    rows = ClearedLine.objects.filter(case=clearance).select_related(
        "subject", "subject__place", "subject__owner", "subject__party", "subject__building"
    )
    at = clearance.closed_at
    assert at is not None
    return [Line(row.subject, row.standing, at, row.cleared) for row in rows.order_by("turn", "position")]


def counts(clearance: Case, *, at: datetime) -> dict[str, int]:
    """How many stand how at a moment; counted once for each."""
    kept: dict[datetime, dict[str, int]] = clearance.__dict__.setdefault("_counts", {})
    if at not in kept:
        found = listing(clearance, at=at)
        kept[at] = {standing: sum(line.standing == standing for line in found) for standing in STANDINGS}
    return kept[at]


def month(org_id: int, site_id: int, first: date, until: date) -> list[tuple[date, Case | None]]:
    """Each day from first to until with its list; a day without a signed one is a gap (None, or still open)."""
    rows = Case.objects.filter(
        org_id=org_id, site_id=site_id, kind="clearance", opened_at__gte=midnight(first),
        opened_at__lt=midnight(until + timedelta(days=1)),
    )  # fmt: skip
    by_day = {local_date(case.opened_at): case for case in rows.select_related("owner").order_by("id")}
    return [(day, by_day.get(day)) for n in range((until - first).days + 1) for day in [first + timedelta(days=n)]]


def first_day(clearance: Case) -> date:
    """The day of the first list of a community: before it no day is a gap."""
    rows = Case.objects.filter(org_id=clearance.org_id, site_id=clearance.site_id, kind="clearance")
    found = rows.order_by("opened_at").values_list("opened_at", flat=True).first()
    return local_date(found) if found else clearance.sheet.day
