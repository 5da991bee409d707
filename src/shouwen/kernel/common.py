"""Steps that every kind has: notes, attempts, correction, withdrawal, giving up, excuse, hand-over and links."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from shouwen.ground.models import Holding, Staff
from shouwen.kernel import links
from shouwen.kernel.access import staff
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.participants import complained_about
from shouwen.kernel.who import assignee, customer, desk, director, involved, manager, owner, supervisor

if TYPE_CHECKING:
    from shouwen.kernel.kinds import Kind, Step


def days_of_attempts(case: Case) -> int:
    """On how many different days (of the site) somebody tried to reach the customer since the cycle began."""
    from shouwen.kernel.zones import local_date

    tried = Entry.objects.filter(stream_type="case", stream_id=case.pk, step="attempt", cycle=case.cycle)
    return len({local_date(at) for at in tried.values_list("happened_at", flat=True)})


def _too_few_attempts(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    tried, wanted = days_of_attempts(case), case.spec.attempts
    if tried >= wanted:
        return None
    return _("The customer must have been tried on %(wanted)d different days; so far it was %(tried)d.") % {
        "wanted": wanted, "tried": tried,
    }  # fmt: skip


def _no_such_verdict(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    found = Clock.objects.filter(case=case, verdict__in=("late", "broken"))
    if data.get("clock") in {f"{c.key}.{c.cycle}.{c.seq}" for c in found}:
        return None
    return _("Only a promise that ended late or broken can be excused; name it as key.cycle.number.")


def _nothing_changes(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    if data.get("place") or data.get("customer"):
        return None
    return _("Say what is right: the place or the customer.")


def _has_a_part(case: Case, whose: Staff) -> bool:
    """Whether somebody answers for the case, was sent to it, or owes anything on it."""
    if whose.pk in (case.owner_id, case.assignee_id):
        return True
    owes = Clock.objects.filter(case=case, owed_by=whose, verdict__isnull=True)
    return owes.exists() or Holding.objects.filter(office=case.owner_office_id, staff=whose).exists()


def _sent_instead(case: Case, data: dict[str, Any], at: datetime) -> Any:
    """The colleague who takes over from the one sent to the case; nobody else's going there changes."""
    from shouwen.kernel.kinds import KEEP

    whose = data.get("whose")
    return data["staff"] if whose is not None and whose.pk == case.assignee_id else KEEP


def _no_new_owner(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    whose = data.get("whose")
    if whose is not None and not _has_a_part(case, whose):
        return _("%(name)s has nothing to hand over on this case.") % {"name": whose.name}
    if whose is None and data["staff"].pk == case.owner_id:
        return _("%(name)s already answers for it.") % {"name": data["staff"].name}
    if data["staff"].pk in complained_about(case):
        return _("The case is about %(name)s, who cannot answer for it.") % {"name": data["staff"].name}
    return None


def common_steps(kind: type[Kind]) -> dict[str, Step]:
    """Fresh steps for a kind; a kind that declares one of the same name keeps its own."""
    from shouwen.kernel.kinds import GIVEN_UP, SAME, WITHDRAWN, Step

    live, always = "*", " ".join((*kind.states, WITHDRAWN, GIVEN_UP))
    heads = supervisor | director
    colleagues = staff & (involved | desk | heads)
    steps = {
        "note": Step(live, SAME, by=colleagues, asks="note", offline=True, key="m"),
        "attempt": Step(live, SAME, by=staff & (involved | desk), asks="outcome", may="note", offline=True, key="c"),
        "correct": Step(
            live, SAME, by=desk | owner | supervisor, asks="note", may="place customer title", tells=(owner,), key="o"
        ),
        "withdraw": Step(live, WITHDRAWN, by=kind.withdraws, asks="note", tells=(owner, customer), key="w"),
        "give_up": Step(live, GIVEN_UP, by=kind.gives_up, asks="note", tells=(owner,), key="v", clause="S6-12.10"),
        "hand_over": Step(
            always, SAME, by=heads | manager, asks="staff note", may="whose", tells=(owner, assignee), key="h", clause="S6-2.07",
            sets={"assignee": _sent_instead} if "assignee" in kind.facts else {},
        ),
        "excuse": Step(always, SAME, by=director, asks="clock note", tells=(owner,), clause="S6-1.03"),
        "link": Step(always, SAME, by=colleagues, asks="other relation", may="note"),
        "unlink": Step(always, SAME, by=colleagues, asks="other note"),
    }  # fmt: skip
    steps["give_up"].guards.append(("S6-12.10", _too_few_attempts))
    steps["excuse"].guards.append(("S6-1.03", _no_such_verdict))
    steps["link"].guards.append(("", links.not_to_be_linked))
    steps["link"].effects.append(links.make_link)
    steps["unlink"].guards.append(("", links.not_linked))
    steps["unlink"].effects.append(links.end_links)
    steps["correct"].guards.append(("", _nothing_changes))
    steps["hand_over"].guards.append(("S6-2.07", _no_new_owner))
    return steps
