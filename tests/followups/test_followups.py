"""The follow-up: chosen by policy or by a seed drawn beforehand, asked by somebody else, bad answers open a new round."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.desk.templatetags.paper import answered
from shouwen.kernel import credentials, sample
from shouwen.kernel.audit import audit_journal
from shouwen.kernel.models import Answer, Case, Credential, Entry
from shouwen.kernel.outbox import drain
from shouwen.kernel.perform import perform
from shouwen.kernel.policies import publish
from shouwen.kernel.refusals import Unknown
from tests.support import a_case, act, refused, rights, verdicts
from tests.world import MONDAY

HOUR = timedelta(hours=1)


def deliver(at=MONDAY) -> None:
    while drain("test", at=at):
        pass


def a_closed_repair(world, *, who="fitter", **rating) -> Case:
    case = act(world, "open", kind="repair", who="desk2", customer=str(world.parties["fang"].pk))
    case = act(world, "assign", case, assignee=world.staff[who].number)
    case = act(world, "arrive", case, who=who, at=MONDAY + HOUR)
    case = act(world, "finish", case, who=who, at=MONDAY + HOUR)
    case = act(world, "satisfied", case, who="fang", at=MONDAY + 2 * HOUR, **rating)
    deliver(MONDAY + 2 * HOUR)
    return case


def followups() -> list[Case]:
    return list(Case.objects.filter(kind="followup").order_by("id"))


@pytest.mark.clause("S6-2.28")
def test_a_repair_the_customer_did_not_rate_is_followed_up_once(world):
    case = a_closed_repair(world)
    deliver(MONDAY + 3 * HOUR)
    (asked,) = followups()
    assert (asked.sheet.about, asked.sheet.why, asked.party, asked.owner) == (
        case, "unrated", world.parties["fang"], world.staff["desk"],
    )  # fmt: skip


@pytest.mark.clause("S6-2.28")
@pytest.mark.parametrize(("rule", "why"), [("", []), ("always", ["always"]), ("never", [])])
def test_a_rated_one_is_left_alone_unless_the_policy_says_always(world, rule, why):
    if rule:
        publish("followup.kinds", {"repair": rule}, actor=world.actor("manager"), at=MONDAY - HOUR)
    a_closed_repair(world, score="5")
    assert [case.sheet.why for case in followups()] == why


def test_what_was_withdrawn_or_has_no_customer_is_not_followed_up(world):
    publish("followup.kinds", {"repair": "always"}, actor=world.actor("manager"), at=MONDAY - HOUR)
    act(world, "withdraw", act(world, "open", kind="repair", customer=str(world.parties["fang"].pk)))
    act(world, "settled", kind="repair")
    deliver()
    assert followups() == []


@pytest.mark.clause("S6-2.28")
def test_speed_and_quality_are_asked_apart(world):
    a_closed_repair(world)
    act(world, "record", followups()[0], who="desk", points={"speed": "5", "quality": "4"}, at=MONDAY + 3 * HOUR)
    assert set(Answer.objects.filter(answer_set__points="repair.follow_up").values_list("item", "score")) == {
        ("speed", 5), ("quality", 4),
    }  # fmt: skip
    (printed,) = answered(followups()[0])
    assert [row[:2] for row in printed["rows"]] == [("来得快不快？", "5 很满意"), ("修得好不好？", "4 满意")]


@pytest.mark.clause("S6-2.28")
def test_bad_quality_opens_a_new_round_by_itself(world):
    case, when = a_closed_repair(world), MONDAY + 3 * HOUR
    asked = followups()[0]
    bad = {"how": "phone", "points": {"speed": "5", "quality": {"value": "2", "note": "又漏了"}}}
    refusal = refused("record", actor=world.actor("desk"), case=asked, data=bad, at=when)
    assert refusal.clause == "S6-2.28"

    perform("record", actor=world.actor("desk", at=when), at=when, case=asked, data={**bad, "words": "第二天又漏"})
    deliver(when)
    case.refresh_from_db()
    assert (case.state, case.cycle, verdicts(case)["arrival.2.1"]) == ("taken", 2, None)
    deliver(when + HOUR)
    assert Entry.objects.filter(stream_id=case.pk, step="reopen").count() == 1


@pytest.mark.clause("S6-2.28")
def test_whoever_handled_it_does_not_ask_about_it(world):
    a_closed_repair(world, who="steward1")
    asked = followups()[0]
    assert "record" not in rights(world.actor("steward1"), asked)
    assert "record" in rights(world.actor("desk2"), asked)  # who only took it down


@pytest.mark.clause("S6-2.28")
def test_a_customer_rates_by_a_code_that_is_good_once(world):
    a_closed_repair(world)
    asked, when = followups()[0], MONDAY + 3 * HOUR
    entry = perform("send_code", actor=world.actor("desk", at=when), at=when, case=asked)
    code = entry.once["code"]
    holder = credentials.holder(credentials.find(code, purpose=credentials.FOLLOW, at=when))
    perform("rate", actor=holder, at=when, case=asked, data={"points": {"speed": "5", "quality": "5"}})

    asked.refresh_from_db()
    assert (asked.state, Credential.objects.filter(revoked_at__isnull=True).count()) == ("answered", 0)
    with pytest.raises(Unknown):
        credentials.find(code, purpose=credentials.FOLLOW, at=when)


@pytest.mark.clause("S6-2.28")
def test_a_customer_not_reached_on_different_days_ends_the_follow_up(world):
    a_closed_repair(world)
    asked = followups()[0]
    for day in range(1, 4):
        asked = act(world, "attempt", asked, who="desk", at=MONDAY + timedelta(days=day))
    assert act(world, "give_up", asked, who="supervisor", at=MONDAY + timedelta(days=4)).state == "given_up"


def test_a_sample_is_drawn_by_a_seed_that_stands_in_the_journal(world):
    seed = sample.seed_of(world.org.pk, "followup.enquiry", at=MONDAY)
    assert seed == sample.seed_of(world.org.pk, "followup.enquiry", at=MONDAY + timedelta(days=6))
    assert seed != sample.seed_of(world.org.pk, "followup.enquiry", at=MONDAY + timedelta(days=30))

    chosen = [n for n in range(2000) if sample.drawn(seed, f"XW-{n}.1", 10)]
    assert 120 < len(chosen) < 280
    assert [n for n in range(2000) if sample.drawn(seed, f"XW-{n}.1", 0)] == []
    assert len([n for n in range(200) if sample.drawn(seed, f"XW-{n}.1", 100)]) == 200
    assert list(audit_journal(world.org)) == []


@pytest.mark.parametrize(("share", "why"), [(100, ["sample"]), (0, [])])
def test_a_sampled_kind_is_followed_up_as_its_seed_says(world, share, why):
    publish("followup.kinds", {"enquiry": f"sample {share}"}, actor=world.actor("manager"), at=MONDAY - HOUR)
    act(world, "reply", a_case(world, "enquiry", customer=str(world.parties["fang"].pk)))
    deliver()
    assert [case.sheet.why for case in followups()] == why
