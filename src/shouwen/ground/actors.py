"""Who acts: an account at a moment, with the offices held or stood in for then. Rights follow from these alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from shouwen.ground.models import Account, Holding, Organization, Staff
from shouwen.ground.prepared import Prepared


@dataclass(frozen=True)
class Held:
    """An office as held by the actor: its reach (organization, community, building, department), and for whom."""

    office_id: int
    role: str
    site_id: int | None = None
    building_id: int | None = None
    dept_id: int | None = None
    stand_in: bool = False


@dataclass(frozen=True)
class Actor:
    """Somebody, or the system itself, about to look or act. `source` scopes idempotency keys.

    `case_id` = whoever holds a code or link for one case: its customer, and of no other case.
    """

    org_id: int
    staff_id: int | None = None
    party_id: int | None = None
    account_id: int | None = None
    name: str = ""
    offices: tuple[Held, ...] = ()
    system: bool = False
    admin: bool = False
    language: str = "zh-hans"
    case_id: int | None = None
    source: str = field(default="desk", compare=False)

    @property
    def office_ids(self) -> list[int]:
        return [held.office_id for held in self.offices]

    @property
    def site_ids(self) -> list[int]:
        """Communities in which the actor holds any office; empty also when an office reaches everywhere."""
        return sorted({held.site_id for held in self.offices if held.site_id})

    def holds(self, *roles: str) -> bool:
        return any(held.role in roles for held in self.offices)


def system_actor(org_id: int) -> Actor:
    """The product itself: takes the steps that time and other rooms' events cause."""
    return Actor(org_id=org_id, system=True, name="system", source="system")


HELD = Prepared(
    lambda staff_id, at: (
        Holding.objects.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), staff_id=staff_id, from_at__lte=at)
        .order_by("office_id")
        .values_list(
            "office_id", "office__role", "office__site_id", "office__building_id", "office__dept_id", "stand_in"
        )
    ),
    staff_id=int, at=datetime,
)  # fmt: skip
PERSON = Prepared(lambda staff_id: Staff.objects.filter(pk=staff_id).values_list("name", "left_date"), staff_id=int)


def held_at(staff_id: int, at: datetime) -> tuple[Held, ...]:
    """Offices held or stood in for by a member of staff at a moment (UTC)."""
    return tuple(Held(*row) for row in HELD.rows(staff_id=staff_id, at=at))


def actor_for(account: Account, *, at: datetime, source: str = "desk") -> Actor:
    """The actor an account stands for at a moment. A disabled account, or one of somebody who left, holds nothing."""
    name, left_date = PERSON.rows(staff_id=account.staff_id)[0] if account.staff_id else (account.username, None)
    working = bool(account.staff_id) and account.is_active and (left_date is None or left_date >= at.date())
    return Actor(
        org_id=account.org_id,
        staff_id=account.staff_id if working else None,
        party_id=account.party_id if account.is_active else None,
        account_id=account.pk,
        name=name,
        offices=held_at(account.staff_id, at) if working and account.staff_id else (),
        admin=account.is_admin and account.is_active,
        language=account.language or "zh-hans",
        source=source,
    )


def actors_of_staff(staff_ids: Iterable[int], *, org: Organization, at: datetime) -> dict[int, Actor]:
    """One actor a member of staff, for previews and batches."""
    return {staff_id: Actor(org_id=org.pk, staff_id=staff_id, offices=held_at(staff_id, at)) for staff_id in staff_ids}
