"""Each week the service manager owes a look at some complaints, drawn by the system; the seed of the draw is on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from shouwen.kernel.access import system
from shouwen.kernel.canonical import sha256
from shouwen.kernel.daily import come_up, communities
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import Commitment, Kind, Step
from shouwen.kernel.links import link, open_links
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.participants import complained_about
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.sample import seed_of
from shouwen.kernel.who import director, holder, manager
from shouwen.kernel.worker import scheduled
from shouwen.kernel.zones import local_date, midnight
from shouwen.rooms.complaints import queries
from shouwen.rooms.complaints.models import SampleSheet

SIZE = policy("complaint.sample", 5, clause="S6-12.17")
DRAWN = "drawn"


def drawn(case: Case) -> list[Case]:
    """The complaints of a sample, in order of their numbers."""
    rows = open_links().filter(case=case, relation=DRAWN).select_related("other").order_by("other__no")
    return [row.other for row in rows]


def unchecked(case: Case) -> list[Case]:
    """Those on which no check has been recorded since they were drawn; one about the manager waits for nobody here."""
    looked = Entry.objects.filter(
        stream_type="case", step="check_up", happened_at__gte=case.opened_at, stream_id__in=[c.pk for c in drawn(case)]
    )
    done = set(looked.values_list("stream_id", flat=True))
    return [one for one in drawn(case) if one.pk not in done and case.owner_id not in complained_about(one)]


class ComplaintSample(Kind):
    """The week's sample of complaints: each gets the manager's check, then the week is done."""

    key, number, sheet, owner = "complaint_sample", "TC", SampleSheet, holder("manager")
    states, facts, final = "to_check checked", "week seed", "checked"
    sees = manager | director
    open = Step(None, "to_check", by=system, asks="place week seed", may="title", tells=(manager,), clause="S6-12.17")
    done = Step("to_check", "checked", by=manager, may="note", key="s", clause="S6-12.17")
    looked_at = Commitment(
        policy("complaint.sample_within", "5wd"), during="to_check", kept_by="done", owed_by=manager,
        rungs=(rung("-1d", manager), rung("0", director)), clause="S6-12.17",
    )  # fmt: skip
    examples = {"open": {"week": "2026-11-16", "seed": "7"}}
    panel = "complaint_sample/panel.html"

    @open.effect
    def draw(case: Case, data: dict[str, Any], entry: Entry) -> None:
        """Draws from those open in the week before; with the same seed anybody draws the same."""
        begin, end = midnight(data["week"]), midnight(data["week"] + timedelta(days=7))
        size, _version = rulebook(case.org_id, case.site_id).policy(SIZE.key, SIZE.default, entry.happened_at)
        there = queries.open_between(case.site_id, begin, end)
        there = [one for one in there if case.owner_id not in complained_about(one)]
        for one in sorted(there, key=lambda one: sha256(f"{data['seed']}:{one.no}".encode()))[: int(size)]:
            link(case, one, DRAWN, at=entry.happened_at)

    @done.refuses("S6-12.17")
    def not_all_checked(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        waiting = unchecked(case)
        if waiting:
            return _("Not checked yet: %(numbers)s.") % {"numbers": ", ".join(one.no for one in waiting)}
        return None


@scheduled("complaints.sample", "*/30 * * * *")
def open_due(org_id: int, at: datetime) -> None:
    """Draws the sample of the week that has ended, in each community, once."""
    today = local_date(at)
    monday = today - timedelta(days=today.weekday())
    week = monday - timedelta(days=7)
    for site in communities(org_id):
        there = queries.open_between(site.pk, midnight(week), midnight(monday))
        if not there or SampleSheet.objects.filter(case__site=site, week=week).exists():
            continue
        seed = seed_of(org_id, ComplaintSample.key, at=at)
        come_up(
            ComplaintSample.key, site, at=at, happened_at=midnight(monday), key=f"complaint_sample:{site.pk}:{week}",
            data={"week": week.isoformat(), "seed": seed, "title": week.isoformat()},
        )  # fmt: skip
