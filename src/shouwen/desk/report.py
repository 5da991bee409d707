"""The report of promises: how many were kept, by what one asks, from the figure tables and the clocks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.ids import typed_id
from shouwen.ground.models import Department, Place, Staff
from shouwen.kernel import tallies, words
from shouwen.kernel.access import visible_to
from shouwen.kernel.handbook import natural
from shouwen.kernel.models import Clock, Figure, FigureDelta, Tally
from shouwen.kernel.registry import kinds
from shouwen.kernel.zones import local_date, midnight

SHOWN = ("kept", "late", "broken", "agreed_later", "postponed", "void", "excused")
COUNTED = ("kept", "late", "broken")  # what the share is made of; the others are counted apart
PERIODS = ("month", "7", "30", "90", "365")
GROUPS = ("promise", "clause", "kind", "person", "dept", "building", "week")
COMPARED = ("", "before", "year")
COLUMNS = {
    "promise": ("clause", "kind", "key"), "clause": ("clause",), "kind": ("kind",), "person": ("staff_id",),
    "dept": ("dept_id",), "building": ("building_id",), "week": ("day",),
}  # fmt: skip
FILTERS = {
    "kind": "kind",
    "clause": "clause",
    "key": "key",
    "dept": "dept_id",
    "building": "building_id",
    "person": "staff_id",
}
NUMBERED = ("dept", "building", "person")
NAMED = {"person": Staff, "dept": Department, "building": Place}
WEEKS = 12
Counts = dict[str, int]


@dataclass(frozen=True)
class Asked:
    """What is asked of the report: days from and until (both inside), how grouped, compared with what, only which."""

    since: date
    until: date
    period: str = ""
    by: str = "promise"
    compare: str = ""
    only: tuple[tuple[str, str], ...] = ()

    def earlier(self) -> Asked | None:
        """The same question about the days it is compared with."""
        days = (self.until - self.since).days + 1
        if self.compare == "before":
            return replace(self, since=self.since - timedelta(days=days), until=self.since - timedelta(days=1))
        if self.compare == "year":
            return replace(self, since=_year_before(self.since), until=_year_before(self.until))
        return None

    def address(self, **change: str) -> str:
        """The same page with something changed; an empty value takes a question back."""
        found = {"by": self.by, "compare": self.compare, **dict(self.only)}
        if self.period:
            found["days"] = self.period
        else:
            found |= {"from": self.since.isoformat(), "until": self.until.isoformat()}
        if "days" in change:
            found.pop("from", None), found.pop("until", None)
        found |= change
        return "?" + urlencode({key: value for key, value in found.items() if value})


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def asked(query: Mapping[str, str], *, at: datetime) -> Asked:
    """The question an address puts; what cannot be read falls back to this month, by promise."""
    today = local_date(at)
    period = query.get("days", "")
    since, until = _day(query.get("from")), _day(query.get("until"))
    if since and until and since <= until and not period:
        until = min(until, since + timedelta(days=3660))
    else:
        period = period if period in PERIODS else "month"
        since = today.replace(day=1) if period == "month" else today - timedelta(days=int(period) - 1)
        until = today
    only = []
    for name in FILTERS:
        value = query.get(name, "").replace("\x00", "")[:60]
        if value and (name not in NUMBERED or value == "0" or typed_id(value)):
            only.append((name, value))
    by, compare = query.get("by", "promise"), query.get("compare", "")
    return Asked(
        since, until, period, by if by in GROUPS else "promise", compare if compare in COMPARED else "", tuple(only)
    )


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def everywhere(actor: Actor) -> bool:
    """Whether one of an actor's offices reaches all communities."""
    return actor.admin or actor.system or not actor.site_ids or any(held.site_id is None for held in actor.offices)


def reach(actor: Actor, column: str = "site_id") -> Q:
    """The communities an actor's offices reach; all of them where one office reaches everywhere."""
    mine = Q(org_id=actor.org_id)
    return mine if everywhere(actor) else mine & Q(**{f"{column}__in": actor.site_ids})


def figures(question: Asked, actor: Actor, *, by_day: bool = False) -> list[QuerySet[Any]]:
    """The rows that the question is about, in parts that add up: tallies of whole communities where nobody's department,
    building or name is asked for, else the figures of each."""
    if question.by in NUMBERED or any(name in NUMBERED for name, _value in question.only):
        days = Figure.objects.filter(reach(actor), day__gte=question.since, day__lte=question.until)
        return [_only(question, days)]
    parts = tallied(actor, question.since, question.until, by_day=by_day)
    return [_only(question, part) for part in parts]


def tallied(actor: Actor, since: date, until: date, *, by_day: bool = False) -> list[QuerySet[Any]]:
    """The tallies of the days between, both inside, of what the actor's offices reach."""
    sites = [tallies.EVERYWHERE] if everywhere(actor) else actor.site_ids
    rows = Tally.objects.filter(org_id=actor.org_id, site_id__in=sites)
    days = [tallies.days(since, until)] if by_day else tallies.parts(since, until)
    return [rows.filter(**part) for part in days]


def _only(question: Asked, rows: QuerySet[Any]) -> QuerySet[Any]:
    for name, value in question.only:
        rows = (
            rows.filter(clause__in=clauses_with(value)) if name == "clause" else rows.filter(**{FILTERS[name]: value})
        )
    return rows


def clauses_with(clause: str, *, declared_only: bool = False) -> list[str]:
    """As promises name it: a clause alone, and together with others."""
    promises = [promise for kind in kinds.values() for promise in kind.commitments.values()]
    found = {promise.clause for promise in promises if clause in promise.clause.split()}
    return sorted(found if declared_only else found | {clause})


def by_clause(actor: Actor, *, since: date) -> dict[str, Counts]:
    """Counts of every clause since a day; a promise with two clauses counts for both."""
    sums: dict[str, Counts] = defaultdict(none)
    for rows in tallied(actor, since, date(since.year + 100, 1, 1)):
        for clauses, verdict, count in rows.values_list("clause", "verdict").annotate(Sum("count")).order_by():
            for one in clauses.split():
                if verdict in SHOWN:
                    sums[one][verdict] += count
    return sums


def none() -> Counts:
    return dict.fromkeys(SHOWN, 0)


def share(counts: Mapping[str, int]) -> float | None:
    """Per cent kept of what ended one way or the other, one digit, never rounded up; None where nothing did."""
    whole = sum(counts[name] for name in COUNTED)
    return (1000 * counts["kept"] // whole) / 10 if whole else None


@dataclass
class Row:
    """One line of the report with its counts, what it was in the days compared, and its address parts."""

    value: tuple[Any, ...]
    label: str
    clause: str = ""
    kind: str = ""
    counts: Counts = field(default_factory=none)
    before: Counts | None = None
    median: float | None = None
    most: float | None = None
    only: dict[str, str] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        return share(self.counts)

    @property
    def change(self) -> float | None:
        """Percentage points against the days compared."""
        then = share(self.before) if self.before else None
        return round(self.share - then, 1) if self.share is not None and then is not None else None

    @property
    def failed(self) -> int:
        return self.counts["late"] + self.counts["broken"]

    @property
    def whole(self) -> int:
        """All that ended one way or the other."""
        return sum(self.counts[name] for name in COUNTED)

    @property
    def part_failed(self) -> float:
        """Of the bar's 120 units, how many stand for late and broken."""
        return round(120 * self.failed / self.whole, 1) if self.whole else 0

    @property
    def part_kept(self) -> float:
        return round(120 - self.part_failed, 1)


@dataclass
class Report:
    """The whole answer: total, lines, weeks, and the one thing to look at."""

    question: Asked
    total: Row
    rows: list[Row]
    weeks: list[Row]
    worst: Row | None = None
    weekday: str = ""
    weekday_count: int = 0


def build(question: Asked, actor: Actor) -> Report:
    """The report; a bounded number of queries whatever is asked."""
    rows = grouped(question, actor)
    total = Row((), "", counts=added(row.counts for row in rows))
    earlier = question.earlier()
    if earlier is not None:
        then = {row.value: row.counts for row in grouped(earlier, actor)}
        total.before = added(then.values())
        for row in rows:
            row.before = then.get(row.value) or none()
    report = Report(question, total, rows, weeks_of(question, actor))
    by_promise = rows if question.by == "promise" else grouped(replace(question, by="promise"), actor)
    failing = [row for row in by_promise if row.failed]
    if failing:
        report.worst = max(failing, key=lambda row: row.failed)
        report.weekday, report.weekday_count = _weekday(question, actor, report.worst)
    return report


def added(parts: Iterable[Counts]) -> Counts:
    """Several counts as one."""
    total = none()
    for counts in parts:
        for name, count in counts.items():
            total[name] += count
    return total


def grouped(question: Asked, actor: Actor) -> list[Row]:
    """The lines of the report, without comparison and times; three queries at most for the sums and one for names."""
    columns = COLUMNS[question.by]
    sums: dict[tuple[Any, ...], Counts] = defaultdict(none)
    for part in figures(question, actor):
        for *value, verdict, count in part.values_list(*columns, "verdict").annotate(Sum("count")).order_by():
            key = (tallies.monday(value[0]),) if question.by == "week" else tuple(value)
            if verdict in SHOWN:
                sums[key][verdict] += count
    names = _names(question.by, {value[0] for value in sums})
    rows = [_row(question.by, value, names, sums[value]) for value in sorted(sums) if any(sums[value].values())]
    return rows if question.by in ("promise", "clause", "week") else sorted(rows, key=lambda row: row.label)


def _names(by: str, ids: set[Any]) -> dict[Any, str]:
    if by not in NAMED:
        return {}
    rows = NAMED[by]._default_manager.filter(pk__in=ids)
    return {row.pk: row.name or str(row) for row in rows}


def _row(by: str, value: tuple[Any, ...], names: dict[Any, str], counts: Counts) -> Row:
    if by == "promise":
        clause, kind, key = value
        only = {"clause": clause, "kind": kind, "key": key}
        return Row(value, words.label(key, kind), clause, words.label(kind), counts, only=only)
    (one,) = value
    if by == "clause":
        return Row(value, one, one, counts=counts, only={"clause": one})
    if by == "kind":
        return Row(value, words.label(one), counts=counts, only={"kind": one})
    if by == "week":
        last = one + timedelta(days=6)
        return Row(value, f"{one:%m-%d} – {last:%m-%d}", counts=counts, only={"from": str(one), "until": str(last)})
    return Row(value, names.get(one) or _("nobody named"), counts=counts, only={by: str(one)})


def weeks_of(question: Asked, actor: Actor) -> list[Row]:
    """The twelve weeks up to the last day asked for, each with its counts, also where nothing ended."""
    monday = question.until - timedelta(days=question.until.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    found = {row.value[0]: row for row in grouped(replace(question, since=first, by="week"), actor)}
    days = [first + timedelta(weeks=n) for n in range(WEEKS)]
    return [found.get(day) or _row("week", (day,), {}, none()) for day in days]


def _weekday(question: Asked, actor: Actor, row: Row) -> tuple[str, int]:
    """On which day of the week a promise failed most often, and how often."""
    days: dict[int, int] = defaultdict(int)
    rows = figures(question, actor, by_day=True)[0].filter(clause=row.value[0], kind=row.value[1], key=row.value[2])
    for day, count in rows.filter(verdict__in=("late", "broken")).values_list("day").annotate(Sum("count")).order_by():
        days[day.weekday()] += count
    best = max(days, key=lambda n: days[n])
    names = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
    return names[best], days[best]


def ended(question: Asked, actor: Actor, also: Mapping[str, str] | None = None) -> QuerySet[Clock]:
    """The clocks behind a figure: the same days, promises, people and places, each judged as it now stands."""
    only = {**dict(question.only), **(also or {})}
    since = _day(only.pop("from", None)) or question.since
    until = _day(only.pop("until", None)) or question.until
    since, until = max(since, question.since), min(until, question.until)
    rows = Clock.objects.filter(reach(actor), verdict__isnull=False)
    rows = rows.filter(due_at__gt=midnight(since), due_at__lte=midnight(until + timedelta(days=1)))
    if "clause" in only:
        rows = rows.filter(clause__in=clauses_with(only["clause"]))
    for name in ("kind", "key"):
        if name in only:
            rows = rows.filter(**{name: only[name]})
    for name in NUMBERED:
        if name in only:
            rows = rows.annotate(**{f"as_{name}": _as_counted(FILTERS[name])})
            wanted = int(only[name])
            rows = rows.filter(**{f"as_{name}": wanted} if wanted else {f"as_{name}__isnull": True})
    return rows


def _as_counted(column: str) -> Subquery:
    """A clock's person, department or building as its verdict was counted; a case may have moved since."""
    last = FigureDelta.objects.filter(clock_id=OuterRef("pk")).order_by("-id")
    return Subquery(last.values(column)[:1])


def cases_behind(rows: QuerySet[Clock], actor: Actor, *, most: int, skip: int = 0) -> tuple[list[Clock], int]:
    """The clocks that an actor may see, newest first, and how many lie in cases that are not theirs to see."""
    mine = rows.filter(case__in=visible_to(actor))
    found = mine.select_related("case", "case__place", "case__building", "case__owner", "answerable")
    hidden = rows.count() - mine.count()
    return list(found.order_by("-due_at", "-id")[skip : skip + most]), hidden


def choices(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen in the filters: kinds and clauses that promise something, departments, buildings, people."""
    promises = [promise for kind in kinds.values() for promise in kind.commitments.values()]
    buildings = (
        Place.objects.filter(reach(actor), kind="building").select_related("site").order_by("site__code", "code")
    )
    people = Staff.objects.filter(org_id=actor.org_id).order_by("number")
    return {
        "kind": sorted({(p.kind.key, words.label(p.kind.key)) for p in promises}),
        "clause": sorted({(p.clause, p.clause) for p in promises if p.clause}, key=lambda pair: natural(pair[0].split()[0])),
        "dept": [(str(d.pk), d.name) for d in Department.objects.filter(org_id=actor.org_id).order_by("name")],
        "building": [(str(b.pk), f"{b.site or ''} {b.name}".strip()) for b in buildings],
        "person": [(str(one.pk), one.name) for one in people],
    }  # fmt: skip
