"""Each month: the summary of all complaints, signed, with the final form of each archived."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from shouwen.ground.models import Place
from shouwen.kernel.access import system
from shouwen.kernel.daily import come_up, communities
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import Commitment, Form, Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.who import director, holder, manager, property_gm, same_site, supervisor
from shouwen.kernel.worker import scheduled
from shouwen.kernel.zones import local_date, midnight
from shouwen.rooms.complaints import queries
from shouwen.rooms.complaints.models import MonthSheet

MOST = 12  # months made up for after a standstill


def counted(what: str) -> Any:
    """A count of the month as it stands when it is signed."""

    def count(case: Case, data: dict[str, Any], at: datetime) -> int:
        rows = queries.rows_of(queries.of_month(case.site_id, case.fact("month")))
        return {
            "taken": len(rows), "ended": sum(bool(row.case.closed_at) for row in rows),
            "unchecked": sum(not row.checked for row in rows),
        }[what]  # fmt: skip

    return count


class ComplaintMonth(Kind):
    """All complaints of a month in one list; when the supervisor signs it, the final form of each is archived with it."""

    key, number, sheet, owner = "complaint_month", "TH", MonthSheet, holder("supervisor")
    states, facts, final = "listed signed", "month taken ended unchecked", "signed"
    sees = manager | (supervisor | director | property_gm) & same_site
    open = Step(None, "listed", by=system, asks="place month", may="title", tells=(owner,), clause="S6-12.06")
    sign = Step(
        "listed", "signed", by=supervisor | director, may="note sign_off", tells=(owner, manager), key="s", clause="S6-12.06",
        sets={"taken": counted("taken"), "ended": counted("ended"), "unchecked": counted("unchecked")},
    )  # fmt: skip
    summed_up = Commitment(
        policy("complaint.month", "5wd"), during="listed", kept_by="sign", owed_by=supervisor,
        rungs=(rung("-1d", supervisor), rung("0", director)), clause="S6-12.06",
    )  # fmt: skip
    examples = {"open": {"month": "2026-10-01"}}
    prints = (Form("complaint_summary", clause="S6-12.06"),)
    panel = "complaint_month/panel.html"


@scheduled("complaints.month", "*/30 * * * *")
def open_due(org_id: int, at: datetime) -> None:
    """Opens the summary of each month that has ended, in each community, once."""
    for site in communities(org_id):
        for month in months_due(site, at=at):
            come_up(
                ComplaintMonth.key, site, at=at, happened_at=midnight(queries.after(month)),
                key=f"complaint_month:{site.pk}:{month}", data={"month": month.isoformat(), "title": f"{month:%Y-%m}"},
            )  # fmt: skip


def months_due(site: Place, *, at: datetime) -> list[date]:
    """Months that have ended and have no summary yet, from the first complaint on."""
    this = local_date(at).replace(day=1)
    done = set(MonthSheet.objects.filter(case__site=site).values_list("month", flat=True))
    first = Case.objects.filter(kind="complaint", site=site).order_by("opened_at").values_list("opened_at", flat=True)
    found, month = [], (this - timedelta(days=1)).replace(day=1)
    began = local_date(first[0]).replace(day=1) if first else this
    while month >= began and len(found) < MOST:
        if month not in done:
            found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return sorted(found)
