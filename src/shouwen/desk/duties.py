"""What somebody owes: clocks by time left, what is owed today and how much of it is done, what is new, who is at work."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q, QuerySet

from shouwen.desk.listing import next_clocks
from shouwen.ground.actors import Actor
from shouwen.ground.models import Holding
from shouwen.ground.prepared import Prepared
from shouwen.kernel import words
from shouwen.kernel.access import in_sight, visible_to
from shouwen.kernel.kinds import Step
from shouwen.kernel.mail import sentence
from shouwen.kernel.models import Case, Clock, Notice
from shouwen.kernel.wordings import said_of
from shouwen.kernel.zones import local_date, midnight, night_of

ROWS, THEIRS = 40, 12
DESK = ("desk", "supervisor", "director", "dispatcher")  # whom one turns to
TEAM = ("owner__name", "owner__number", "over", "today")
LEADERS = ("supervisor", "director", "manager", "property_gm", "company_gm", "head")


def owed_by(actor: Actor) -> QuerySet[Clock]:
    """The clocks somebody owes, by name or by an office held."""
    mine = Q(owed_by_id=actor.staff_id) | Q(owed_by_office_id__in=actor.office_ids)
    return Clock.objects.filter(mine, org_id=actor.org_id)


def my_clocks(actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """Running clocks by time left, each with the act that would stop it."""
    return [{"clock": clock, "act": act_for(clock, actor)} for clock in _mine(actor).objects()]


@lru_cache(maxsize=1000)
def _mine(actor: Actor) -> Prepared:
    rows = owed_by(actor).filter(in_sight(actor), verdict__isnull=True)
    found = rows.select_related("case", "case__place", "case__party").order_by("due_at", "id")[:ROWS]
    return Prepared(lambda: found)


def act_for(clock: Clock, actor: Actor) -> Step | None:
    """The step that would stop a clock, as far as state and offices say; asked of no table."""
    spec, case = clock.case.spec, clock.case
    for name in spec.commitments[clock.key].kept_by if clock.key in spec.commitments else ():
        step = spec.steps[name]
        if case.state in step.frm and not step.by.hopeless(actor):
            return step
    return None


def groups(rows: list[dict[str, Any]], *, now: datetime) -> list[tuple[str, list[dict[str, Any]]]]:
    """Past due, due today, later, standing still: in this order, empty ones left out."""
    night = night_of(now)
    named: dict[str, list[dict[str, Any]]] = {"over": [], "today": [], "later": [], "paused": []}
    for row in rows:
        clock = row["clock"]
        name = (
            "paused"
            if clock.paused_at
            else "over"
            if clock.due_at < now
            else "today"
            if clock.due_at <= night
            else "later"
        )
        named[name].append(row)
    return [(name, found) for name, found in named.items() if found]


def owed_today(actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """Each sort of promise due today: how many are still open, of how many."""
    start, night = midnight(local_date(now)), night_of(now)
    rows = owed_by(actor).filter(due_at__gt=start, due_at__lte=night).exclude(verdict__in=("void", "postponed"))
    found = rows.values("kind", "key").annotate(all=Count("id"), open=Count("id", filter=Q(verdict__isnull=True)))
    named: dict[str, dict[str, Any]] = {}
    for row in found.order_by("kind", "key"):
        label = words.label(row["key"], row["kind"])
        one = named.setdefault(label, {"label": label, "all": 0, "open": 0})
        one["all"], one["open"] = one["all"] + row["all"], one["open"] + row["open"]
    return sorted(named.values(), key=lambda row: (-row["open"], row["label"]))


def news(actor: Actor, *, most: int = 5) -> list[tuple[Notice, str]]:
    """What others did on cases of mine and I have not looked at; alarms stand in the clocks already."""
    rows = Notice.objects.filter(staff_id=actor.staff_id, seen_at__isnull=True, case__isnull=False).exclude(
        template="alarm"
    )
    found, said = list(rows.select_related("case").order_by("-created_at", "-id")[:most]), said_of(actor.org_id)
    return [(row, sentence(row, said)) for row in found]


def at_work(actor: Actor, *, now: datetime, most: int = 8) -> list[dict[str, Any]]:
    """Who holds the offices one turns to, in the communities of the actor."""
    people: dict[str, dict[str, Any]] = {}
    for holding in _at_work(actor).objects(now=now):
        one = people.setdefault(holding.staff.name, {"name": holding.staff.name, "roles": []})
        label = words.label(holding.office.role)
        if label not in one["roles"]:
            one["roles"].append(label)
    return list(people.values())[:most]


def team(actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """For those who lead: past due and due today of each person, the worst first."""
    if not actor.holds(*LEADERS):
        return []
    rows = _team(actor).rows(now=now, night=night_of(now))
    return [{"owner__name": name, "owner__number": no, "over": over, "today": day} for name, no, over, day in rows]


@lru_cache(maxsize=1000)
def _team(actor: Actor) -> Prepared:
    def make(now: datetime, night: datetime) -> QuerySet[Any, Any]:
        over, today = (Count("id", filter=part) for part in (Q(due_at__lt=now), Q(due_at__gte=now)))
        live = visible_to(actor).filter(closed_at__isnull=True, due_at__lte=night)
        rows = live.values("owner__name", "owner__number").annotate(over=over, today=today)
        return rows.order_by("-over", "-today", "owner__number").values_list(*TEAM)[:20]

    return Prepared(make, now=datetime, night=datetime)


@lru_cache(maxsize=1000)
def _at_work(actor: Actor) -> Prepared:
    """Who holds those offices now."""

    def make(now: datetime) -> QuerySet[Holding]:
        rows = Holding.objects.filter(
            Q(until_at__isnull=True) | Q(until_at__gt=now), org_id=actor.org_id, from_at__lte=now
        )
        rows = rows.filter(office__role__in=DESK, staff__left_date__isnull=True)
        rows = rows.filter(office__site_id__in=actor.site_ids) if actor.site_ids else rows
        return rows.select_related("staff", "office").order_by("office__role", "staff__number")

    return Prepared(make, now=datetime)


def theirs(actor: Actor, *, now: datetime) -> list[tuple[Case, Clock]]:
    """For those who lead: the cases of others that are due first, with the clock that says so."""
    if not actor.holds(*LEADERS):
        return []
    cases = _theirs(actor).objects()
    clocks = next_clocks(cases)
    return [(case, clocks[case.pk]) for case in cases if case.pk in clocks]


@lru_cache(maxsize=1000)
def _theirs(actor: Actor) -> Prepared:
    rows = visible_to(actor).filter(closed_at__isnull=True, due_at__isnull=False).exclude(owner_id=actor.staff_id)
    found = rows.select_related("place", "owner").order_by("due_at", "id")[:THEIRS]
    return Prepared(lambda: found)
