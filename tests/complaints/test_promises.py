"""Promises to a complainant, progress told, the manager's checks, and the end (S6-12.10, 15 to 17, S6-1.02)."""

from __future__ import annotations

import pytest

from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, CaseLink
from shouwen.kernel.outbox import drain
from tests.complaints.cases import DAY, HOUR, clock, customer, opened
from tests.support import a_case, act, refused, steps_taken, verdicts
from tests.world import MONDAY, at


@pytest.mark.clause("S6-12.15")
def test_a_promise_beyond_ones_authority_waits_for_somebody_who_may_give_it(world):
    case = opened(world)
    data = {"promised_at": (MONDAY + DAY).isoformat(), "told": "赔五千", "worth_fen": 500_000}
    assert refused("promise", actor=world.actor("steward1"), case=case, data=data).clause == "S6-12.15"
    case = act(world, "ask_longer", case, who="steward1", promised_at=data["promised_at"], worth_fen=500_000)
    assert refused("promise", actor=world.actor("steward1"), case=case, data=data).clause == "S6-12.15"
    case = act(world, "agree_longer", case, who="director", at=MONDAY + HOUR)
    act(world, "promise", case, who="steward1", at=MONDAY + 2 * HOUR, **data)
    assert clock(case, "promised").verdict is None


@pytest.mark.clause("S6-12.16")
def test_the_words_for_the_caller_stand_at_intake_and_the_result_is_owed(world):
    case = opened(world)
    assert "回复" in case.spec.steps["open"].hint
    assert {key for key, verdict in verdicts(case).items() if verdict is None} >= {"minor.1.1", "progress.1.1"}


@pytest.mark.clause("S6-12.17")
def test_the_manager_sees_every_complaint_and_records_a_judgement(world):
    case = a_case(world, "complaint", "in_hand")
    assert case in visible_to(world.actor("manager"))
    data = {"opinion": "回复偏慢"}
    assert "judgement" in refused("check_up", actor=world.actor("manager"), case=case, data=data).errors
    act(world, "check_up", case, who="manager", judgement="improve", at=MONDAY + HOUR)
    assert steps_taken(case)[-1] == "check_up"


@pytest.mark.clause("S6-12.10")
def test_whom_nobody_reaches_is_given_up_by_the_director_after_three_days_of_trying(world):
    case = a_case(world, "complaint", "told")
    for day in (0, 0, 1):
        case = act(world, "attempt", case, who="desk", at=MONDAY + day * DAY + HOUR)
    later = MONDAY + DAY + 2 * HOUR
    assert (
        refused("give_up", actor=world.actor("director"), case=case, data={"note": "x"}, at=later).clause == "S6-12.10"
    )
    case = act(world, "attempt", case, who="desk", at=MONDAY + 2 * DAY)
    assert (
        refused("give_up", actor=world.actor("supervisor"), case=case, data={"note": "x"}, at=later + DAY).status == 403
    )
    assert act(world, "give_up", case, who="director", at=MONDAY + 3 * DAY).state == "given_up"


@pytest.mark.clause("S6-1.02")
def test_one_progress_reply_reaches_all_who_complained_of_the_same_cause(world):
    lead = opened(world, words="电梯停了")
    callers = [opened(world, customer=customer(world, name)) for name in ("fang", "zeng")]
    assert refused("inform_all", actor=world.actor("desk"), case=lead, data={"told": "x", "how": "phone"}).clause
    for case in callers:
        act(world, "link", case, who="desk", other=lead.no, relation="same_cause")
    first, second = callers
    assert refused("link", actor=world.actor("desk"), case=lead, data={"other": first.no, "relation": "same_cause"})
    assert refused(
        "link", actor=world.actor("desk"), case=opened(world), data={"other": first.no, "relation": "same_cause"}
    )

    tomorrow = at("2026-11-24 11:00")
    act(world, "inform_all", lead, who="desk", told="下午换好", at=tomorrow)
    for _twice in range(2):
        drain("test", at=tomorrow + HOUR)

    for case in (first, second):
        assert steps_taken(case).count("inform") == 1
        assert clock(case, "progress").verdict == "kept"
        assert clock(case, "progress").stopped_at == tomorrow
        assert Case.objects.get(pk=case.pk).closed_at is None
    act(world, "unlink", first, who="desk", other=lead.no, at=tomorrow)
    assert CaseLink.objects.filter(until_at__isnull=True).count() == 1
