"""Who follows up, by which script, and what counts as not satisfied."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel.access import NOTHING, Rule
from shouwen.kernel.models import AnswerSet, Case, Entry
from shouwen.kernel.points import Item, Points
from shouwen.kernel.registry import kinds
from shouwen.rooms.followups.models import FollowupSheet

GENERAL = Points(
    "followup.script",
    {"": [{"key": "overall", "zh": "您对这次处理满意吗？", "en": "How satisfied are you with how it was handled?", "scale": "score"}]},
    clause="S6-2.28",
)  # fmt: skip


class Script(Points):
    """The questions of the kind asked about (speed and quality apart), else the general ones."""

    def __init__(self) -> None:
        self.key, self.of, self.clause, self.ref = GENERAL.key, "", GENERAL.clause, GENERAL.ref

    def items(self, case: Case | None, at: datetime | None) -> tuple[list[Item], int | None]:
        return _script(case).items(case, at)

    def every(self) -> list[Item]:
        asked = {kind.asked_after.key: kind.asked_after for kind in kinds.values() if kind.asked_after is not None}
        return [*GENERAL.every(), *(item for points in asked.values() for item in points.every())]

    def keep(self, answers: Any, *, case: Case, entry: Entry) -> AnswerSet:
        return _script(case).keep(answers, case=case, entry=entry)


def _script(case: Case | None) -> Points:
    return (case.sheet.about.spec.asked_after if case is not None else None) or GENERAL


def _handled(actor: Actor) -> Q:
    """Follow-ups about a case that the actor moved on its way: they do not ask about their own work."""
    if actor.staff_id is None:
        return NOTHING
    about = FollowupSheet.objects.filter(case_id=OuterRef(OuterRef("pk"))).values("about_id")
    moved = Entry.objects.filter(stream_type="case", stream_id__in=about).filter(
        Q(actor_id=actor.staff_id) | Q(on_behalf_id=actor.staff_id)
    )
    return Q(Exists(moved.exclude(from_state="").exclude(from_state=F("to_state"))))


handled = Rule(_handled, "handled the case asked about")


def is_bad(case: Case, data: dict[str, Any], at: datetime) -> bool:
    """Whether any answer says that something was not in order."""
    return any(
        item.is_bad(data["points"][item.key]["value"])
        for item in _script(case).items(case, at)[0]
        if item.key in data["points"]
    )


def without_words(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    if is_bad(case, data, at) and not data.get("words"):
        return _("Write down what the customer is not satisfied with.")
    return None
