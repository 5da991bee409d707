"""The daily clearing list (日清日审): every day the desk is open ends with it, signed by the supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel.access import system
from shouwen.kernel.daily import daily
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import Commitment, Form, Kind, Step
from shouwen.kernel.models import Case, Entry, Seal
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.who import desk, director, holder, manager, property_gm, same_site, steward, supervisor
from shouwen.rooms.clearance import queries
from shouwen.rooms.clearance.models import ClearanceSheet, ClearedLine

EARLIEST = policy("clearance.earliest_hours", 4, clause="S6-1.01")
daily("clearance")


def counted(standing: str) -> Any:
    """The count of a standing, as a fact of signing."""
    return lambda case, data, at: queries.counts(case, at=at)[standing]


def last_seal(case: Case, data: dict[str, Any], at: datetime) -> str:
    seal = Seal.objects.filter(org_id=case.org_id).order_by("-day").first()
    return seal.root if seal else ""


class AllCleared:
    """Signing waits for an act on every late or forgotten case; one that the signer must not know of is not named."""

    def refusal(self, actor: Actor, case: Case, data: Mapping[str, Any], at: datetime) -> tuple[str, str] | None:
        waiting = [line for line in queries.listing(case, at=at) if line.waits]
        if not waiting:
            return None
        numbers = [line.case.no for line in queries.shown(waiting, actor)][:5] or [str(len(waiting))]
        sentence = _("Late or forgotten, and nobody has acted on it today: %(numbers)s.")
        return sentence % {"numbers": ", ".join(numbers)}, "S6-1.01"


class Clearance(Kind):
    """All repairs, complaints and calls for help open or closed on a day; late and forgotten ones first; then signed.

    A line is cleared by any act of that day on its case, a note of why nothing could be done included.
    """

    key, number, sheet, lines, owner = "clearance", "RQ", ClearanceSheet, ClearedLine, holder("supervisor")
    states, facts, final = "listed signed", "day late forgotten still_open closed_today seal", "signed"
    sees = manager | (desk | steward | supervisor | director | property_gm) & same_site
    withdraws = gives_up = system  # nobody takes a day back

    open = Step(None, "listed", by=system, asks="place day", may="title", clause="S6-1.01")
    sign = Step(
        "listed", "signed", by=supervisor | director, may="note sign_off",
        sets={
            "late": counted("late"), "forgotten": counted("forgotten"), "still_open": counted("open"),
            "closed_today": counted("closed"), "seal": last_seal,
        },
        tells=(owner,), key="s", clause="S6-1.01",
    )  # fmt: skip
    signed_off = Commitment(
        policy("clearance.signed", "16h"), during="listed", kept_by="sign", owed_by=supervisor, calendar="always",
        rungs=(rung("-3h", supervisor), rung("0", director)), clause="S6-1.01",
    )  # fmt: skip
    prints = (Form("clearing_list", clause="S6-1.01"),)
    panel = "clearance/panel.html"
    sign.agreements.append(AllCleared())

    @sign.refuses("S6-1.01")
    def before_the_day_ends(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        book = rulebook(case.org_id, case.site_id)
        hours, _version = book.policy(EARLIEST.key, EARLIEST.default, at)
        closes = book.calendar("desk", at)[0].close_of(case.fact("day"))
        if closes is not None and at < closes - timedelta(hours=hours):
            return _("The day is signed at its end, at the earliest %(hours)d hours before the desk closes.") % {
                "hours": hours
            }
        return None

    @sign.effect
    def keep_lines(case: Case, data: dict[str, Any], entry: Entry) -> None:
        found = queries.listing(case, at=entry.happened_at)
        ClearedLine.objects.bulk_create(
            ClearedLine(
                case=case, cycle=case.cycle, turn=1, position=place, subject=line.case, standing=line.standing,
                cleared=line.cleared,
            )
            for place, line in enumerate(found, start=1)
        )  # fmt: skip
