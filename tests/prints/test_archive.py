"""The archive of a month's forms: an erasure takes the person's words out of it, all others stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.desk import bulk
from shouwen.ground import files
from shouwen.ground.actors import system_actor
from shouwen.kernel.erase import erase_party
from shouwen.kernel.models import Attachment, Case
from shouwen.kernel.outbox import drain
from shouwen.kernel.perform import perform
from tests.papers import pages_of
from tests.support import a_case, act
from tests.world import MONDAY, at

DECEMBER = at("2026-12-01 09:00")


def archived(summary: Case) -> list[str]:
    """The words of each archive that is still there."""
    kept = Attachment.objects.filter(case=summary, word="archive", file__erased_at__isnull=True).order_by("id")
    return ["".join(pages_of(files.open_file(one.file).read())) for one in kept]


@pytest.mark.clause("S6-12.06")
def test_an_erased_person_leaves_the_archive_while_the_others_stay_in_it(world, pango, monkeypatch):
    monkeypatch.setattr(bulk, "start", bulk.set_papers)  # here and now instead of in a process of its own
    for name in ("fang", "zeng"):
        case = a_case(world, "complaint", "told", customer=str(world.parties[name].pk))
        act(world, "satisfied", case, who="desk", at=MONDAY + timedelta(hours=2), how="phone")
    data = {"place": world.places["site"], "month": date(2026, 11, 1)}
    entry = perform("open", kind="complaint_month", actor=system_actor(world.org.pk), at=DECEMBER, data=data)
    summary = act(world, "sign", Case.objects.get(pk=entry.stream_id), who="supervisor", at=DECEMBER)
    drain("test", at=DECEMBER)
    drain("test", at=DECEMBER)
    (text,) = archived(summary)
    assert ("方小满" in text, "曾如初" in text) == (True, True)

    later = DECEMBER + timedelta(days=30)
    gone = erase_party(world.parties["fang"], actor=world.actor("manager", at=later), at=later, reason="PIPL 47")
    assert gone.files >= 1 and archived(summary) == []
    drain("test", at=later)
    (text,) = archived(summary)
    assert ("方小满" in text, "曾如初" in text) == (False, True)
