"""How a complaint comes in: every channel, with a name or without, settled on the spot (S6-12.02, 03, S6-2.21, S3-5)."""

from __future__ import annotations

import pytest

from shouwen.ground.actors import Actor
from shouwen.kernel import credentials, mail
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case, Credential
from shouwen.kernel.offers import steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.reading import lines_of
from shouwen.kernel.refusals import Refusal
from tests.complaints.cases import DAY, HOUR, clock, customer, opened, told
from tests.support import act, refused, verdicts
from tests.world import MONDAY, at


@pytest.mark.clause("S6-12.02")
@pytest.mark.parametrize(
    "channel", ["phone", "counter", "web", "mail", "letter", "suggestion_box", "media", "government"]
)
def test_whatever_the_channel_the_steward_and_the_supervisor_are_told(world, channel):
    case = opened(world, channel=channel, reply_by=(MONDAY + DAY).isoformat())
    assert case.channel == channel
    assert {str(world.staff["steward1"]), str(world.staff["supervisor"])} <= told(case, "open")


@pytest.mark.clause("S3-5")
def test_a_letter_of_the_government_sets_the_date_and_parking_does_not_stop_it(world):
    data = {"place": "1-1-101", "words": "来函", "channel": "government"}
    assert refused("open", actor=world.actor("desk"), kind="complaint", data=data).clause == "S3-5"
    case = opened(world, channel="government", reply_by=at("2026-11-30 17:00").isoformat())
    assert clock(case, "official").due_at == at("2026-11-30 17:00")
    case = act(world, "park", case, who="supervisor", at=MONDAY + HOUR)
    assert clock(case, "official").paused_at is None
    assert "暂缓处理" in [line.label for line in lines_of(case, actor=world.actor("supervisor"))]
    assert {mail.sentence(notice) for notice in case.notices.filter(template="complaint.park")} == {
        f"{case.no}（投诉）：暂缓处理。"
    }
    case = act(world, "resume", case, at=MONDAY + 2 * DAY)
    act(world, "answer", case, at=at("2026-11-30 17:01"))
    assert clock(case, "official").verdict == "late"


@pytest.mark.clause("S6-12.03")
def test_settled_on_the_spot_without_a_word_to_the_customer_owes_the_steward_one(world):
    case = act(world, "settled", kind="complaint", who="fitter")
    assert (verdicts(case), told(case, "settled")) == (
        {"minor.1.1": "kept", "spot_reply.1.1": None}, {str(world.staff["steward1"])},
    )  # fmt: skip
    assert clock(case, "spot_reply").owed_by == world.staff["steward1"]
    act(world, "reply_after", case, who="steward1", at=MONDAY + HOUR)
    assert clock(case, "spot_reply").verdict == "kept"


@pytest.mark.clause("S6-2.21")
def test_without_a_name_there_is_a_code_that_opens_this_case_alone(world):
    data = {"place": "1-1-101", "words": "有人乱扔垃圾", "anonymous": True, "channel": "letter"}
    entry = perform("open", kind="complaint", actor=world.actor("desk"), at=MONDAY, data=data)
    case, another = Case.objects.get(pk=entry.stream_id), opened(world)
    code = entry.once["code"]

    assert (case.party, case.fact("in_writing")) == (None, False)
    assert Credential.objects.filter(case=case).exclude(hash=code).count() == 1
    holder = credentials.holder(credentials.find(code.lower().replace("-", " "), purpose="follow", at=MONDAY))
    assert list(visible_to(holder)) == [case] and another.pk != case.pk
    names = {offer.step.name for offer in steps_for(holder, case, at=MONDAY)}
    assert "withdraw" in names and "settle" not in names
    named = {**data, "customer": customer(world)}
    assert refused("open", actor=world.actor("desk"), kind="complaint", data=named).clause == "S6-2.21"
    assert refused("open", actor=world.actor("fang"), kind="complaint", data=data).clause == "S6-2.21"


def test_a_caller_need_not_be_the_customer(world):
    case = opened(world, customer=customer(world), caller="邻居 江先生 13900000000")
    assert (case.party, case.sheet.caller) == (world.parties["fang"], "邻居 江先生 13900000000")


def test_a_code_is_used_once_and_one_revoked_opens_nothing(world):
    case = opened(world)
    code = credentials.issue(case, purpose="survey", at=MONDAY, valid_until=MONDAY + DAY, uses=1)
    found = credentials.find(code, purpose="survey", at=MONDAY)
    credentials.use(found, at=MONDAY)
    with pytest.raises(Refusal):
        credentials.use(found, at=MONDAY)
    other = credentials.issue(case, purpose="survey", at=MONDAY, valid_until=MONDAY + DAY)
    with pytest.raises(Refusal):
        credentials.find(other, purpose="survey", at=MONDAY + 2 * DAY)
    credentials.find(other, purpose="survey", at=MONDAY)
    assert credentials.revoke(case, purpose="survey", at=MONDAY) == 1
    with pytest.raises(Refusal):
        credentials.find(other, purpose="survey", at=MONDAY)
    assert isinstance(credentials.holder(found), Actor)
