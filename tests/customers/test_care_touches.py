"""Birthdays and anniversaries come up as tasks the day before, only where the customer allowed us to remember them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shouwen.ground.models import Party, Role
from shouwen.kernel import policies
from shouwen.kernel.models import Case, Consent
from shouwen.kernel.refusals import Invalid
from shouwen.kernel.registers import register
from shouwen.rooms.customers import care, days, touching
from tests.customers.test_care import note
from tests.support import act, unchanged, verdicts
from tests.world import MONDAY
from tests.world import at as moment

HOUR = timedelta(hours=1)
EVE = moment("2027-03-06 08:05")
pytestmark = pytest.mark.clause("S6-6.06")


@pytest.fixture
def fang(world):
    policies.publish(care.PROFILE.key, True, actor=world.actor("manager"), at=MONDAY)
    party = world.parties["fang"]
    for topic, value in (("birthday", "1990-03-07"), ("anniversary", "5月1日")):
        care.give(party, topic, how="signed", actor=world.actor("desk"), at=MONDAY + HOUR)
        note(world, party, topic, value)
    return party


def raised(world, at=EVE) -> list[tuple[str, date]]:
    touching.raise_touches(world.org.pk, at)
    cases = Case.objects.filter(kind="care_touch").order_by("id")
    return [(case.sheet.occasion, case.sheet.day) for case in cases]


def test_a_birthday_comes_up_the_day_before_once_and_is_owed_by_the_steward(world, fang):
    assert raised(world, EVE - timedelta(days=1)) == []
    assert raised(world) == raised(world, EVE + HOUR) == [("birthday", date(2027, 3, 7))]
    case = Case.objects.get(kind="care_touch")
    assert (case.party, case.place, case.owner) == (fang, world.home, world.staff["steward1"])
    assert case.due_at == moment("2027-03-08 00:00"), "the end of that day, a Sunday"
    act(world, "greet", case, who="steward1", at=moment("2027-03-07 09:30"), how="phone")
    assert verdicts(case) == {"greeted_in_time.1.1": "kept"}
    assert raised(world, moment("2027-04-30 08:05"))[1:] == [("anniversary", date(2027, 5, 1))]


def test_forgotten_it_is_broken_and_left_out_it_says_why(world, fang):
    raised(world)
    case = Case.objects.get(kind="care_touch")
    late = act(world, "let_be", case, who="steward1", at=moment("2027-03-08 09:00"), note="忘了")
    assert verdicts(late) == {"greeted_in_time.1.1": "late"}


@pytest.mark.parametrize("why", ["profile off", "withdrawn", "not at all", "moved out", "erased"])
def test_nothing_comes_up_without_consent_or_for_who_is_not_to_be_reached(world, fang, why):
    manager, desk = world.actor("manager"), world.actor("desk")
    if why == "profile off":
        policies.publish(care.PROFILE.key, False, actor=manager, at=MONDAY + 2 * HOUR)
    elif why == "withdrawn":
        Consent.objects.filter(party=fang, purpose="care.birthday").update(withdrawn_at=MONDAY + 2 * HOUR)
    elif why == "not at all":
        register("party").edit(fang, {"wish": "not_at_all"}, actor=desk, at=MONDAY + 2 * HOUR)
    elif why == "moved out":
        Role.objects.filter(party=fang).update(until_date=date(2027, 1, 1))
    else:
        Party.objects.filter(pk=fang.pk).update(erased_at=MONDAY)
    assert raised(world) == []


def test_a_standstill_of_a_day_is_made_up_for(world, fang):
    assert raised(world, moment("2027-03-07 08:05")) == [("birthday", date(2027, 3, 7))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3月7日", (3, 7)), ("3 月 7 号", (3, 7)), ("1990-03-07", (3, 7)), ("1990年3月7日", (3, 7)), ("03/07", (3, 7)),
        ("2月29日", (2, 29)), ("2月30日", None), ("13-01", None), ("农历八月十五", None), ("春天", None), ("", None),
    ],
)  # fmt: skip
def test_days_as_people_write_them(text, found):
    assert days.of_year(text) == found


def test_the_29th_of_february_is_kept_on_the_28th_in_other_years():
    assert days.falls_on("2月29日", date(2027, 2, 28)) and days.falls_on("2月29日", date(2028, 2, 29))
    assert not days.falls_on("2月29日", date(2028, 2, 28)) and not days.falls_on("农历八月十五", date(2027, 8, 15))


def test_a_day_that_nobody_can_read_is_refused_and_a_lunar_one_kept_as_words(world, fang):
    row = care.CareFact.objects.get(topic="birthday")
    with unchanged(), pytest.raises(Invalid) as refused:
        register("care").edit(row, {"value": "春天"}, actor=world.actor("desk"), at=MONDAY + 2 * HOUR)
    assert "农历" in refused.value.errors["value"][0]
    register("care").edit(row, {"value": "农历八月十五"}, actor=world.actor("desk"), at=MONDAY + 2 * HOUR)
    assert raised(world) == []
