"""The complaints of a month as the summary shows them: each one's class, course and end; stages and departments apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from shouwen.ground.actors import Actor
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.zones import midnight
from shouwen.rooms.complaints.models import ComplaintCycle, ComplaintSheet

STAGES = (
    "passed_on",
    "acknowledged",
    "returned",
    "minor",
    "significant",
    "major",
    "followed_up",
    "explained",
    "reviewed",
)
OF_DEPT = ("acknowledged", "returned")
SOLVED = ("minor", "significant", "major")
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Row:
    """One complaint of the summary: its class, the last cycle's words, how its promise to solve ended, how it closed."""

    case: Case
    sort: str
    cycle: ComplaintCycle | None
    verdict: str
    ended_by: str
    checked: bool

    @property
    def said(self) -> str:
        """Cause, measure and result of the last cycle, as far as there are any."""
        turn = self.cycle
        return " / ".join(filter(None, (turn.cause, turn.measure, turn.result))) if turn else ""


def after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def of_month(site_id: int | None, month: date) -> list[Case]:
    """Complaints of a community that were taken or ended in a month, in order of their numbers."""
    begin, end = midnight(month), midnight(after(month))
    inside = Q(opened_at__gte=begin, opened_at__lt=end) | Q(closed_at__gte=begin, closed_at__lt=end)
    rows = Case.objects.filter(inside, kind="complaint", site_id=site_id)
    return list(rows.select_related("place", "party", "dept", "owner").order_by("no"))


def rows_of(cases: list[Case]) -> list[Row]:
    """The rows of the summary, in four queries however long it is."""
    ids = [case.pk for case in cases]
    sheets = {sheet.pk: sheet for sheet in ComplaintSheet.objects.filter(pk__in=ids)}
    cycles = {row.case_id: row for row in ComplaintCycle.objects.filter(case__in=ids).order_by("cycle")}
    clocks = Clock.objects.filter(case__in=ids, key__in=SOLVED).exclude(verdict="void").order_by("cycle", "seq")
    verdicts = {clock.case_id: clock.verdict or "running" for clock in clocks}
    ends: dict[int, str] = {}
    checked: set[int] = set()
    steps = Entry.objects.filter(stream_type="case", stream_id__in=ids).order_by("seq")
    for case_id, step, frm, to in steps.values_list("stream_id", "step", "from_state", "to_state"):
        if step == "check_up":
            checked.add(case_id)
        elif frm != to:
            ends[case_id] = step
    found = []
    for case in cases:
        sheet = sheets[case.pk]
        sort = "unfounded" if sheet.unfounded else "parked" if case.state == "parked" else case.grade
        ended = ends.get(case.pk, "") if case.closed_at else ""
        found.append(
            Row(case, sort, cycles.get(case.pk), verdicts.get(case.pk, "—"), ended, case.pk in checked)
        )  # fmt: skip
    return found


def stages(cases: list[Case]) -> Counts:
    """How the promises of each stage ended (hand-over, acknowledgement, work, answer, follow-up)."""
    found: Counts = defaultdict(lambda: defaultdict(int))
    clocks = Clock.objects.filter(case__in=[case.pk for case in cases], key__in=STAGES, verdict__isnull=False)
    for key, verdict in clocks.values_list("key", "verdict"):
        found[key][verdict or ""] += 1
    return {key: dict(found[key]) for key in STAGES if key in found}


def departments(cases: list[Case]) -> dict[str, Counts]:
    """The same for each department to which complaints were referred."""
    found: dict[str, Counts] = {}
    by_dept: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.dept is not None:
            by_dept[case.dept.name].append(case)
    for name, own in sorted(by_dept.items()):
        counts = stages(own)
        found[name] = {key: counts.get(key, {}) for key in OF_DEPT}
    return found


def shown(cases: list[Case], actor: Actor) -> list[Case]:
    """Those somebody may know of: never a complaint about themselves."""
    seen = set(visible_to(actor).filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))
    return [case for case in cases if case.pk in seen]


def open_between(site_id: int | None, begin: datetime, end: datetime) -> list[Case]:
    """Complaints that were open at some time of a span, oldest first: what a sample is drawn from."""
    alive = Q(closed_at__isnull=True) | Q(closed_at__gte=begin)
    return list(Case.objects.filter(alive, kind="complaint", site_id=site_id, opened_at__lt=end).order_by("id"))
