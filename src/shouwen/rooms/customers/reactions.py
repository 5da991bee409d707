"""What follows from requests about own data: a granted erasure is carried out once it was answered, and owed until it is."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from shouwen.ground.actors import system_actor
from shouwen.ground.finding import survivor
from shouwen.kernel import retention
from shouwen.kernel.erase import erase_party
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.outbox import reaction
from shouwen.rooms.customers.models import DataRequestSheet


@reaction("data_request.reply")
def erase(entry: Entry, at: datetime) -> None:
    """Erases who asked for it and was told so. Where something new is open meanwhile, the erase run does it later."""
    case = Case.objects.get(pk=entry.stream_id)
    party = case.party
    if case.sheet.wants != "erase" or case.sheet.came_to != "done" or party is None:
        return
    party = survivor(party)
    if party.erased_at is None and not retention.plan(party, at=at).holds:
        erase_party(party, actor=system_actor(case.org_id), at=at, reason=case.no)


@retention.wish
def promised(org_id: int, at: datetime) -> dict[int, str]:
    """Whose request to be erased was granted and answered."""
    granted = DataRequestSheet.objects.filter(
        wants="erase", came_to="done", case__org_id=org_id, case__state="answered"
    )
    rows = granted.filter(case__party__erased_at__isnull=True).select_related("case__party").order_by("pk")
    found = {}
    for sheet in rows:
        if sheet.case.party is not None:
            found[survivor(sheet.case.party).pk] = _("asked for in %(no)s") % {"no": sheet.case.no}
    return found
