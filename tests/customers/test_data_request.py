"""A request about own data, by HTTP from the counter to the answer: seen, corrected, erased, declined; within its time."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest

from shouwen.ground.models import Party
from shouwen.kernel import audit, outbox, retention
from shouwen.kernel.models import Case, Clock, Notice
from shouwen.kernel.registers import register
from tests.customers.test_page import fang as fang
from tests.customers.test_page import page_of
from tests.support import a_case, act, refused, steps_taken, travel, verdicts
from tests.world import MONDAY, World
from tests.world import at as moment

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
pytestmark = pytest.mark.clause("S6-6.06")


@pytest.fixture
def clock(monkeypatch):
    """The moment of the pages; moved on by setting `clock.at`."""
    from django.utils import timezone

    from tests.moments import Moment

    found = Moment(MONDAY + MINUTE)
    monkeypatch.setattr(timezone, "now", lambda: found.at)
    return found


def asked(world: World, party: Party, wants: str, **more: str) -> Case:
    return act(
        world, "open", kind="data_request", who="desk", customer=str(party.pk), wants=wants, at=MONDAY + MINUTE, **more
    )


def taken(client, case: Case, step: str, status: int = 302, **data: str) -> str:
    answer = client.post(f"/cases/{case.no}/{step}", data)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_somebody_asks_to_see_their_data_and_gets_the_folder(world, fang, clock):
    case = asked(world, fang, "see", words="我想知道你们存了我什么")
    desk, supervisor = page_of(world, "desk"), page_of(world, "supervisor")
    page = supervisor.get(f"/cases/{case.no}").content.decode()
    assert "先核实身份" in page and "data_answer" not in page, "no paper is offered before there is an answer"
    assert supervisor.get(f"/cases/{case.no}/print/data_answer").status_code == 404
    taken(desk, case, "check_who", known_by="document_seen")
    clock.at = MONDAY + HOUR
    early = taken(supervisor, case, "carry_out", 409, result="已交给本人")
    assert "先" in early and "own-data" in early
    answer = supervisor.post(f"/customers/{fang.pk}/own-data", {"request": case.no, "reason": case.no})
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert case.no in [one["no"] for one in json.loads(packed.read("data.json"))["cases"]]
    taken(supervisor, case, "carry_out", result="资料一份，当面交给本人")
    assert f"/cases/{case.no}/print/data_answer" in supervisor.get(f"/cases/{case.no}").content.decode()
    paper = supervisor.get(f"/cases/{case.no}/print/data_answer").content.decode()
    assert "资料一份，当面交给本人" in paper and "查阅、复制" in paper
    taken(desk, case, "reply", answer="资料已当面交给您。", how="in_person")
    case.refresh_from_db()
    assert (case.state, steps_taken(case)) == ("answered", ["open", "check_who", "carry_out", "reply"])
    assert verdicts(case) == {"answered_in_time.1.1": "kept"}
    assert Notice.objects.filter(party=fang, case=case, template="data_request.reply").exists()
    assert Party.objects.get(pk=fang.pk).erased_at is None


def test_a_folder_is_made_only_for_ones_own_request(world, fang):
    case = asked(world, fang, "see")
    other = world.parties["zeng"]
    url = f"/customers/{other.pk}/own-data"
    assert page_of(world, "supervisor").post(url, {"request": case.no, "reason": "x"}).status_code == 404
    for no in ("GX0000-0000", "\x00"):
        assert page_of(world, "supervisor").post(url, {"request": no, "reason": "x"}).status_code in (404, 200)
    act(world, "check_who", case, at=MONDAY + HOUR, known_by="known_here")
    assert refused(
        "carry_out", actor=world.actor("supervisor"), case=case, at=MONDAY + HOUR, data={"result": "x"}
    ).clause


def test_what_is_wrong_is_corrected_on_the_card_and_shows_beside_the_request(world, fang, clock):
    case = asked(world, fang, "correct", words="名字写错了")
    desk = page_of(world, "desk")
    assert "登记卡尚未改动" in desk.get(f"/cases/{case.no}").content.decode()
    register("party").edit(fang, {"name": "方晓满"}, actor=world.actor("desk"), at=MONDAY + HOUR)
    clock.at = MONDAY + HOUR
    assert "登记卡尚未改动" not in desk.get(f"/cases/{case.no}").content.decode()
    taken(desk, case, "check_who", known_by="known_here")
    taken(page_of(world, "supervisor"), case, "carry_out", result="姓名改为方晓满")
    taken(desk, case, "reply", answer="已改好。", how="phone")
    assert Party.objects.get(pk=fang.pk).name == "方晓满"


@pytest.mark.django_db(transaction=True)
def test_granted_and_answered_the_erasure_follows(world, settings, tmp_path):
    settings.DATA = tmp_path
    fang = world.parties["fang"]
    done = act(world, "close", a_case(world, "job", "done", customer=str(fang.pk), words="客厅滴水"), at=MONDAY + HOUR)
    case = asked(world, fang, "erase", words="请删除我的资料")
    act(world, "check_who", case, at=MONDAY + HOUR, known_by="called_back")
    with_open = a_case(world, "complaint", customer=str(fang.pk), at=MONDAY + HOUR)
    no = {"actor": world.actor("director"), "case": case, "at": MONDAY + HOUR, "data": {"result": "同意"}}
    assert with_open.no in refused("carry_out", **no).sentence
    assert refused("carry_out", **{**no, "actor": world.actor("supervisor")}).status == 409
    act(world, "withdraw", with_open, at=MONDAY + HOUR)
    act(world, "carry_out", case, who="director", at=MONDAY + 2 * HOUR, result="同意删除")
    act(world, "reply", case, who="desk", at=MONDAY + 3 * HOUR, answer="今天删除。", how="phone")
    assert Party.objects.get(pk=fang.pk).erased_at is None, "the answer comes first"

    while outbox.drain("test", at=MONDAY + 4 * HOUR):
        pass

    left = Party.objects.get(pk=fang.pk)
    assert (left.name, left.erased_at) == ("—", MONDAY + 4 * HOUR)
    assert Case.objects.get(pk=done.pk).sheet.words == "" and Case.objects.get(pk=case.pk).sheet.answer == ""
    assert list(audit.audit_journal()) == [] and list(audit.audit_clocks()) == []


@pytest.mark.django_db(transaction=True)
def test_what_came_up_meanwhile_holds_it_and_the_erase_run_does_it_later(world, settings, tmp_path):
    settings.DATA = tmp_path
    fang = world.parties["fang"]
    case = asked(world, fang, "erase")
    act(world, "check_who", case, at=MONDAY + HOUR, known_by="called_back")
    act(world, "carry_out", case, who="director", at=MONDAY + 2 * HOUR, result="同意删除")
    late = a_case(world, "complaint", customer=str(fang.pk), at=MONDAY + 2 * HOUR)
    act(world, "reply", case, who="desk", at=MONDAY + 3 * HOUR, answer="办结后删除。", how="phone")
    while outbox.drain("test", at=MONDAY + 4 * HOUR):
        pass
    (plan,) = retention.run(world.org.pk, at=MONDAY + 5 * HOUR, do=True).plans
    assert case.no in plan.because and late.no in plan.holds[0] and plan.erased is None
    act(world, "withdraw", late, at=MONDAY + 5 * HOUR)
    (plan,) = retention.run(world.org.pk, at=MONDAY + 6 * HOUR, do=True).plans
    assert plan.erased is not None and Party.objects.get(pk=fang.pk).erased_at is not None


def test_declined_it_says_why_and_by_which_law_and_nothing_is_erased(world, fang):
    case = asked(world, fang, "erase")
    no = refused("decline", actor=world.actor("director"), case=case, at=MONDAY + HOUR, data={"reason": "凭证"})
    assert "law" in no.errors
    desk = {
        "actor": world.actor("desk"),
        "case": case,
        "data": {"reason": "凭证", "law": "term_runs"},
        "at": MONDAY + HOUR,
    }
    assert refused("decline", **desk).status == 403
    act(world, "decline", case, who="director", at=MONDAY + HOUR, reason="凭证保存期限未满", law="term_runs")
    paper = page_of(world, "director").get(f"/cases/{case.no}/print/data_answer").content.decode()
    assert "凭证保存期限未满" in paper and "第四十七条" in paper and "人民法院" in paper
    act(world, "reply", case, who="desk", at=MONDAY + 2 * HOUR, answer="暂不能删除。", how="phone")
    while outbox.drain("test", at=MONDAY + 3 * HOUR):
        pass
    assert Party.objects.get(pk=fang.pk).erased_at is None and retention.due(world.org.pk, at=MONDAY + 3 * HOUR) == {}


def test_fifteen_working_days_then_it_is_broken_and_the_director_hears_of_it(world, fang):
    case = asked(world, fang, "see")
    assert Clock.objects.get(case=case).due_at == moment("2026-12-14 18:00")
    travel(Clock.objects.get(case=case).due_at + HOUR)
    told = Notice.objects.filter(case=case, template="alarm").values_list("staff__email", flat=True)
    assert {"director@example.invalid", "supervisor@example.invalid"} <= set(told)
    act(world, "withdraw", case, at=MONDAY + timedelta(days=40))
    assert verdicts(case) == {"answered_in_time.1.1": "broken"}


@pytest.mark.parametrize(
    ("who", "status"), [("desk", 200), ("director", 200), ("manager", 200), ("fang", 200), ("zeng", 404), ("fitter", 404), ("elsewhere", 404)]
)  # fmt: skip
def test_who_sees_such_a_request(world, fang, who, status):
    case = asked(world, fang, "see")
    assert page_of(world, who).get(f"/cases/{case.no}").status_code == status


def test_the_person_asks_with_their_own_account(world, fang):
    case = act(world, "open", kind="data_request", who="fang", customer=str(fang.pk), wants="see", at=MONDAY)
    assert (case.party, case.channel) == (fang, "web")
    data = {"customer": str(world.parties["zeng"].pk), "wants": "see", "place": "1-1-101"}
    assert refused("open", kind="data_request", actor=world.actor("fang"), data=data).status == 422
