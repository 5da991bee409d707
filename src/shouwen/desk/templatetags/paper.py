"""What only printed forms say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from shouwen.desk import clockwords, dossier
from shouwen.ground import phones
from shouwen.ground.models import ContactPoint, Place
from shouwen.kernel import words
from shouwen.kernel.models import AnswerSet, Case, Clock, Entry

register = template.Library()


@register.filter
def seal(root: str) -> str:
    """The beginning of a hash, as people compare it by eye."""
    return dossier.seal_code(root) if root else "—"


@register.filter
def home(place: Place | None) -> str:
    """A place as a form names it: a home by building, entrance and number, everything else by its name."""
    if place is None:
        return "—"
    return str(place) if place.kind == "unit" else place.name or str(place)


@register.filter
def number(contact: ContactPoint) -> str:
    """A telephone number in the groups in which it is read aloud."""
    return phones.grouped(contact.normal) if contact.normal else contact.shown


@register.filter
def short(at: datetime | None, now: datetime) -> str:
    """A moment as a form writes it: the year is left out where it is this year's."""
    return dossier.moment(at, year=now.year) if at else ""


@register.filter
def answer(paragraph: dossier.Paragraph | None, word: str) -> str:
    """One answer of an entry."""
    return paragraph.get(word) if paragraph else ""


@register.filter
def money(fen: int | None) -> str:
    """An amount in yuan, from integer fen."""
    return dossier.money(fen) if fen is not None else "—"


@register.simple_tag
def answered(case: Case) -> list[dict[str, Any]]:
    """Each list of points that was answered: by which step, when, and each point with its answer in words."""
    sets = list(AnswerSet.objects.filter(case=case).select_related("staff").prefetch_related("answers").order_by("id"))
    steps = dict(Entry.objects.filter(pk__in=[one.entry_id for one in sets]).values_list("id", "step"))
    found = []
    for one in sets:
        step = case.spec.steps.get(steps[one.entry_id])
        asked = (
            step.points if step else None
        )  # may hand on to the list of another kind: a follow-up asks as that one says
        items = [*asked.every(), *asked.items(case, one.answered_at)[0]] if asked else []
        labels = {item.key: item.label for item in items}
        rows = [
            (labels.get(row.item, row.item), words.label(row.value, "points"), row.bad) for row in one.answers.all()
        ]
        found.append({"step": steps[one.entry_id], "at": one.answered_at, "by": one.staff, "rows": rows})
    return found


@register.simple_tag
def lines_of_case(case: Case) -> list[Any]:
    """The lines that count now: those of the last answer."""
    if case.spec.lines is None:
        return []
    rows = list(case.spec.lines._default_manager.filter(case=case).order_by("cycle", "turn", "position"))
    return [row for row in rows if (row.cycle, row.turn) == (rows[-1].cycle, rows[-1].turn)]


@register.simple_tag
def stages(case: Case) -> list[dict[str, Any]]:
    """Each stage with its own time: who owed it, from when, until when, when it ended, how long it took, how it stands."""
    clocks = Clock.objects.filter(case=case).select_related("owed_by", "owed_by_office", "answerable")
    found = []
    for clock in clocks.order_by("starts_at", "id"):
        promise = case.spec.commitments.get(clock.key)
        if promise is None or promise.every:
            continue
        took = (clock.stopped_at - clock.starts_at).total_seconds() if clock.stopped_at else None
        office = words.label(clock.owed_by_office.role) if clock.owed_by_office else ""
        found.append({
            "clock": clock, "label": promise.label, "who": clock.answerable or clock.owed_by or "", "office": office,
            "took": clockwords.span(took) if took is not None else "—", "said": dossier.verdict_of(clock),
        })  # fmt: skip
    return found
