"""What is recorded late can change a verdict on record: the entry says which, people are told, figures follow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.desk import sayings
from shouwen.ground.models import Staff
from shouwen.ground.offices import Roster
from shouwen.kernel import figures, mail, tells
from shouwen.kernel.audit import audit_clocks, audit_journal
from shouwen.kernel.models import Alarm, Case, Clock, Entry, Figure, Notice
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import lines_of
from tests.support import a_case, travel
from tests.world import MONDAY, at

HOUR = timedelta(hours=1)
TUESDAY, WEDNESDAY = at("2026-11-24 17:00"), at("2026-11-25 10:00")
pytestmark = pytest.mark.clause("S6-1.08")


@pytest.fixture
def forgotten(world) -> Case:
    """Taken on Monday, the customer told of nothing on Tuesday: the day's promise is broken, and its alarm has fired."""
    case = a_case(world, "job", at=MONDAY)
    travel(WEDNESDAY)
    figures.fold_deltas(at=WEDNESDAY)
    assert found(case) == "broken"
    return case


def found(case: Case) -> str | None:
    return Clock.objects.get(case=case, key="daily", cycle=1, seq=1).verdict


def told(world, case: Case, *, by: str = "steward1", happened_at=TUESDAY) -> Entry:
    return perform(
        "inform", actor=world.actor(by, at=WEDNESDAY), at=WEDNESDAY, happened_at=happened_at, case=case,
        data={"told": "昨天下午已当面说明进度。"},
    )  # fmt: skip


def test_a_call_of_yesterday_recorded_today_makes_a_broken_promise_kept_and_says_so(world, forgotten):
    entry = told(world, forgotten)

    assert (entry.happened_at, entry.recorded_at) == (TUESDAY, WEDNESDAY)
    assert entry.facts["_revised"] == [["daily.1.1", "broken", "kept"]]
    assert found(forgotten) == "kept"
    figures.fold_deltas(at=WEDNESDAY)
    counts = dict(Figure.objects.filter(kind="job", key="daily").values_list("verdict", "count"))
    assert {verdict: count for verdict, count in counts.items() if count} == {"kept": 1}
    assert [*audit_journal(), *audit_clocks()] == []


def test_who_answers_their_supervisor_and_whoever_was_alarmed_are_told_and_the_recorder_is_not(world, forgotten):
    alarmed = set(Notice.objects.filter(alarm__clock__key="daily").values_list("staff_id", flat=True))
    entry = told(world, forgotten)

    notices = Notice.objects.filter(template="revised", entry=entry)
    names = set(notices.values_list("staff_id", flat=True))
    assert Alarm.objects.filter(clock__case=forgotten, clock__key="daily").exists()
    assert names == (alarmed | {forgotten.owner_id, world.actor("supervisor").staff_id}) - {entry.actor_id}
    text = mail.sentence(notices[0])
    assert forgotten.no in text
    assert "→" in text


def test_the_page_of_the_case_shows_it_to_the_house_and_not_to_the_customer(world, forgotten):
    told(world, forgotten)
    lines = lines_of(Case.objects.get(pk=forgotten.pk), actor=world.actor("steward1"))
    answers = sayings.answers(lines[-1], forgotten.spec, now=WEDNESDAY, names={})
    assert any("→" in text for _label, text in answers)

    public = lines_of(Case.objects.get(pk=forgotten.pk), actor=world.actor("steward1"), public_only=True)
    assert public[-1].step == "inform"
    assert public[-1].revised == ()


def test_whoever_the_case_came_to_be_about_is_not_told(world):
    case = a_case(world, "complaint", "in_hand", at=MONDAY)
    travel(WEDNESDAY)
    about = Notice.objects.filter(case=case, alarm__isnull=False, staff__isnull=False).values_list(
        "staff_id", flat=True
    )
    assert about, "nobody was alarmed"
    named = Staff.objects.get(pk=about[0])
    perform(
        "name_against",
        actor=world.actor("director", at=WEDNESDAY),
        at=WEDNESDAY,
        case=case,
        data={"against": named.number, "note": "当面说的"},
    )
    case.refresh_from_db()
    entry = perform("note", actor=world.actor("director", at=WEDNESDAY), at=WEDNESDAY, case=case, data={"note": "补记"})
    keys = {clock.key for clock in Clock.objects.filter(case=case)}
    entry.facts["_revised"] = [[f"{key}.1.1", "broken", "kept"] for key in sorted(keys)]

    tells.tell_revised(
        case, entry, Roster(case.org_id, site_id=case.site_id, at=WEDNESDAY), actor=world.actor("director")
    )

    assert not Notice.objects.filter(template="revised", staff=named).exists()
    assert Notice.objects.filter(template="revised").exists()


def test_what_was_recorded_late_and_happened_late_changes_nothing(world, forgotten):
    entry = told(world, forgotten, happened_at=WEDNESDAY - HOUR)
    assert "_revised" not in entry.facts
    assert found(forgotten) == "broken"
    assert not Notice.objects.filter(template="revised").exists()


def test_what_is_recorded_as_it_happens_revises_nothing(world, forgotten):
    entry = told(world, forgotten, happened_at=WEDNESDAY)
    assert "_revised" not in entry.facts
