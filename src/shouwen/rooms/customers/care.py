"""The care profile: off unless the house turns it on, and then only what the customer consented to, topic by topic.

A consent says who gave it, when, how, and the words that were shown. Withdrawn, what stood under it is erased at once.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.ground.actors import Actor, system_actor
from shouwen.ground.models import Party
from shouwen.kernel import backup_marks, journal, policies, words
from shouwen.kernel.goals import policy
from shouwen.kernel.models import Consent, Entry, EntryData, Stream
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal
from shouwen.kernel.registers import Register
from shouwen.kernel.rulebook import rulebook
from shouwen.rooms.customers import assessments, days
from shouwen.rooms.customers.models import CareFact
from shouwen.rooms.customers.registers import keepers

CLAUSE = "S6-6.06"
PROFILE = policy("customers.care_profile", False, clause=CLAUSE)
DELICATE = policy("customers.care_sensitive", False, clause=CLAUSE)
SENSITIVE = ("health", "taboo", "schooling", "family_life")  # health, faith, children: PIPL art. 28
OF_CHILDREN = ("schooling",)  # the guardian says yes
HOW = ("signed", "said_aloud", "online")


def turned_on(org_id: int, at: datetime) -> bool:
    return bool(rulebook(org_id, None).policy(PROFILE.key, PROFILE.default, at)[0])


def refused_by_law(topic: str, org_id: int, at: datetime) -> str | None:
    """Why a sensitive topic may not be kept now: it needs its own switch, and an impact assessment in force."""
    if topic not in SENSITIVE:
        return None
    if not rulebook(org_id, None).policy(DELICATE.key, DELICATE.default, at)[0]:
        return _("Sensitive topics of the care profile are turned off in this house.")
    return not_assessed(org_id, True, at)


def not_assessed(org_id: int, value: Any, at: datetime) -> str | None:
    """Sensitive topics are turned on, and stay on, only under an assessment in force."""
    if not value or assessments.in_force(org_id, "care_sensitive", at) is not None:
        return None
    return _(
        "First an impact assessment for sensitive topics is decided, and it must not be past its review (PIPL arts 55, 56)."
    )


policies.guards[DELICATE.key] = not_assessed


def purpose_of(topic: str) -> str:
    return f"care.{topic}"


def words_shown(topic: str) -> str:
    """What the customer is asked, in the words that are kept with the consent."""
    return _(
        "May we remember “%(topic)s” so that we can serve you better? Only those who serve you see it; you may take it "
        "back at any time, and then it is erased."
    ) % {"topic": words.label(topic)}


def consented(party: Party, topic: str) -> Consent | None:
    return Consent.objects.filter(party=party, purpose=purpose_of(topic), withdrawn_at__isnull=True).first()


def give(party: Party, topic: str, *, how: str, actor: Actor, at: datetime, guardian: bool = False) -> Consent:
    """Records a yes. For what concerns children it is the guardian's."""
    _may(actor, party)
    errors = {} if topic in CareFact.TOPICS else {"topic": [_("This is not among the topics.")]}
    errors |= {} if how in HOW else {"how": [_("Say how the customer consented.")]}
    if topic in OF_CHILDREN and not guardian:
        errors["guardian"] = [_("For children the guardian consents.")]
    if errors:
        raise Invalid(_("Some answers are missing or not right."), CLAUSE, errors=errors)
    if not turned_on(party.org_id, at):
        raise Refusal(_("The care profile is turned off in this house."), CLAUSE)
    if (sentence := refused_by_law(topic, party.org_id, at)) is not None:
        raise Refusal(sentence, CLAUSE)
    with transaction.atomic():
        share_rules(party.org_id)
        head = journal.stream(party.org_id, "register.party", str(party.pk))
        if consented(party, topic) is not None:
            raise Refusal(_("The customer has consented to this already."), CLAUSE)
        made = Consent.objects.create(
            org_id=party.org_id, party=party, purpose=purpose_of(topic), words_shown=words_shown(topic), given_at=at,
            how=f"{how} guardian" if guardian else how,
        )  # fmt: skip
        _journal(head, "consent", party, made, actor=actor, at=at)
    return made


def withdraw(party: Party, topic: str, *, actor: Actor, at: datetime) -> None:
    """Takes a consent back: what stood under it is erased, in the card and in the card's past."""
    _may(actor, party)
    with transaction.atomic():
        share_rules(party.org_id)
        head = journal.stream(party.org_id, "register.party", str(party.pk))
        given = consented(party, topic)
        if given is None:
            raise Refusal(_("There is no such consent."), CLAUSE)
        Consent.objects.filter(pk=given.pk).update(withdrawn_at=at)
        rows = list(CareFact.objects.filter(party=party, topic=topic).values_list("pk", flat=True))
        CareFact.objects.filter(pk__in=rows).delete()
        _journal(head, "withdraw_consent", party, given, actor=actor, at=at)
        saying = journal.Saying(step="erase", happened_at=at, recorded_at=at, body={"reason": given.purpose})
        erasure = journal.append(journal.stream(party.org_id, "erase", str(party.pk)), saying, actor=actor)
        _forget(head, topic, erasure.pk)
        transaction.on_commit(partial(backup_marks.note, party.pk, at=at, consent=given.purpose))


@backup_marks.repeats
def withdraw_again(party_id: int, purpose: str, when: datetime, at: datetime) -> bool:
    """A restored copy may know a fact whose consent was taken back after it was made: it is erased there too.

    A consent given anew after that day stands.
    """
    given = Consent.objects.filter(party_id=party_id, purpose=purpose, withdrawn_at__isnull=True, given_at__lte=when)
    found = given.select_related("party").first()
    if found is None:
        return False
    withdraw(found.party, purpose.partition(".")[2], actor=system_actor(found.org_id), at=at)
    return True


def _forget(head: Stream, topic: str, erased_by: int) -> None:
    """Empties the words of every entry about this topic; the chain still proves."""
    about = EntryData.objects.filter(
        entry__stream_type=head.stream_type,
        entry__stream_id=head.pk,
        entry__facts__register="care",
        erased_by__isnull=True,
    ).select_related("entry")
    ids = [row.pk for row in about if _topic_of(row) == topic]
    EntryData.objects.filter(pk__in=ids).update(body=None, salt=None, erased_by=erased_by)


def _topic_of(row: EntryData) -> str:
    """The topic of an edit, which names only what changed: it is that of the row's first entry."""
    first = EntryData.objects.filter(
        entry__stream_type=row.entry.stream_type, entry__stream_id=row.entry.stream_id, entry__facts__row=row.entry.facts["row"]
    ).order_by("entry__seq").first()  # fmt: skip
    return str((first.body or {}).get("after", {}).get("topic", "")) if first is not None else ""


def _may(actor: Actor, party: Party) -> None:
    if not keepers(actor) or actor.org_id != party.org_id:
        raise NotAllowed(_("“%(register)s” is kept by others.") % {"register": words.label("care")}, CLAUSE)


def _journal(head: Stream, step: str, party: Party, given: Consent, *, actor: Actor, at: datetime) -> Entry:
    saying = journal.Saying(
        step=step, happened_at=at, recorded_at=at, facts={"register": "party", "row": party.pk, "fields": []},
        body={"before": {}, "after": {}, "purpose": given.purpose, "how": given.how},
    )  # fmt: skip
    return journal.append(head, saying, actor=actor)


def _allowed(row: CareFact, at: datetime) -> None:
    if not turned_on(row.org_id, at):
        raise ValidationError(_("The care profile is turned off in this house."))
    if consented(row.party, row.topic) is None:
        raise ValidationError({"topic": _("The customer has not consented to this; ask first.")})
    if (sentence := refused_by_law(row.topic, row.org_id, at)) is not None:
        raise ValidationError({"topic": sentence})
    if row.topic in days.TOPICS and not days.readable(row.value):
        raise ValidationError(
            {"value": _("Write the day as 3月7日 or 1990-03-07; one of the lunar calendar begins with 农历.")}
        )
    row.noted_at = row.noted_at or at


care = Register(
    "care", CareFact, card="party", sees=keepers, edits=keepers, fields="party topic value source", sensitive="value",
    removable=True, prepare=_allowed, clause=CLAUSE,
    sentences={"care_once_a_topic": gettext_lazy("This topic stands on the card already; change it there.")},
)  # fmt: skip
