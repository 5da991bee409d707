"""People as declarations name them: each is a rule (may they?) and an address (whom to tell, who owes)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q

from shouwen.ground.actors import Actor
from shouwen.ground.offices import Post, Roster, Where
from shouwen.kernel.access import EVERYTHING, NOTHING, Rule, taking_part
from shouwen.kernel.models import Case


def roster_of(case: Case, at: datetime) -> Roster:
    """The offices that answer where a case lies, at a moment; read once for the case as it is at hand."""
    key = (case.org_id, case.site_id, at)
    kept: tuple[Any, Roster] | None = case.__dict__.get("_roster")
    if kept is None or kept[0] != key:
        kept = case.__dict__["_roster"] = (key, Roster(case.org_id, site_id=case.site_id, at=at))
    return kept[1]


class Target:
    """Somebody found for a case at a moment: a member of staff, the office that answers, or a customer."""

    __slots__ = ("office_id", "party_id", "staff_id")

    def __init__(self, *, office_id: int | None = None, staff_id: int | None = None, party_id: int | None = None):
        self.office_id, self.staff_id, self.party_id = office_id, staff_id, party_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Target) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[int | None, int | None, int | None]:
        return self.office_id, self.staff_id, self.party_id


Find = Callable[[Case, Roster], Target | None]


class Who(Rule):
    """A rule that can also be addressed: `find` says who it is for one case, from a roster read once.

    `appoint` says who would answer were nobody named yet; it differs from `find` for a `holder` only.
    """

    def __init__(self, fn: Callable[[Actor], Q], label: str, find: Find, appoint: Find | None = None) -> None:
        super().__init__(fn, label)
        self._find, self._appoint = find, appoint or find

    def find(self, case: Case, roster: Roster) -> Target | None:
        return self._find(case, roster)

    def appoint(self, case: Case, roster: Roster) -> Target | None:
        return self._appoint(case, roster)


def _of_post(post: Post | None) -> Target | None:
    return Target(office_id=post.office_id, staff_id=post.staff_id) if post else None


def where(case: Case) -> Where:
    return Where(site_id=case.site_id, building_id=case.building_id)


def reach(actor: Actor, role: str) -> Q:
    """Cases inside the reach of the actor's offices of a role: everywhere, communities, buildings, departments."""
    q = NOTHING
    for held in actor.offices:
        if held.role != role:
            continue
        if held.dept_id:
            part = Q(dept_id=held.dept_id)
            part = part & Q(site_id=held.site_id) if held.site_id else part
        elif held.building_id:
            part = Q(building_id=held.building_id)
        elif held.site_id:
            part = Q(site_id=held.site_id)
        else:
            part = EVERYTHING
        q = part if q == NOTHING else EVERYTHING if EVERYTHING in (q, part) else q | part
    return q


def office(role: str) -> Who:
    """Whoever holds (or stands in for) the office of a role whose reach covers the case."""
    return Who(lambda actor: reach(actor, role), role, lambda case, roster: _of_post(roster.find(role, where(case))))


def holder(role: str, of: str = "place") -> Who:
    """The owner of a case: appointed is the nearest office of a role, seen from the place; afterwards whoever answers now."""
    return Who(
        lambda actor: owner.q(actor), "owner", lambda case, roster: owner.find(case, roster),
        lambda case, roster: _of_post(roster.find(role, where(case))),
    )  # fmt: skip


def head(fact: str = "dept") -> Who:
    """The head of the department that a fact names."""

    def find(case: Case, roster: Roster) -> Target | None:
        return (
            _of_post(roster.find("head", Where(site_id=case.site_id, dept_id=case.dept_id))) if case.dept_id else None
        )

    return Who(lambda actor: reach(actor, "head"), f"head of {fact}", find)


def _owner_q(actor: Actor) -> Q:
    q = Q(owner_office_id__in=actor.office_ids) if actor.offices else NOTHING
    if actor.staff_id is None:
        return q
    named = Q(owner_office__isnull=True, owner_id=actor.staff_id)
    return named if q == NOTHING else q | named


def _owner_find(case: Case, roster: Roster) -> Target | None:
    if case.owner_office_id:
        post = roster.post(case.owner_office_id)
        staff_id = post.staff_id if post else case.owner_id
        return Target(office_id=case.owner_office_id, staff_id=staff_id or case.owner_id)
    return Target(staff_id=case.owner_id) if case.owner_id else None


def _named(column: str) -> Who:
    def find(case: Case, roster: Roster) -> Target | None:
        staff_id: Any = getattr(case, f"{column}_id")
        return Target(staff_id=staff_id) if staff_id else None

    return Who(lambda actor: Q(**{f"{column}_id": actor.staff_id}) if actor.staff_id else NOTHING, column, find)


owner = Who(_owner_q, "owner", _owner_find)
assignee = _named("assignee")
first_contact = _named("first_contact")
customer = Who(
    lambda actor: Q(pk=actor.case_id) if actor.case_id else Q(party_id=actor.party_id) if actor.party_id else NOTHING,
    "customer",
    lambda case, roster: Target(party_id=case.party_id) if case.party_id else None,
)


def _involved(actor: Actor) -> Q:
    q = NOTHING
    for part in (owner.q(actor), assignee.q(actor), first_contact.q(actor), taking_part(actor), customer.q(actor)):
        q = part if q == NOTHING else q if part == NOTHING else q | part
    return q


involved = Rule(_involved, "involved")
same_site = Rule(
    lambda actor: (
        EVERYTHING
        if any(held.site_id is None and held.dept_id is None for held in actor.offices)
        else Q(site_id__in=actor.site_ids)
        if actor.site_ids
        else NOTHING
    ),
    "same site",
)

desk, steward, supervisor, director = office("desk"), office("steward"), office("supervisor"), office("director")
property_gm, company_gm, manager = office("property_gm"), office("company_gm"), office("manager")
engineer, cashier, dispatcher, fitter = office("engineer"), office("cashier"), office("dispatcher"), office("fitter")
