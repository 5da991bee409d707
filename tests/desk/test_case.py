"""The page of a case: refusals that keep what was typed, stale pages, twice-pressed buttons, two people, papers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from shouwen.desk.models import Presence
from shouwen.kernel.models import Attachment, Case, Entry
from tests.support import PNG, a_case, act, picture
from tests.world import MONDAY


def opened(world, **more):
    return act(
        world, "open", kind="complaint", who="desk", place="1-1-101", customer=str(world.parties["fang"].pk), **more
    )


def test_a_refused_form_keeps_what_was_typed(world, visit, moment):
    case = opened(world)
    response = visit("steward1").post(
        f"/cases/{case.no}/resolve", {"cause": "管子老化", "result": "", "_rev": case.rev, "_key": "k1"}
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert "管子老化</textarea>" in html and 'value="k1"' in html and 'data-typed="1"' in html
    assert html.count('aria-invalid="true"') == 2 and 'aria-describedby="resolve-measure-error"' in html
    assert re.search(r'<details name="step" open><summary class="sw-pri"[^>]*><kbd>r</kbd>', html), (
        "the step tried stands open"
    )
    assert Entry.objects.filter(step="resolve").count() == 0


def test_a_step_refused_by_a_rule_says_which(world, visit, moment):
    case = opened(world)
    moment.at = MONDAY + timedelta(days=1)
    html = (
        visit("steward1")
        .post(f"/cases/{case.no}/settle", {"result": "好了", "how": "phone", "_rev": case.rev})
        .content.decode()
    )
    assert "S6-12.03" in html and 'role="alert"' in html and "好了" in html


def test_a_step_that_will_be_refused_stands_there_with_its_reason(world, visit, moment):
    case = opened(world)
    moment.at = MONDAY + timedelta(days=1)
    html = visit("steward1").get(f"/cases/{case.no}").content.decode()
    assert "”、“" in html, "what stops a clock is listed"
    refused = html.split('class="sw-act1 sw-no"')[1].split("</div></div>")[0]
    assert "当天解决并答复" in refused and "S6-12.03" in refused and "<button" not in refused


def test_agreeing_is_not_refused_aloud_where_nobody_asked(world, visit, moment):
    case = opened(world)
    html = visit("supervisor").get(f"/cases/{case.no}").content.decode()
    assert "这里没有等待同意的请示" not in html
    wrong = visit("supervisor").post(f"/cases/{case.no}/agree_promise_leave", {"opinion": "可以", "_rev": case.rev})
    assert wrong.status_code in (404, 409)


def test_a_stale_page_says_what_changed_and_changes_nothing(world, visit, moment):
    case = opened(world)
    seen = case.rev
    act(world, "take_up", case, who="steward1", at=moment.at)
    response = visit("desk").post(
        f"/cases/{case.no}/inform", {"told": "正在看", "how": "phone", "_rev": seen, "_key": "k"}
    )
    html = response.content.decode()
    assert (
        response.status_code == 409
        and "着手处理" in html.split('role="alert"')[1][:300]
        and "正在看</textarea>" in html
    )
    assert not Entry.objects.filter(step="inform").exists()
    fresh = Case.objects.get(pk=case.pk)
    assert (
        visit("desk")
        .post(f"/cases/{case.no}/inform", {"told": "正在看", "how": "phone", "_rev": fresh.rev})
        .status_code
        == 302
    )


def test_a_button_pressed_twice_is_done_once(world, visit, moment):
    case = opened(world)
    client = visit("steward1")
    data = {"note": "门卫说看见过", "_key": "once"}
    assert client.post(f"/cases/{case.no}/note", data).status_code == 302
    assert client.post(f"/cases/{case.no}/note", data).status_code == 302
    assert Entry.objects.filter(step="note").count() == 1


def test_a_receipt_names_the_draft_that_is_done(world, visit, moment):
    case = opened(world)
    client = visit("steward1")
    html = client.post(f"/cases/{case.no}/note", {"note": "x"}, follow=True).content.decode()
    assert f'data-done="{case.no}.note"' in html and "已记下" in html
    assert "data-done" not in client.get(f"/cases/{case.no}").content.decode()


def test_two_people_on_a_case_see_each_other_and_what_changed(world, visit, moment):
    case = opened(world)
    steward, desk = visit("steward1"), visit("desk")
    steward.get(f"/cases/{case.no}/here?rev={case.rev}")
    assert "林知夏" in desk.get(f"/cases/{case.no}/here?rev={case.rev}").content.decode()
    assert "顾南星" in steward.get(f"/cases/{case.no}").content.decode().split('id="here"')[1][:400]
    act(world, "take_up", case, who="steward1", at=moment.at)
    assert "着手处理" in desk.get(f"/cases/{case.no}/here?rev={case.rev}").content.decode()
    moment.go(minutes=2)
    assert "林知夏" not in desk.get(f"/cases/{case.no}/here?rev={case.rev}").content.decode()
    assert Presence.objects.count() == 2


def test_a_customer_reads_only_what_was_told(world, visit, moment):
    case = opened(world)
    act(world, "note", case, who="steward1", at=moment.at, note="只给同事看的话")
    act(world, "inform", Case.objects.get(pk=case.pk), who="steward1", at=moment.at, told="下午给您回话")
    html = visit("fang").get(f"/cases/{case.no}").content.decode()
    assert "下午给您回话" in html and "只给同事看的话" not in html and 'id="here"' not in html
    assert visit("zeng").get(f"/cases/{case.no}").status_code == 404
    staff = visit("supervisor").get(f"/cases/{case.no}?public=1").content.decode()
    timeline = staff.split('id="timeline"')[1]
    assert "下午给您回话" in timeline and "只给同事看的话" not in timeline


def test_answers_are_read_as_words_not_as_codes(world, visit, moment):
    case = opened(world)
    case = act(world, "refer", case, who="desk", at=moment.at, dept="engineering", note="请看水管")
    case = act(world, "attempt", case, who="desk", at=moment.at, outcome="no_answer")
    timeline = visit("supervisor").get(f"/cases/{case.no}").content.decode().split('id="timeline"')[1]
    assert "工程部" in timeline and "1-1-101" in timeline and "方小满" in timeline
    for code in ("no_answer", "engineering", str(case.party_id), str(case.place_id)):
        assert code not in timeline


def test_a_photo_is_shown_to_those_who_see_the_case_alone(world, visit, moment):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101", photo=picture())
    kept = Attachment.objects.get(case=case)
    client = visit("steward1")
    html = client.get(f"/cases/{case.no}").content.decode()
    address = f"/cases/{case.no}/files/{kept.pk}"
    assert f'<img class="sw-thumb" src="{address}"' in html
    response = client.get(address)
    assert (
        response.status_code == 200
        and response["Content-Type"] == "image/png"
        and b"".join(response.streaming_content)[:4] == PNG[:4]
    )
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert visit("elsewhere").get(address).status_code == 404
    other = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    assert client.get(f"/cases/{other.no}/files/{kept.pk}").status_code == 404


def test_other_cases_of_the_customer_and_the_place_stand_beside_it_once(world, visit, moment):
    first = opened(world)
    second = opened(world)
    aside = visit("supervisor").get(f"/cases/{second.no}").content.decode().split("<aside>")[1]
    assert aside.count(f'href="/cases/{first.no}"') == 1


def test_late_records_show_both_times(world, visit, moment):
    case = opened(world)
    from shouwen.kernel.perform import perform

    moment.at = MONDAY + timedelta(hours=2)
    perform(
        "note",
        actor=world.actor("steward1"),
        at=moment.at,
        happened_at=MONDAY + timedelta(minutes=30),
        case=case,
        data={"note": "到过现场"},
    )
    timeline = visit("supervisor").get(f"/cases/{case.no}").content.decode().split('id="timeline"')[1]
    assert "今天 10:30" in timeline and re.search(r"<small>记于\s+今天 12:00</small>", timeline)


def test_an_unknown_step_or_number_is_no_page(world, visit, moment):
    case = a_case(world, "complaint")
    client = visit("supervisor")
    assert client.post(f"/cases/{case.no}/nonsense").status_code == 404
    assert client.get("/cases/NO-1").status_code == 404
    assert client.get("/cases/%00").status_code == 404
    assert client.get(f"/cases/{case.no}?step=nonsense").status_code == 200


def test_a_photo_sent_from_the_page_is_kept(world, visit):
    case = act(world, "open", kind="repair", who="desk", place="1-1-101")
    case = act(world, "assign", case, who="dispatcher", assignee=world.staff["fitter"].number)
    case = act(world, "arrive", case, who="fitter")
    case = act(world, "finish", case, who="fitter")
    fitter = visit("fitter")
    fitter.post(f"/cases/{case.no}/satisfied", {"how": "in_person", "sign_off": picture("signature.png")})
    assert [one.word for one in Attachment.objects.filter(case=case)] == ["sign_off"]
    desk = visit("desk")
    desk.post(
        "/intake",
        {"_do": "save", "kind": "complaint.open", "place": "1-1-101", "words": "灯坏了", "photo": picture()},
    )
    assert [one.word for one in Attachment.objects.filter(case__kind="complaint")] == ["photo"]


@pytest.mark.parametrize(
    ("back", "goes"), [("/cases/RQ2611-0001", True), ("//evil.example/cases/x", False), ("/sign-out", False)]
)
def test_a_step_taken_from_a_list_leads_back_to_it_and_nowhere_else(world, visit, moment, back, goes):
    case = opened(world)
    response = visit("steward1").post(f"/cases/{case.no}/note", {"note": "已约明天", "_back": back})
    assert (response.status_code, response["Location"]) == (302, back if goes else f"/cases/{case.no}")
