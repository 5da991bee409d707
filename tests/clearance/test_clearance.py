"""The daily clearing list: every day of the desk, late and forgotten first, cleared by acts, signed, gaps seen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.kernel.daily import open_due
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.seals import seal_day
from shouwen.rooms.clearance import queries
from shouwen.rooms.clearance.models import ClearedLine
from tests.support import act, refused, travel
from tests.world import at

HOUR = timedelta(hours=1)
SATURDAY, EVENING = at("2026-11-28 09:00"), at("2026-11-28 17:50")


def the_list(world, when=SATURDAY) -> Case:
    open_due(world.org.pk, when)
    return Case.objects.filter(kind="clearance", site=world.places["site"]).order_by("-opened_at").first()


def standing(case: Case, when) -> list[tuple[str, str, bool]]:
    return [(line.case.no, line.standing, line.cleared) for line in queries.lines(case, at=when)]


@pytest.mark.clause("S6-1.01")
def test_each_day_of_the_desk_has_its_list_weekends_included_and_only_once(world):
    for day in (27, 28, 28, 29):
        open_due(world.org.pk, at(f"2026-11-{day} 08:05"))
    open_due(world.org.pk, at("2026-11-30 07:55"))

    days = [case.sheet.day for case in Case.objects.filter(kind="clearance", site=world.places["site"]).order_by("id")]
    assert days == [date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29)]


@pytest.mark.clause("S6-1.01")
def test_days_on_which_nobody_worked_the_product_are_made_up_for_and_show_as_gaps(world):
    the_list(world, at("2026-11-24 09:00"))
    case = the_list(world, SATURDAY)
    days = queries.month(world.org.pk, case.site_id, date(2026, 11, 24), date(2026, 11, 28))
    assert [(day.day, found is not None and found.closed_at is None) for day, found in days] == [
        (24, True), (25, True), (26, True), (27, True), (28, True),
    ]  # fmt: skip


@pytest.mark.clause("S6-1.01")
def test_late_and_forgotten_come_first_and_other_kinds_and_places_stay_out(world):
    forgotten = act(world, "open", kind="assistance", at=at("2026-11-26 10:00"))
    act(
        world,
        "agree_later",
        forgotten,
        who="supervisor",
        at=at("2026-11-26 10:05"),
        agreed_at=at("2026-12-20 10:00").isoformat(),
    )
    late = act(world, "open", kind="complaint", at=at("2026-11-27 12:00"))
    travel(EVENING - HOUR)
    fresh = act(world, "open", kind="assistance", at=EVENING - timedelta(minutes=10))
    done = act(world, "settled", kind="repair", at=at("2026-11-28 13:00"))
    act(world, "settled", kind="repair", at=at("2026-11-27 13:00"))
    act(world, "open", kind="enquiry", at=at("2026-11-28 13:00"))

    assert standing(the_list(world), EVENING) == [
        (late.no, "late", False), (forgotten.no, "forgotten", False), (fresh.no, "open", True), (done.no, "closed", True),
    ]  # fmt: skip


@pytest.mark.clause("S6-1.01")
def test_each_late_line_is_cleared_by_an_act_of_that_day_before_the_supervisor_signs(world):
    late = act(world, "open", kind="repair", at=at("2026-11-27 12:00"))
    case = the_list(world)
    refusal = refused("sign", actor=world.actor("supervisor"), case=case, at=EVENING)
    assert (refusal.clause, late.no in refusal.sentence) == ("S6-1.01", True)

    act(world, "note", late, who="desk", at=EVENING, note="等电梯公司，明早到")
    seal_day(world.org.pk, at=at("2026-11-27 23:59"))
    case = act(world, "sign", case, who="supervisor", at=EVENING)
    sheet = case.sheet
    assert (case.state, sheet.late, sheet.forgotten, sheet.still_open, len(sheet.seal)) == ("signed", 1, 0, 0, 64)
    assert list(ClearedLine.objects.values_list("subject__no", "standing", "cleared")) == [(late.no, "late", True)]


@pytest.mark.clause("S6-1.01")
def test_a_signed_list_stays_as_it_was_signed(world):
    repair = act(world, "open", kind="repair", at=EVENING - timedelta(minutes=5))
    case = act(world, "sign", the_list(world), who="supervisor", at=EVENING)
    act(world, "settle", repair, at=EVENING + HOUR)
    assert standing(case, EVENING + 30 * HOUR) == [(repair.no, "open", True)]


@pytest.mark.clause("S6-1.01")
def test_only_the_supervisor_or_the_director_signs_and_not_before_the_day_ends(world):
    case = the_list(world)
    assert refused("sign", actor=world.actor("desk"), case=case, at=EVENING).status == 403
    early = refused("sign", actor=world.actor("supervisor"), case=case, at=at("2026-11-28 15:59"))
    assert early.clause == "S6-1.01"
    assert act(world, "sign", case, who="director", at=at("2026-11-28 16:00")).state == "signed"


@pytest.mark.clause("S6-1.01")
@pytest.mark.parametrize("step", ["withdraw", "give_up"])
def test_nobody_takes_a_day_back(world, step):
    case = the_list(world)
    for who in ("supervisor", "director", "manager"):
        assert refused(step, actor=world.actor(who), case=case, data={"note": "不签了"}).status == 403


@pytest.mark.clause("S6-1.01")
def test_a_day_not_signed_is_a_promise_not_kept(world):
    case = the_list(world)
    travel(at("2026-11-29 00:00"))
    act(world, "sign", case, who="supervisor", at=at("2026-11-29 09:00"))
    clock = Clock.objects.get(case=case, key="signed_off")
    assert (clock.verdict, clock.owed_by) == ("late", world.staff["supervisor"])


@pytest.mark.clause("S6-1.01", "S6-12.02")
def test_nobody_reads_of_a_complaint_about_themselves_on_the_list(world):
    case = the_list(world)
    about = act(world, "open", kind="complaint", who="desk", against=world.staff["supervisor"].number, at=SATURDAY)
    other = act(world, "open", kind="repair", at=EVENING - HOUR)

    def numbers(who):
        return {line.case.no for line in queries.shown(queries.lines(case, at=EVENING), world.actor(who))}

    assert (numbers("director"), numbers("supervisor")) == ({about.no, other.no}, {other.no})
    tomorrow = the_list(world, at("2026-11-29 08:30"))
    refusal = refused("sign", actor=world.actor("supervisor"), case=tomorrow, at=at("2026-11-29 17:50"))
    assert about.no not in refusal.sentence and other.no in refusal.sentence


def test_a_longer_list_costs_no_more_queries(world):
    case, counts = the_list(world), []
    for _turn in range(2):
        act(world, "open", kind="repair", at=EVENING - HOUR)
        with CaptureQueriesContext(connection) as caught:
            queries.lines(Case.objects.get(pk=case.pk), at=EVENING)
        counts.append(len(caught))
        for _more in range(3):
            act(world, "open", kind="repair", at=EVENING - HOUR)
    assert counts[0] == counts[1]
