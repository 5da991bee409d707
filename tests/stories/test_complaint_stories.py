"""The complaints of a department, told from the first call to the last signature, by HTTP alone."""

from __future__ import annotations

import pytest
from django.test import Client

from shouwen.kernel.mail import sentence
from shouwen.kernel.models import Notice


@pytest.mark.clause("S6-12.07 S6-12.08 S6-12.09 S6-12.10 S6-12.11")
def test_the_leaking_ceiling(story):
    """Engineering says it is dry; it is not; a second turn, and the customer signs."""
    fang = str(story.world.parties["fang"].pk)
    story.at("2026-11-23 09:10")
    no = story.opens("desk", words="卫生间吊顶滴水，楼上漏的", customer=fang, channel="phone", elsewhere=True)
    story.at("2026-11-23 09:25")
    story.does("desk", "refer", no, dept="engineering", note="请查楼上防水")
    story.at("2026-11-23 09:40")
    story.does("engineering", "acknowledge", no)
    assert story.refused("engineering", "give_back", no, result="好了") == (422, "S6-12.09")
    story.at("2026-11-23 15:00")
    story.does("engineering", "give_back", no, cause="地漏密封老化", measure="换密封圈", result="现场不再滴水")
    story.at("2026-11-23 16:00")
    story.does("steward1", "tell", no, told="密封圈已换，请留意", how="phone")
    story.at("2026-11-24 10:00")
    assert story.refused("steward1", "unsatisfied", no, how="phone", words="还滴")[0] == 403
    story.does("desk", "unsatisfied", no, how="phone", words="夜里又滴了")

    story.at("2026-11-24 10:20")
    story.does("steward1", "refer", no, dept="engineering", note="重新做闭水试验")
    story.does("engineering", "acknowledge", no)
    story.at("2026-11-24 18:30")
    story.does(
        "engineering", "give_back", no, cause="楼上防水层破损", measure="重做防水并闭水", result="闭水十二小时无渗漏"
    )
    story.at("2026-11-25 09:00")
    story.does("steward1", "tell", no, told="防水已重做，闭水合格", how="in_person")
    story.at("2026-11-25 15:00")
    assert story.refused("desk", "satisfied", no, how="in_person") == (409, "S6-12.11")
    story.does("desk", "satisfied", no, how="in_person", sign_off=story.file("desk"))

    case = story.case(no)
    assert (case["state"], case["cycle"], case["owner"]["name"]) == ("closed", 2, "林知夏")
    found = story.verdicts(no)
    assert {key: found[key] for key in ("passed_on.1.1", "acknowledged.1.1", "minor.1.1", "minor.2.1")} == {
        "passed_on.1.1": "kept", "acknowledged.1.1": "kept", "minor.1.1": "kept", "minor.2.1": "kept",
    }  # fmt: skip
    read = story.case(no, "fang")
    assert "note" not in [line["step"] for line in read["journal"]] and read["state"] == "closed"


@pytest.mark.clause("S6-12.12 S6-12.13 S6-1.02")
def test_the_lift_and_its_twelve_callers(story):
    """One dead lift, somebody shut in: contained, reported, met over, apologised for; one reply to all, each signs off."""
    story.at("2026-11-23 18:00")
    lead = story.opens("desk", place="1", words="电梯停了，有人被困", harm=True, channel="phone")
    assert story.case(lead)["grade"] == "major"
    callers = []
    for minute in range(11):
        story.at(f"2026-11-23 18:{minute + 1:02d}")
        no = story.opens("desk", words=f"电梯坏了（第 {minute + 2} 位）", caller=f"住户 {minute + 2}")
        story.does("desk", "link", no, other=lead, relation="same_cause")
        callers.append(no)
    assert story.refused("manager", "report", lead, note="先报") == (409, "S6-12.13")
    story.at("2026-11-23 18:20")
    story.does("manager", "contain", lead, measure="维保单位二十分钟放人，封梯")
    story.does("manager", "report", lead, note="电梯困人，已放出")
    story.at("2026-11-24 09:00")
    story.does("property_gm", "meet", lead, decision="更换门机，三天内完成；每日通报")
    story.does("director", "take", lead, decision="由工程部落实")
    story.at("2026-11-24 11:00")
    story.does("desk", "inform_all", lead, told="门机已订，明晚换好", how="message")
    story.at("2026-11-24 11:05")
    for no in callers:
        assert story.steps(no)[-1] == "inform"
        assert story.verdicts(no)["progress.1.1"] == "kept"
    story.at("2026-11-25 20:00")
    story.does("manager", "apologise", lead, told="上门致歉并说明", how="in_person")
    story.does("steward1", "answer", lead, told="今晚恢复运行", how="message")
    for number, no in enumerate([lead, *callers]):
        story.does("steward1", "resolve", no, cause="门机故障", measure="更换门机", result="恢复运行")
        if no == lead:
            story.does("supervisor", "approve_measure", no, opinion="可行")
        story.does("steward1", "tell", no, told="电梯已恢复，抱歉", how="phone")
        if number:
            story.does("desk", "satisfied", no, how="phone")
    assert story.refused("desk", "satisfied", lead, how="phone")[0] == 403
    assert story.refused("property_gm", "satisfied", lead, how="in_person") == (409, "S6-12.11")
    story.does("property_gm", "satisfied", lead, how="in_person", sign_off=story.file("property_gm"))

    found = story.verdicts(lead)
    assert {found[key] for key in ("contained.1.1", "reported.1.1", "met.1.1", "reply.1.1", "major.1.1")} == {"kept"}
    assert all(story.case(no)["state"] == "closed" for no in callers)
    assert found["effective.1.1"] is None


@pytest.mark.clause("S6-12.05 S6-2.21")
def test_the_unfounded_one(story):
    story.at("2026-11-23 10:00")
    no = story.opens("fang", words="楼上故意每晚跳舞")
    assert story.refused("desk", "judge", no, note="不成立")[0] == 403
    story.at("2026-11-23 15:00")
    story.does("supervisor", "judge", no, note="三晚实测无声响，楼上无人居住")
    assert story.case(no)["state"] == "unfounded"
    story.at("2026-11-24 09:00")
    story.does("steward1", "explain", no, told="三晚实测的情况和可能的管道声", how="in_person")
    assert (story.case(no)["state"], story.verdicts(no)["explained.1.1"], story.verdicts(no)["minor.1.1"]) == (
        "closed", "kept", "void",
    )  # fmt: skip


@pytest.mark.clause("S6-12.14")
def test_the_parked_one_is_reviewed_twice_and_never_forgotten(story):
    fang = str(story.world.parties["fang"].pk)
    story.at("2026-11-02 10:00")
    no = story.opens("desk", words="地下室返潮，开发商防水没做好", customer=fang)
    story.at("2026-11-02 16:00")
    said = {"reason": "legacy", "told": "已致函开发商，月底回复您"}
    story.does("supervisor", "park", no, review_at="2026-11-16T17:00+08:00", **said)
    story.at("2026-11-16 11:00")
    story.does(
        "steward1", "review", no, opinion="开发商已勘察", told="下月初出方案", review_at="2026-12-01T17:00+08:00"
    )
    story.at("2026-12-02 09:00")
    assert Notice.objects.filter(case__no=no, template="alarm", staff=story.world.staff["supervisor"]).exists()
    story.does("steward1", "review", no, opinion="方案已定", told="本周施工", review_at="2026-12-10T17:00+08:00")
    story.at("2026-12-09 10:00")
    story.does("supervisor", "resume", no, note="开始施工")
    story.does("steward1", "resolve", no, cause="防水缺失", measure="开发商重做", result="干燥")
    story.does("steward1", "tell", no, told="已做完", how="phone")
    story.at("2026-12-09 16:00")
    story.does("desk", "satisfied", no, how="phone")
    found = story.verdicts(no)
    reviews = {key: verdict for key, verdict in found.items() if key.startswith("reviewed")}
    assert reviews == {"reviewed.1.1": "kept", "reviewed.1.2": "late", "reviewed.1.3": "kept"}
    assert found["minor.1.1"] == "kept"
    assert (
        Notice.objects.filter(case__no=no, party=story.world.parties["fang"], template="complaint.review").count() == 2
    )


@pytest.mark.clause("S6-12.02")
def test_the_complaint_about_the_steward(story):
    """She neither sees it nor hears of it; the supervisor answers, and the director follows up."""
    story.at("2026-11-23 10:00")
    steward = story.world.staff["steward1"].number
    no = story.opens("fang", words="楼栋客服说话难听", against=steward)
    assert story.case(no)["owner"]["name"] == "沈听澜"
    status, _found = story.caller("steward1").get(f"/cases/{no}")
    assert status == 404
    assert story.caller("steward1").get("/cases")[1]["items"] == []
    story.at("2026-11-23 14:00")
    story.does("supervisor", "resolve", no, cause="夜班疲劳", measure="谈话、调整排班", result="本人致歉")
    story.does("supervisor", "tell", no, told="已谈话，排班也调整了", how="phone")
    story.at("2026-11-24 09:00")
    assert story.refused("steward1", "satisfied", no, how="phone")[0] == 404
    story.does("desk", "satisfied", no, how="phone")
    assert story.case(no)["state"] == "closed"
    assert not Notice.objects.filter(case__no=no, staff=story.world.staff["steward1"]).exists()


@pytest.mark.clause("S6-2.21 S6-12.02")
def test_the_anonymous_letter(story):
    """A letter without a name in the box; whoever wrote it follows it by the code on the receipt, and says what they think."""
    story.at("2026-11-23 10:00")
    opened = story.opened("desk", words="车位被物业的人长期占用", anonymous=True, channel="suggestion_box")
    no, code = opened["no"], opened["once"]["code"]
    story.at("2026-11-23 15:00")
    story.does("steward1", "resolve", no, cause="巡逻车无固定位", measure="划定专用位", result="车位已腾出")
    story.does("steward1", "tell", no, told="贴在公告栏", how="letter")

    browser = Client()
    assert browser.get("/follow").status_code == 200
    assert browser.post("/follow", {"code": "AAAA-BBBB-CCCC"}).status_code == 404
    page = browser.post("/follow", {"code": code.lower()})
    text = page.content.decode()
    assert (page.status_code, no in text, "贴在公告栏" in text, "巡逻车无固定位" in text) == (200, True, True, False)
    asked = {"code": code, "step": "unsatisfied", "how": "letter", "words": "第二天又占了"}
    assert browser.post("/follow", asked).status_code == 200
    assert (story.case(no)["state"], story.case(no)["cycle"]) == ("in_hand", 2)
    assert code not in str(story.case(no))


@pytest.mark.clause("S6-12.10")
def test_the_customer_who_cannot_be_reached(story):
    story.at("2026-11-23 10:00")
    no = story.opens("desk", words="快递柜占道", caller="留言没有回电号码")
    story.does("steward1", "resolve", no, cause="摆放不当", measure="移位", result="已移")
    story.does("steward1", "tell", no, told="语音留言", how="phone")
    for day, outcome in (("23", "no_answer"), ("24", "busy")):
        story.at(f"2026-11-{day} 16:00")
        story.does("desk", "attempt", no, outcome=outcome)
    assert story.refused("director", "give_up", no, note="联系不上") == (409, "S6-12.10")
    story.at("2026-11-26 10:00")
    story.does("desk", "attempt", no, outcome="nobody_home")
    assert story.refused("desk", "give_up", no, note="联系不上")[0] == 403
    story.does("director", "give_up", no, note="三天三次都没有联系上")
    assert story.case(no)["state"] == "given_up"


@pytest.mark.clause("S6-12.07 S6-12.12")
def test_ten_to_midnight_before_the_national_holiday(story):
    """Taken at 23:50 on 30 September: the hours run through the holiday, the working days begin with the 8th, and the
    make-up Saturday counts."""
    story.at("2026-09-30 23:50")
    minor = story.opens("desk", words="楼道灯全灭")
    major = story.opens("desk", words="外墙砖掉下伤人", harm=True)
    due = {clock["key"]: clock["due_at"][:16] for no in (minor, major) for clock in story.case(no)["commitments"]}
    assert (due["minor"], due["reply"], due["major"]) == ("2026-10-01T15:50", "2026-10-10T10:00", "2026-10-15T10:00")
    story.at("2026-10-01 10:00")
    story.does("desk", "inform", minor, told="值班电工在修", how="phone")
    story.at("2026-10-01 23:00")
    story.does("steward1", "resolve", minor, cause="跳闸", measure="换空开", result="亮了")
    story.does("steward1", "tell", minor, told="亮了", how="phone")
    story.at("2026-10-10 17:30")
    story.does("manager", "answer", major, told="脚手架已搭，逐块检查", how="phone")
    assert story.verdicts(minor)["minor.1.1"] == "kept"
    assert story.verdicts(major)["reply.1.1"] == "kept"
    assert story.verdicts(major)["reported.1.1"] is None
    alarm = Notice.objects.filter(case__no=major, template="alarm", staff=story.world.staff["director"]).first()
    assert alarm is not None and major in sentence(alarm)
