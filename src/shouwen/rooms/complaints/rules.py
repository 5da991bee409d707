"""What a complaint refuses, and what follows from its answers: pure sentences and values, each with its clause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.kernel.links import followers
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.zones import local_date

Data = dict[str, Any]
GRAVE = ("significant", "major")
PUBLIC_VOICE = ("media", "government")  # what is said before others weighs more


def repeated(case: Case, data: Data) -> bool:
    """Whether the same customer has another complaint that is still unsolved."""
    party = data.get("customer") or case.party
    if party is None:
        return False
    others = Case.objects.filter(kind=case.kind, party=party, closed_at__isnull=True, org_id=case.org_id)
    return others.exclude(pk=case.pk).exists()


def proposed_grade(case: Case, data: Data, at: datetime) -> str:
    """The grade that the handbook's criteria propose: harm, repetition, refusal to pay, what the public hears."""
    again, refuses = repeated(case, data), bool(data.get("refuses_fee"))
    if data.get("harm") or (again and refuses):
        return "major"
    if again or refuses or data.get("channel") in PUBLIC_VOICE:
        return "significant"
    return "minor"


def written(case: Case, data: Data, at: datetime) -> bool:
    """Whether it came in writing from somebody who can be written to."""
    return bool(data.get("in_writing") or data.get("channel") == "letter") and not data.get("anonymous")


def told_already(case: Case, data: Data, at: datetime) -> bool:
    return bool(data.get("how"))


def a_wish_without_a_time_ahead(case: Case, data: Data, at: datetime) -> str | None:
    if data.get("wish_later") and not data.get("wish_at"):
        return _("The customer chose a later time: say which.")
    if data.get("wish_at") and data["wish_at"] <= at:
        return _("The customer's own time must lie ahead.")
    return None


def a_letter_without_its_date(case: Case, data: Data, at: datetime) -> str | None:
    if data.get("channel") == "government" and not data.get("reply_by"):
        return _("A letter of the government sets a date for the answer: write it down.")
    return None


def a_name_without_a_name(case: Case, data: Data, at: datetime) -> str | None:
    if not data.get("anonymous"):
        return None
    if data.get("customer") or data.get("caller"):
        return _("Whoever wants no name written down has none here: leave customer and caller empty.")
    if case.party is not None:
        return _("Signed in, you are known. To give no name, tell the desk or put a letter into the box.")
    return None


def not_on_the_spot(case: Case, data: Data, at: datetime) -> str | None:
    if local_date(case.opened_at) != local_date(at):
        return _("What was not settled on its first day goes by the form and the follow-up: take it in hand.")
    return None


def measure_not_looked_at(case: Case, data: Data, at: datetime) -> str | None:
    """The measure of a significant or major complaint is judged fit before the customer hears of it."""
    if case.grade not in GRAVE or "approve_measure" in steps_since_answered(case):
        return None
    return _("First the supervisor judges whether the measure is fit, then the customer is told.")


def steps_since_answered(case: Case) -> list[str]:
    """The steps of this cycle since there was last a result, newest first."""
    rows = Entry.objects.filter(stream_type="case", stream_id=case.pk, cycle=case.cycle).order_by("-seq")
    found: list[str] = []
    for step, state in rows.values_list("step", "to_state"):
        found.append(step)
        if step in ("resolve", "give_back") and state == "answered":
            break
    return found


def without_letter(case: Case, data: Data, at: datetime) -> str | None:
    if case.fact("in_writing") and not data.get("letter"):
        return _("A written complaint is answered by letter.")
    return None


def unsigned(case: Case, data: Data, at: datetime) -> str | None:
    signed = data.get("sign_off") or data.get("slip")
    if case.grade == "major" and not signed:
        return _("A major complaint ends with the customer's signature, nothing less.")
    if data["how"] == "in_person" and not signed:
        return _("Face to face the customer signs: on the screen, or on the slip whose photo is added.")
    return None


def nobody_follows(case: Case, data: Data, at: datetime) -> str | None:
    return None if followers(case) else _("No other complaint follows this one.")


def head_is_complained_about(case: Case, data: Data, at: datetime) -> str | None:
    """Nobody handles a complaint about themselves: then another department, or the level above, does."""
    from shouwen.ground.offices import Where
    from shouwen.kernel.participants import complained_about
    from shouwen.kernel.who import roster_of

    post = roster_of(case, at).find("head", Where(site_id=case.site_id, dept_id=data["dept"].pk))
    if post is not None and post.staff_id in complained_about(case):
        return _("The head of that department is complained about; report it up instead.")
    return None
