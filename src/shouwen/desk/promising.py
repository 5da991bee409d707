"""What a request would be promised, counted before it is saved; and the sentence to say to the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwen.desk import clockwords
from shouwen.desk.templatetags.desk import chip_of
from shouwen.ground.actors import Actor
from shouwen.kernel import words
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.offers import preview
from shouwen.kernel.who import customer


def promises(step: Step, form: Any, *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """The clocks these answers would start, by due time, each with its count; answers not yet right count as not given."""
    if form.is_bound:
        form.is_valid()
    data = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value not in (None, "", False)}
    place = data.get("place")
    site_id = place.site_id if place is not None else next(iter(actor.site_ids), None)
    facts = preview(step, actor=actor, at=at, data=data, site_id=site_id)
    rows = [_row(step, fact, actor=actor, at=at, site_id=site_id) for fact in facts if fact.verdict is None]
    return sorted(rows, key=lambda row: row["due"])


def _row(step: Step, fact: Any, *, actor: Actor, at: datetime, site_id: int | None) -> dict[str, Any]:
    case = Case(org_id=actor.org_id, kind=step.kind.key, site_id=site_id)
    clock = Clock(
        org_id=actor.org_id, case=case, kind=step.kind.key, key=fact.key, starts_at=fact.starts_at, due_at=fact.due_at,
        opens_at=fact.opens_at, goal=fact.goal, provisional=fact.provisional, late_start=fact.late_start, pk=None,
    )  # fmt: skip
    promise = step.kind.commitments[fact.key]
    chip: SafeString = chip_of(clockwords.chip(clock, now=at, site_id=site_id))
    return {
        "label": words.label(fact.key, step.kind.key), "chip": chip, "clause": promise.clause, "due": fact.due_at,
        "count": clockwords.count(clock, case), "to_customer": promise.owed_to is customer and not promise.every,
    }  # fmt: skip


def to_say(step: Step, rows: list[dict[str, Any]], *, actor: Actor, at: datetime, no: str = "") -> str:
    """What to tell the caller: that it is taken down, by when it is done, and whom to ask for."""
    told = [
        _("%(promise)s by %(due)s") % {"promise": row["label"], "due": clockwords.when(row["due"], at)}
        for row in rows if row["to_customer"]
    ]  # fmt: skip
    kind = words.label(step.kind.key).lower()
    said = _("Your %(kind)s is taken down.") % {"kind": kind}
    if no:
        said = _("Your %(kind)s is taken down, its number is %(no)s.") % {"kind": kind, "no": no}
    until = (_("We promise: %(promises)s.") % {"promises": _(", ").join(told)}) if told else ""
    name = _("My name is %(name)s; ask for me if there is anything.") % {"name": actor.name}
    between = "" if (get_language() or "zh").startswith("zh") else " "
    return between.join(part for part in (said, until, name) if part)


def kept(case: Case, *, at: datetime, actor: Actor) -> str:
    """The same sentence after saving, from the clocks that now run."""
    clocks = Clock.objects.filter(case=case, verdict__isnull=True).order_by("due_at", "id")
    rows = [
        {
            "label": words.label(clock.key, case.kind), "due": clock.due_at,
            "to_customer": case.spec.commitments[clock.key].owed_to is customer
            and not case.spec.commitments[clock.key].every,
        }
        for clock in clocks
    ]  # fmt: skip
    step = case.spec.openers()[0]
    return to_say(step, rows, actor=actor, at=at, no=case.no)
