"""What is counted of complaints: the month's summary with the archived forms, and the manager's weekly sample."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.desk import bulk, sayings
from shouwen.ground import files
from shouwen.ground.models import Holding
from shouwen.kernel.links import open_links
from shouwen.kernel.models import Attachment, Case, Clock
from shouwen.kernel.outbox import drain
from shouwen.kernel.policies import publish
from shouwen.rooms.complaints import month, queries, sample
from tests.support import a_case, act, refused, verdicts
from tests.world import MONDAY, at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DECEMBER = at("2026-12-01 09:00")


@pytest.fixture
def november(world) -> dict[str, Case]:
    """A month with one of each end."""
    told = a_case(world, "complaint", "told", words="吊顶滴水")
    told = act(world, "unsatisfied", told, at=MONDAY + 2 * HOUR)
    referred = a_case(world, "complaint", "with_dept")
    return {
        "signed": act(world, "satisfied", a_case(world, "complaint", "told"), who="desk", at=MONDAY + 2 * HOUR),
        "again": told, "referred": act(world, "give_back", referred, at=MONDAY + 3 * DAY),
        "unfounded": act(world, "judge", a_case(world, "complaint"), who="supervisor", at=MONDAY + HOUR),
    }  # fmt: skip


@pytest.mark.clause("S6-12.06")
def test_each_month_is_summed_up_once_and_signed_with_every_final_form(world, november, monkeypatch):
    monkeypatch.setattr(bulk, "start", bulk.set_papers)  # here and now instead of in a process of its own
    for _twice in range(2):
        month.open_due(world.org.pk, DECEMBER)
    summary = Case.objects.get(kind="complaint_month")
    assert (summary.fact("month"), summary.owner) == (date(2026, 11, 1), world.staff["supervisor"])
    assert ("月份", "2026-11") in sayings.facts(summary, now=DECEMBER)
    assert verdicts(summary) == {"summed_up.1.1": None}
    assert Clock.objects.get(case=summary, key="summed_up").due_at == at("2026-12-08 18:00")
    assert refused("sign", actor=world.actor("manager"), case=summary, at=DECEMBER).status == 403

    summary = act(world, "sign", summary, who="supervisor", at=DECEMBER + HOUR)
    for _twice in range(2):
        drain("test", at=DECEMBER + 2 * HOUR)

    assert (summary.sheet.taken, summary.sheet.ended, summary.sheet.unchecked) == (4, 1, 4)
    kept = Attachment.objects.get(case=summary, word="archive")
    with files.open_file(kept.file) as stored:
        assert stored.read(5) == b"%PDF-"


def test_a_community_where_nobody_answered_then_keeps_no_other_from_its_summary(world, november):
    """Offices held only since yesterday answer for no month before; the task goes on and the next one tries again."""
    a_case(world, "complaint", at=MONDAY)
    Holding.objects.filter(org=world.org).update(from_at=DECEMBER)

    month.open_due(world.org.pk, DECEMBER + HOUR)
    assert not Case.objects.filter(kind="complaint_month").exists()

    Holding.objects.filter(org=world.org).update(from_at=MONDAY)
    month.open_due(world.org.pk, DECEMBER + HOUR)
    assert Case.objects.filter(kind="complaint_month").count() == 1


@pytest.mark.clause("S1-10 S5-14")
def test_the_summary_tells_stages_and_departments_apart(world, november):
    rows = {row.case.pk: row for row in queries.rows_of(queries.of_month(world.places["site"].pk, date(2026, 11, 1)))}
    assert rows[november["unfounded"].pk].sort == "unfounded"
    assert (rows[november["signed"].pk].ended_by, rows[november["signed"].pk].verdict) == ("satisfied", "kept")
    assert rows[november["again"].pk].case.cycle == 2
    assert (rows[november["unfounded"].pk].said, rows[november["referred"].pk].said.count(" / ")) == ("", 2)
    cases = [row.case for row in rows.values()]
    assert queries.stages(cases)["passed_on"] == {"kept": 1}
    assert queries.departments(cases) == {"工程部": {"acknowledged": {"late": 1}, "returned": {"late": 1}}}


@pytest.mark.clause("S6-12.06")
def test_the_summary_prints(world, november, client):
    month.open_due(world.org.pk, DECEMBER)
    summary = Case.objects.get(kind="complaint_month")
    client.force_login(world.accounts["supervisor"])
    page = client.get(f"/cases/{summary.no}/print/complaint_summary").content.decode()
    assert all(case.no in page for case in november.values())
    assert client.get(f"/cases/{summary.no}").status_code == 200


@pytest.mark.clause("S6-12.17")
def test_each_week_a_sample_is_drawn_and_each_drawn_one_is_checked(world):
    publish("complaint.sample", 2, actor=world.actor("manager"), at=MONDAY - DAY)
    cases = [a_case(world, "complaint") for _n in range(4)]
    monday = at("2026-11-30 08:00")
    for _twice in range(2):
        sample.open_due(world.org.pk, monday)
    drawn = Case.objects.get(kind="complaint_sample")
    found = sample.drawn(drawn)
    assert len(found) == 2 and {one.pk for one in found} < {case.pk for case in cases}
    assert len(drawn.sheet.seed) >= 32
    assert Clock.objects.get(case=drawn, key="looked_at").due_at == at("2026-12-07 18:00")
    assert open_links().filter(case=drawn, relation="drawn").count() == 2

    manager = world.actor("manager", at=monday)
    assert refused("done", actor=manager, case=drawn, at=monday + HOUR).clause == "S6-12.17"
    for one in found:
        act(world, "check_up", one, who="manager", at=monday + HOUR)
    drawn = act(world, "done", drawn, who="manager", at=monday + 2 * HOUR)
    assert (drawn.state, verdicts(drawn)["looked_at.1.1"]) == ("checked", "kept")
    assert refused("done", actor=manager, case=drawn, at=monday + 3 * HOUR).status == 409
