"""Calendars as versions: an official year taken in, an unplanned closing, a community's own; running clocks follow."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from shouwen.ground.models import Place
from shouwen.kernel import audit, calendars, mail, policies
from shouwen.kernel.models import CalendarVersion, Case, Clock, Notice, Outbox
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.kernel.rulebook import rulebook
from shouwen.worktime import calendar
from tests.support import a_case, act, unchanged
from tests.world import at

pytestmark = pytest.mark.django_db
LATE = at("2026-12-30 10:00")
YEAR_2027 = {
    "year": 2027,
    "papers": ["notice of the made-up office"],
    "days": [
        {"date": "2027-01-01", "name": "元旦", "off": True},
        {"date": "2027-01-04", "name": "元旦", "off": True},
        {"date": "2027-01-09", "name": "元旦", "off": False},
    ],
}


@pytest.fixture
def notice(tmp_path):
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(YEAR_2027), "utf-8")
    return file


@pytest.fixture
def small(world) -> Case:
    """A case with a promise of three working days that ends in a year not yet announced."""
    return a_case(world, "job", at=LATE, size="small")


def due(case: Case, key: str = "small") -> tuple[datetime, bool]:
    return Clock.objects.values_list("due_at", "provisional").get(case=case, key=key, verdict__isnull=True)


def clean() -> bool:
    return list(audit.audit_clocks()) == [] and list(audit.audit_journal()) == []


def take_in(world, notice, *, when: datetime = LATE + timedelta(minutes=30), **more) -> list[CalendarVersion]:
    made = calendars.import_announcement(notice, actor=world.actor("manager", at=when), at=when, **more)
    calendars.apply_waiting(at=when)
    return made


def test_a_provisional_due_time_becomes_final_and_whoever_owes_it_is_told(world, small, notice):
    assert due(small) == (at("2027-01-04 18:00"), True)
    when = LATE + timedelta(hours=1)

    made = take_in(world, notice, when=when, announced_at=date(2026, 11, 4))

    assert due(small) == (at("2027-01-06 18:00"), False)  # 31 December, 5 and 6 January
    (version,) = made
    assert (version.source, version.entry.facts["announced_at"]) == ("notice of the made-up office", "2026-11-04")
    told = Notice.objects.get(template=calendars.CHANGED)
    assert told.staff == world.staff["steward1"]
    assert told.words["final"] == Clock.objects.filter(case=small, key__in=("small", "limit", "window")).count()
    assert told.words["cases"] == [small.no] and small.no in mail.sentence(told)
    assert Outbox.objects.filter(topic="calendar", entry=version.entry).count() == 1
    assert clean()


def test_what_would_move_is_shown_before_and_nothing_is_changed_by_looking(world, small, notice):
    actor = world.actor("manager", at=LATE)
    specs = calendars.with_announcement(calendars.announced(notice), actor=actor, at=LATE)

    with unchanged():
        found = calendars.preview(specs, actor=actor, at=LATE)

    assert set(specs) == {("site", None)}
    assert (small.no, "small", at("2027-01-04 18:00"), at("2027-01-06 18:00")) in found.examples
    assert found.final == Clock.objects.filter(case=small, provisional=True).count() >= 2
    assert (found.moved, found.late) == (len(found.examples), 0)
    assert found.concerned == {world.staff["steward1"].pk}


def test_a_finished_clock_and_one_on_another_calendar_are_left_alone(world, notice):
    done = act(world, "begin", a_case(world, "job", at=LATE), at=LATE)
    done = act(world, "finish", done, at=LATE + timedelta(minutes=5))
    before = list(Clock.objects.filter(case=done, verdict__isnull=False).order_by("id").values())
    desk = list(Clock.objects.filter(case=done, key="daily").values())
    take_in(world, notice, when=LATE + timedelta(hours=1))
    assert list(Clock.objects.filter(case=done, verdict__isnull=False).order_by("id").values()) == before
    assert list(Clock.objects.filter(case=done, key="daily").values()) == desk
    assert clean()


def test_the_same_announcement_again_changes_nothing_and_a_corrected_one_does(world, small, notice):
    take_in(world, notice)
    with unchanged():
        assert take_in(world, notice, when=LATE + timedelta(hours=1)) == []
    corrected = {**YEAR_2027, "days": [*YEAR_2027["days"], {"date": "2027-01-05", "name": "元旦", "off": True}]}
    notice.write_text(json.dumps(corrected), "utf-8")
    assert len(take_in(world, notice, when=LATE + timedelta(hours=2))) == 1
    assert due(small) == (at("2027-01-07 18:00"), False)
    assert clean()


def test_many_clocks_of_one_person_are_told_once(world, notice, monkeypatch):
    monkeypatch.setattr(calendars, "BATCH", 2)
    cases = [a_case(world, "job", at=LATE + timedelta(minutes=n), size="small") for n in range(7)]
    take_in(world, notice, when=LATE + timedelta(hours=1))
    told = Notice.objects.get(template=calendars.CHANGED)
    assert told.words["moved"] >= 7 and told.words["cases"] == [case.no for case in cases[:5]]


def test_broken_off_and_run_again_it_tells_nobody_twice(world, notice, monkeypatch):
    for n in range(5):
        a_case(world, "job", at=LATE + timedelta(minutes=n), size="small")
    when = LATE + timedelta(hours=1)
    calendars.import_announcement(notice, actor=world.actor("manager", at=when), at=when)
    monkeypatch.setattr(calendars, "BATCH", 2)
    refold, calls = calendars.refold_cases, []

    def dying(ids, *, at):
        calls.append(ids)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return refold(ids, at=at)

    monkeypatch.setattr(calendars, "refold_cases", dying)
    with pytest.raises(RuntimeError):
        calendars.apply_waiting(at=when)
    first = Notice.objects.get(template=calendars.CHANGED).words["moved"]
    calendars.apply_waiting(at=when)
    told = Notice.objects.get(template=calendars.CHANGED)
    assert 0 < first < told.words["moved"]
    assert (
        told.words["moved"]
        == Clock.objects.filter(due_at__gt=at("2027-01-05 00:00"), key__in=("small", "limit")).count()
    )
    assert clean()


def test_an_unplanned_closing_moves_what_runs(world):
    when = at("2026-11-23 11:00")
    job = a_case(world, "job", at=at("2026-11-23 10:00"))
    assert due(job, "quick")[0] == at("2026-11-23 16:00")
    actor = world.actor("manager", at=when)
    spec = calendars.with_closing("site", at("2026-11-23 14:00"), at("2026-11-24 08:30"), actor=actor, at=when)
    assert calendars.preview({("site", None): spec}, actor=actor, at=when).moved == 1

    calendars.publish("site", spec, actor=actor, at=when, source="typhoon")
    calendars.apply_waiting(at=when)

    assert due(job, "quick")[0] == at("2026-11-24 10:30")
    assert clean()


def test_a_closing_that_ends_before_it_begins_or_names_no_calendar_is_refused(world):
    actor = world.actor("manager")
    for key, until in (("site", at("2026-11-23 13:00")), ("mars", at("2026-11-23 15:00"))):
        with unchanged(), pytest.raises(Refusal):
            calendars.with_closing(key, at("2026-11-23 14:00"), until, actor=actor, at=LATE)


def test_only_manager_and_director_change_calendars_and_never_the_past(world, notice):
    with unchanged(), pytest.raises(NotAllowed):
        calendars.import_announcement(notice, actor=world.actor("desk", at=LATE), at=LATE)
    spec, manager = calendar("cn").to_json(), world.actor("manager", at=LATE)
    for key, wrong, more in (
        ("site", spec, {"effective_at": LATE - timedelta(seconds=1)}),
        ("mars", spec, {}),
        ("site", {"week": {}}, {}),
    ):
        with unchanged(), pytest.raises(Refusal):
            calendars.publish(key, wrong, actor=manager, at=LATE, **more)
    calendars.publish("site", spec, actor=manager, at=LATE)
    with unchanged(), pytest.raises(Refusal):
        calendars.publish("site", spec, actor=manager, at=LATE)


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"year": 2027, "days": []}', '{"days": []}'])
def test_what_announces_nothing_is_refused(world, tmp_path, text):
    file = tmp_path / "2027.json"
    file.write_text(text, "utf-8")
    with unchanged(), pytest.raises(Refusal):
        calendars.import_announcement(file, actor=world.actor("manager"), at=LATE)
    with unchanged(), pytest.raises(Refusal):
        calendars.import_announcement(tmp_path / "missing.json", actor=world.actor("manager"), at=LATE)


def test_a_community_with_its_own_calendar_gets_the_year_too(world, small, notice):
    site = Place.objects.get(pk=world.places["site"].pk)
    own = {
        **calendar("cn").to_json(),
        "week": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
    when = LATE + timedelta(minutes=1)
    calendars.publish("site", own, actor=world.actor("manager", at=when), at=when, site=site)
    calendars.apply_waiting(at=when)
    assert due(small) == (at("2027-01-04 17:00"), True)
    later = LATE + timedelta(hours=1)
    actor = world.actor("manager", at=later)
    specs = calendars.with_announcement(calendars.announced(notice), actor=actor, at=later)
    assert set(specs) == {("site", None), ("site", site.pk)}
    assert (small.no, "small", at("2027-01-04 17:00"), at("2027-01-06 17:00")) in calendars.preview(
        specs, actor=actor, at=later
    ).examples

    assert len(take_in(world, notice, when=later)) == 2

    assert due(small) == (at("2027-01-06 17:00"), False)
    assert clean()


def test_a_community_is_judged_by_everybodys_calendar_until_its_own_begins(world, small):
    """Yesterday is not judged by today's rules: an own version must not unmake the common ones before it."""
    common = {
        **calendar("cn").to_json(),
        "week": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
    site = Place.objects.get(pk=world.places["site"].pk)
    one, two = LATE + timedelta(hours=1), LATE + timedelta(hours=2)
    calendars.publish("site", common, actor=world.actor("manager", at=one), at=one)
    calendars.publish("site", calendar("cn").to_json(), actor=world.actor("manager", at=two), at=two, site=site)
    book = rulebook(world.org.pk, site.pk)
    opens = [book.calendar("site", when)[0].open_of(date(2026, 12, 31)) for when in (LATE, one, two)]
    assert opens == [at("2026-12-31 08:30"), at("2026-12-31 08:00"), at("2026-12-31 08:30")]


def test_a_community_is_judged_by_everybodys_policy_until_its_own_begins(world):
    site = Place.objects.get(pk=world.places["site"].pk)
    one, two = LATE + timedelta(hours=1), LATE + timedelta(hours=2)
    policies.publish("job.quick", "2wh", actor=world.actor("manager", at=one), at=one)
    policies.publish("job.quick", "6wh", actor=world.actor("manager", at=two), at=two, site=site)
    book = rulebook(world.org.pk, site.pk)
    assert [book.policy("job.quick", "4wh", when)[0] for when in (LATE, one, two)] == ["4wh", "2wh", "6wh"]


def test_a_calendar_begins_after_the_last_step_recorded_while_it_waited(world, small):
    """That step was judged on the old hours and stays so."""
    act(world, "inform", small, at=LATE + timedelta(minutes=5))
    version = calendars.publish("site", calendar("cn").to_json(), actor=world.actor("manager", at=LATE), at=LATE)
    assert version.effective_at == LATE + timedelta(minutes=5, microseconds=1)
    calendars.apply_waiting(at=version.effective_at)
    assert clean()
