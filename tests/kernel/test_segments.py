"""Standards by the sort of customer (S1-2): a policy says another time for some, and a case says for whom it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Party
from shouwen.kernel import offers, policies
from shouwen.kernel.audit import audit_clocks, audit_journal
from shouwen.kernel.goals import PolicyRef
from shouwen.kernel.models import Clock, Entry, PolicyVersion
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from tests.support import a_case, act
from tests.world import MONDAY, World

HOUR = timedelta(hours=1)
KEY = "complaint.minor"
TIMES = {"": "24h", "vulnerable": "6h", "critical": "2h"}


@pytest.fixture
def sorts(world: World) -> World:
    """Fang is entered as somebody to be looked after; Zeng as nothing in particular."""
    Party.objects.filter(pk=world.parties["fang"].pk).update(segment="vulnerable")
    world.parties["fang"].refresh_from_db()
    return world


def complaint(world: World, customer: str | None, *, at=MONDAY):
    more = {"customer": world.parties[customer]} if customer else {}
    return a_case(world, "complaint", "taken", at=at, grade="minor", **more)


def publish(world: World, value, *, at, to_running=False) -> PolicyVersion:
    version = policies.publish(KEY, value, actor=world.actor("manager"), at=at, to_running=to_running)
    policies.apply_waiting(at=at)
    return version


def due_in(case) -> timedelta:
    clock = Clock.objects.get(case=case, key="minor", verdict__isnull=True)
    return clock.due_at - clock.starts_at


@pytest.mark.clause("S1-2")
def test_each_sort_of_customer_has_the_time_its_standard_says(sorts):
    publish(sorts, TIMES, at=MONDAY - HOUR)
    Party.objects.filter(pk=sorts.parties["zeng"].pk).update(segment="household")

    assert due_in(complaint(sorts, "fang")) == timedelta(hours=6)
    assert due_in(complaint(sorts, "zeng")) == timedelta(hours=24), "a sort without a time of its own: everybody's"
    assert due_in(complaint(sorts, None)) == timedelta(hours=24)
    assert [*audit_clocks(), *audit_journal()] == []


@pytest.mark.clause("S1-2")
def test_the_case_says_for_whom_it_is_and_a_card_changed_later_changes_no_verdict(sorts):
    publish(sorts, TIMES, at=MONDAY - HOUR)
    case = complaint(sorts, "fang")
    assert Entry.objects.get(stream_id=case.pk, step="open").facts["_segment"] == "vulnerable"

    Party.objects.filter(pk=case.party_id).update(segment="critical")
    act(sorts, "take_up", case, at=MONDAY + 3 * HOUR)

    assert due_in(case) == timedelta(hours=6)
    assert list(audit_clocks()) == []


@pytest.mark.clause("S1-2")
def test_another_customer_named_later_counts_for_clocks_that_begin_then(sorts):
    publish(sorts, TIMES, at=MONDAY - HOUR)
    case = complaint(sorts, "zeng")
    before = due_in(case)

    act(sorts, "correct", case, who="supervisor", at=MONDAY + HOUR, customer=sorts.parties["fang"])

    assert Entry.objects.get(stream_id=case.pk, step="correct").facts["_segment"] == "vulnerable"
    assert due_in(case) == before == timedelta(hours=24), "a clock keeps the standard with which it began"
    assert list(audit_clocks()) == []


@pytest.mark.clause("S1-2")
def test_a_version_moves_the_running_clocks_of_one_sort_and_its_preview_says_so(sorts):
    fang, zeng = complaint(sorts, "fang"), complaint(sorts, "zeng")
    later = MONDAY + HOUR
    manager = sorts.actor("manager")

    seen = policies.preview(KEY, TIMES, actor=manager, at=later)
    publish(sorts, TIMES, at=later, to_running=True)

    assert (seen.looked_at, seen.moved, [row[0] for row in seen.examples]) == (2, 1, [fang.no])
    assert (due_in(fang), due_in(zeng)) == (timedelta(hours=6), timedelta(hours=24))
    back = policies.preview(KEY, "24h", actor=manager, at=later + HOUR)
    assert (back.looked_at, back.moved) == (2, 1), "the clocks that a sort's own time moved are seen too"
    assert list(audit_clocks()) == []


def test_the_clock_shown_before_saying_yes_is_that_of_the_customer(sorts):
    value = {"": "1wd", "vulnerable": "1h"}
    policies.publish("enquiry.answer", value, actor=sorts.actor("manager"), at=MONDAY - HOUR)
    step, actor = kinds["enquiry"].steps["open"], sorts.actor("desk")

    def shown(customer: str) -> dict[str, str]:
        data = {"customer": sorts.parties[customer], "place": sorts.home, "words": "which bus"}
        made = offers.preview(step, actor=actor, at=MONDAY, data=data, site_id=sorts.home.site_id)
        return {clock.key: clock.goal for clock in made}

    assert (shown("fang")["answer_by"], shown("zeng")["answer_by"]) == ("1h", "1wd")


@pytest.mark.parametrize(
    "value", [{"critical": "2h"}, {"": "24h", "rich": "2h"}, {"": "24h", "critical": "soon"}, {"": "24h", "critical": 2}]
)  # fmt: skip
def test_what_is_no_time_or_no_sort_is_refused(world, value):
    with pytest.raises(Refusal):
        policies.publish(KEY, value, actor=world.actor("manager"), at=MONDAY)
    assert not PolicyVersion.objects.exists()


def test_only_the_time_of_a_promise_varies_and_one_for_everybody_stays_plain(world):
    manager = world.actor("manager")
    with pytest.raises(Refusal):
        policies.publish("complaint.review", {"": "30d", "critical": "2d"}, actor=manager, at=MONDAY)
    assert policies.publish(KEY, {"": "12h"}, actor=manager, at=MONDAY).value == "12h"


def test_no_sort_of_customer_is_served_later_than_the_law_allows():
    of_the_law = PolicyRef(KEY, "24h", floor="30h")
    assert policies.checked(of_the_law, {"": "24h", "critical": "30h"})
    with pytest.raises(Refusal) as refused:
        policies.checked(of_the_law, {"": "24h", "critical": "31h"})
    assert "30h" in refused.value.sentence
