"""What follows from a complaint's steps after commit."""

from __future__ import annotations

from datetime import datetime

from shouwen.ground.actors import system_actor
from shouwen.kernel.links import followers
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.outbox import reaction
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.rooms.complaints import archive


@reaction("complaint.inform_all")
def tell_all_callers(entry: Entry, at: datetime) -> None:
    """One cause, many callers: what was told on the case that leads is told to each, at the same moment."""
    lead = Case.objects.get(pk=entry.stream_id)
    said = entry.data.body or {}
    for case in followers(lead):
        if case.opened_at > entry.happened_at:
            continue
        try:
            perform(
                "inform", actor=system_actor(case.org_id), at=at, happened_at=entry.happened_at, case=case, cause=entry,
                data={"told": said.get("told", ""), "how": said.get("how", "")}, key=f"{entry.pk}:{case.pk}",
                trusted=True,
            )  # fmt: skip
        except Refusal:  # it ended meanwhile: nothing is owed there any more
            continue


__all__ = ["archive", "tell_all_callers"]
