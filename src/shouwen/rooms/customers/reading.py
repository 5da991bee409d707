"""What the one page of a customer shows, in a number of queries that does not depend on how much there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from shouwen.desk import callers, clockwords
from shouwen.desk.listing import next_clocks
from shouwen.ground import finding, phones
from shouwen.ground.actors import Actor
from shouwen.ground.models import ContactPoint, Identity, Party, Pet, Role, Staff, Vehicle
from shouwen.kernel import reaching, words
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Attachment, Case, Clock, Consent, Entry, Look
from shouwen.kernel.registers import register
from shouwen.kernel.zones import local_date
from shouwen.rooms.customers import merging
from shouwen.rooms.customers.archive import USES
from shouwen.rooms.customers.care import SENSITIVE, turned_on
from shouwen.rooms.customers.models import ArchivedCopy, CareFact
from shouwen.rooms.customers.own_data import givers

LINES, LOOKS, CASES = 25, 20, 20
WANTED = {"person": ("resident_id",), "company": ("company_code",)}  # documents whose absence is said
SAID = ("satisfied", "unsatisfied")  # the customer's own word, in every process that asks for it
PURPOSES = ("call_back", "check_identity", "contract_work", "for_safety", "own_request")


@dataclass(frozen=True)
class Happened:
    """One contact of any kind: a step of a case, or a change of the card."""

    at: datetime
    what: str
    who: str
    about: str
    link: str


def may_open(actor: Actor) -> bool:
    return callers.may_look(actor)


def clear_for(actor: Actor, roles: list[Role]) -> bool:
    """Numbers are read in clear by those whose offices reach a home of the customer; by others only for a purpose."""
    if not register("contact").edits(actor):
        return False
    if any(held.site_id is None and held.building_id is None for held in actor.offices):
        return True
    sites = {role.place.site_id or role.place_id for role in roles}
    return not sites or bool(sites & set(actor.site_ids))


def context_of(party: Party, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Everything on the page."""
    day, mine = local_date(at), finding.family(party)
    roles = list(Role.objects.filter(party_id__in=mine).select_related("place__site").order_by("-from_date", "id"))
    live = [role for role in roles if role.until_date is None or role.until_date >= day]
    cases = visible_to(actor).filter(party_id__in=mine).select_related("place", "owner")
    open_cases = list(cases.filter(closed_at__isnull=True).order_by("due_at", "id")[:CASES])
    clocks = next_clocks(open_cases)
    recent = list(cases.order_by("-opened_at", "-id")[:CASES])
    clear = clear_for(actor, roles)
    documents = (
        list(Identity.objects.filter(party_id__in=mine).order_by("kind", "id"))
        if register("identity").sees(actor)
        else None
    )
    kept = copies(mine) if documents is not None else []
    return {
        "party": party, "roles": live, "former": [role for role in roles if role not in live],
        "household": household(live, mine, day), "contacts": numbers(party, mine, clear=clear, at=at), "clear": clear,
        "open": [(case, clocks.get(case.pk)) for case in open_cases],
        "closed": [case for case in recent if case.closed_at],
        "lines": happened(party, recent, at=at), "kept": verdicts(cases), "said": said_of(recent), "documents": shown(documents),
        "missing": missing(party, documents, live, kept, day), "archive": archive(cases), "copies": kept,
        "copy_kinds": ArchivedCopy.KINDS, "copy_uses": USES,
        "vehicles": list(Vehicle.objects.filter(party_id__in=mine).select_related("place").order_by("plate")),
        "pets": list(Pet.objects.filter(party_id__in=mine).select_related("place").order_by("from_date", "id")),
        "consents": consents(mine) if register("care").sees(actor) else [],
        "looks": list(Look.objects.filter(party_id__in=mine).select_related("staff").order_by("-looked_at", "id")[:LOOKS]),
        "brought": list(party.referred.filter(erased_at__isnull=True).order_by("name", "id")[:10]),
        "purposes": [(purpose, words.label(purpose)) for purpose in PURPOSES],
        "edits": register("party").edits(actor), "gives": givers(actor), "quiet": quiet_now(party, at),
        "care": care_of(mine, actor, party, at), "care_topics": CareFact.TOPICS,
        "merged": list(Party.objects.filter(merged_into=party).order_by("id")),
        "likely": merging.duplicates(party) if register("party").edits(actor) else [],
    }  # fmt: skip


def numbers(party: Party, mine: list[int], *, clear: bool, at: datetime) -> list[dict[str, Any]]:
    """Numbers and addresses, in clear or masked; one that is not to be called or written to now is never a link."""
    found, free = [], clear and reaching.free_at(party, at) == at
    for row in ContactPoint.objects.filter(party_id__in=mine).order_by("kind", "id"):
        text = phones.grouped(row.normal) if row.kind == "phone" else row.shown
        phone, wanted = row.kind == "phone", free and row.may_call
        found.append({
            "row": row, "text": text if clear else register("contact").masked(row, "shown"),
            "call": wanted and phone and party.wish not in reaching.IN_WRITING,
            "write": f"{'sms' if phone else 'mailto'}:{row.normal}" if wanted and (not phone or party.wish == "by_message") else "",
        })  # fmt: skip
    return found


def shown(documents: list[Identity] | None) -> list[dict[str, Any]] | None:
    if documents is None:
        return None
    return [{"row": row, "text": register("identity").masked(row, "number") or ""} for row in documents]


def consents(mine: list[int]) -> list[Consent]:
    return list(Consent.objects.filter(party_id__in=mine).order_by("-given_at", "id")[:20])


def care_of(mine: list[int], actor: Actor, party: Party, at: datetime) -> list[dict[str, Any]] | None:
    """What may be remembered, for those who serve the customer; None where the house keeps no such profile."""
    if not register("care").sees(actor) or not turned_on(party.org_id, at):
        return None
    rows = CareFact.objects.filter(party_id__in=mine).order_by("topic", "id")
    return [
        {"row": row, "text": "••••" if row.topic in SENSITIVE else row.value, "hidden": row.topic in SENSITIVE}
        for row in rows
    ]


def missing(
    party: Party, documents: list[Identity] | None, live: list[Role], kept: list[ArchivedCopy], day: date
) -> list[str]:  # fmt: skip
    """What the archive still lacks: documents, also those that have run out, and the papers that stand behind a role.

    A document that was refused is not asked for again.
    """
    if documents is None:
        return []
    there = {row.kind for row in documents if row.valid_until_date is None or row.valid_until_date >= day}
    if there & {"passport", "travel_permit"}:
        there.add("resident_id")
    papers = {one.kind for one in kept}
    wanted = [kind for kind in WANTED[party.kind] if kind not in there]
    wanted += ["licence"] if party.kind == "company" and "licence" not in papers else []
    acts_for = any(role.role == "AGENT" for role in live)
    return [
        words.label(kind)
        for kind in wanted + (["power_of_attorney"] if acts_for and "power_of_attorney" not in papers else [])
    ]


def said_of(cases: list[Case]) -> dict[str, int]:
    """How often the customer was satisfied, and how often not, in the last cases that the reader may see."""
    steps = Entry.objects.filter(stream_type="case", stream_id__in=[case.pk for case in cases], step__in=SAID)
    counted = dict(steps.order_by().values_list("step").annotate(n=Count("id")))
    return {name: counted.get(name, 0) for name in SAID}


def quiet_now(party: Party, at: datetime) -> bool:
    """Whether the customer is not to be disturbed at this moment, by the site's clock."""
    return reaching.free_at(party, at) != at


def household(live: list[Role], mine: list[int], day: Any) -> list[Role]:
    """Who else is somebody at the same homes today."""
    if not live:
        return []
    others = Role.objects.filter(place_id__in=[role.place_id for role in live], party__erased_at__isnull=True)
    others = others.filter(Q(until_date__isnull=True) | Q(until_date__gte=day)).exclude(party_id__in=mine)
    return list(others.select_related("party", "place").order_by("place__code", "role", "id")[:30])


def verdicts(cases: Any) -> dict[str, int]:
    """Promises kept and broken to this customer, as far as the reader may see the cases."""
    rows = Clock.objects.filter(case__in=cases.order_by().values("pk"), verdict__in=("kept", "late", "broken"))
    counted = dict(rows.order_by().values_list("verdict").annotate(n=Count("id")))
    return {name: counted.get(name, 0) for name in ("kept", "late", "broken")}


def archive(cases: Any) -> list[Attachment]:
    """Every paper and photo about this customer, newest first, each with its case."""
    rows = Attachment.objects.filter(case__in=cases.order_by().values("pk"), file__erased_at__isnull=True)
    return list(rows.select_related("file", "case").order_by("-id")[:30])


def copies(mine: list[int]) -> list[ArchivedCopy]:
    """Copies on the card whose file is still kept."""
    rows = ArchivedCopy.objects.filter(party_id__in=mine, file__erased_at__isnull=True)
    return list(rows.select_related("file").order_by("-kept_at", "-id"))


def happened(party: Party, cases: list[Case], *, at: datetime) -> list[Happened]:
    """The last contacts of every kind in one line of time: steps of the cases and changes of the card."""
    by_id = {case.pk: case for case in cases}
    steps = Entry.objects.filter(stream_type="case", stream_id__in=list(by_id))
    found = list(steps.order_by("-recorded_at", "-id")[:LINES])
    card = register("party").history(party).order_by("-seq")[:LINES]
    rows = sorted([*found, *card], key=lambda entry: (entry.happened_at, entry.pk), reverse=True)[:LINES]
    people = dict(Staff.objects.filter(pk__in={row.actor_id for row in rows}).values_list("id", "name"))
    lines = []
    for row in rows:
        case = by_id.get(row.stream_id)
        what = words.label(row.step, f"{case.kind} do" if case else "card")
        about = (case.title or case.no) if case else words.label(str(row.facts.get("register", "party")))
        who = people.get(row.actor_id or 0) or words.label("customer" if row.party_id else "system")
        lines.append(Happened(row.happened_at, what, who, about, f"/cases/{case.no}" if case else ""))
    return lines


__all__ = ["PURPOSES", "clockwords", "context_of", "may_open"]
