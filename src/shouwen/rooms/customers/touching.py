"""Care on a customer's own days (客户关怀): raised the day before, where the customer allowed us to remember the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q

from shouwen.ground.models import Place, Role
from shouwen.kernel import words
from shouwen.kernel.access import system
from shouwen.kernel.daily import come_up
from shouwen.kernel.goals import field, rung
from shouwen.kernel.kinds import Commitment, Kind, Step
from shouwen.kernel.models import Consent
from shouwen.kernel.who import desk, director, holder, involved, manager, same_site, steward, supervisor
from shouwen.kernel.worker import scheduled
from shouwen.kernel.zones import local_date, midnight
from shouwen.rooms.customers import care, days
from shouwen.rooms.customers.models import CareFact, CareTouchSheet

CLAUSE = "S6-6.06"
EIGHT = timedelta(hours=8)


class CareTouch(Kind):
    """A customer's birthday or anniversary comes up: somebody says a kind word on the day, or says why not."""

    key, number, sheet, owner = "care_touch", "GH", CareTouchSheet, holder("steward", of="place")
    states, facts, final = "owed greeted let_be", "occasion greet_by", "greeted let_be"
    choices = {"occasion": days.TOPICS}
    examples = {"open": {"occasion": "birthday", "day": "2026-11-24"}}
    sees = involved | manager | (desk | steward | supervisor | director) & same_site
    withdraws, resolved_by = supervisor, "greet"

    open = Step(
        None, "owed", by=system, asks="place customer occasion day greet_by", may="title", tells=(owner,), clause=CLAUSE
    )
    greet = Step("owed", "greeted", by=owner | desk | supervisor, asks="how", may="note", key="r", clause=CLAUSE)
    let_be = Step("owed", "let_be", by=owner | supervisor, asks="note", key="x", clause=CLAUSE)
    greeted_in_time = Commitment(
        by=field("greet_by"),
        during="owed",
        kept_by="greet let_be",
        rungs=(rung("-20%", owner), rung("0", supervisor)),
        clause=CLAUSE,
    )


@scheduled("care", "5 8 * * *")
def raise_touches(org_id: int, at: datetime) -> None:
    """Opens a task for each remembered day that is tomorrow (or today, after a standstill), once a day and customer."""
    if not care.turned_on(org_id, at):
        return
    today = local_date(at)
    for day in (today, today + timedelta(days=1)):
        for fact in due(org_id, day):
            place = home_of(fact, day)
            if place is not None:
                come_up(
                    "care_touch", place, at=at, happened_at=midnight(day - timedelta(days=1)) + EIGHT, key=f"care:{fact.pk}:{day}",
                    data={
                        "customer": fact.party, "occasion": fact.topic, "day": day.isoformat(), "title": words.label(fact.topic),
                        "greet_by": midnight(day + timedelta(days=1)),
                    },
                )  # fmt: skip


def due(org_id: int, day: date) -> list[CareFact]:
    """Remembered days that fall on this one: consented to still, of customers who may be reached."""
    rows = CareFact.objects.filter(org_id=org_id, topic__in=days.TOPICS, party__erased_at__isnull=True)
    allowed = set(
        Consent.objects.filter(org_id=org_id, withdrawn_at__isnull=True, purpose__in=[care.purpose_of(one) for one in days.TOPICS])
        .values_list("party_id", "purpose")
    )  # fmt: skip
    return [
        fact for fact in rows.exclude(party__wish="not_at_all").select_related("party").order_by("id").iterator()
        if (fact.party_id, care.purpose_of(fact.topic)) in allowed and days.falls_on(fact.value, day)
    ]  # fmt: skip


def home_of(fact: CareFact, day: date) -> Place | None:
    """Where the customer lives on a day; who lives nowhere here any more is not greeted."""
    here = Q(until_date__isnull=True) | Q(until_date__gte=day)
    role = Role.objects.filter(here, party_id=fact.party_id).select_related("place").order_by("from_date", "id").first()
    return role.place if role is not None else None
