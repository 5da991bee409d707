"""Stories in a real browser, by keyboard and without script."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from shouwen.kernel.models import Case, Entry
from shouwen.kernel.registers import register
from tests.support import act, steps_taken
from tests.world import MONDAY


class Keys:
    """A keyboard that counts what is pressed outside free text."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def digits(self, text):
        self.press(*text)

    def words(self, text):
        self.page.keyboard.insert_text(text)


def shown(page, text):
    expect(page.locator("main")).to_contain_text(text)


@pytest.mark.parametrize("script", [True, False])
def test_from_the_sign_in_to_the_complaint_settled(sit, world, script):
    page = sit(script=script)
    page.goto("/")
    page.fill("#id_username", "desk")
    page.fill("#id_password", "story-of-a-day")
    page.click("button.btn-primary")
    page.goto("/intake")
    page.fill("#who", "0284")
    page.press("#who", "Enter")
    page.click("text=方小满")
    page.click("button:has-text('投诉')")
    page.fill("#q-words", "电梯停了")
    page.click("button[data-save]")
    case = Case.objects.get()
    shown(page, case.no)
    page.click(f"a:has-text('{case.no}')")
    form = page.locator("form[action$='/settle']")
    if not form.is_visible():
        page.click("summary:has-text('当天解决并答复')")
    form.locator("textarea").first.fill("已修好")
    form.locator("button[data-save]").click()
    shown(page, "已记下")
    assert steps_taken(case) == ["open", "settle"]
    assert Case.objects.get().party == world.parties["fang"]


def test_a_call_with_two_requests_by_keyboard_alone(sit, world):
    page = sit("desk")
    page.goto("/")
    keys = Keys(page)
    keys.press("/")
    keys.digits("fxm")
    expect(page.locator("#found [data-row]").first).to_be_visible()
    keys.press("ArrowDown", "n")
    expect(page.locator("main")).to_contain_text("方小满")
    for digit, words, number in (("1", "电梯停了，老人上不了楼", 1), ("2", "公摊电费怎么算", 2)):
        keys.press(digit)
        expect(page.locator("#q-words")).to_be_focused()
        keys.words(words)
        keys.press("Control+Enter")
        expect(page.locator(".sw-done-no")).to_be_visible()
        case = Case.objects.order_by("-opened_at", "-id").first()
        expect(page.locator(".sw-big")).to_have_text(case.no)
        shown(page, f"本次来电第 {number + 1} 件")
        assert "前" in page.locator(".sw-done-no .sw-say").inner_text()
    assert Case.objects.count() == 2
    assert {case.party_id for case in Case.objects.all()} == {world.parties["fang"].pk}
    assert keys.count <= 60, keys.count


def test_a_supervisor_sees_at_ten_to_six_what_is_late_and_whose(sit, world, moment):
    late = act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY - timedelta(days=3))
    act(world, "open", kind="enquiry", who="desk", place="2-1-101", at=MONDAY)
    moment.at = MONDAY + timedelta(hours=7, minutes=50)
    page = sit("supervisor")
    page.goto("/cases")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.locator(".sw-team")).to_contain_text("林知夏")
    page.locator(".sw-tally a[href='/cases?view=over']").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    shown(page, late.no)


def test_a_draft_survives_an_expired_sign_in(sit, world):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    page = sit("steward1")
    page.goto(f"/cases/{case.no}")
    page.keyboard.press("m")
    page.keyboard.insert_text("门卫说昨晚看见过")
    Session.objects.all().delete()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sign-in*")
    assert not Entry.objects.filter(step="note").exists()
    page.fill("#id_username", "steward1")
    page.fill("#id_password", "story-of-a-day")
    page.press("#id_password", "Enter")
    page.wait_for_url(f"**/cases/{case.no}")
    expect(page.locator("#note-note")).to_have_value("门卫说昨晚看见过")
    expect(page.locator("form[action$='/note'] .sw-draft")).to_be_visible()
    page.locator("#note-note").press("Control+Enter")
    shown(page, "已记下")
    assert Entry.objects.filter(step="note").count() == 1
    page.reload()
    assert page.locator("#note-note").input_value() == "", "what was saved is no draft any more"


def test_the_intake_draft_survives_a_reload(sit, world):
    page = sit("desk")
    page.goto("/intake?kind=complaint.open")
    page.fill("#q-words", "电梯停了")
    page.reload()
    expect(page.locator("#q-words")).to_have_value("电梯停了")


def test_two_clerks_on_one_case_see_each_other_and_the_later_one_looks_first(sit, world, moment):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    desk, steward = sit("desk"), sit("steward1")
    desk.goto(f"/cases/{case.no}")
    expect(desk.locator("#here")).to_have_attribute("hx-trigger", "every 20s")
    steward.goto(f"/cases/{case.no}")
    expect(steward.locator("#here")).to_contain_text("顾南星")
    steward.click("summary:has-text('着手处理')")
    steward.locator("form[action$='/take_up'] button[data-save]").click()
    shown(steward, "已记下")
    desk.click("summary:has-text('回复进展')")
    desk.fill("#inform-told", "正在核实")
    desk.locator("#inform-told").press("Control+Enter")
    expect(desk.locator("[role=alert]")).to_contain_text("着手处理")
    expect(desk.locator("#inform-told")).to_have_value("正在核实")
    desk.locator("#inform-told").press("Control+Enter")
    shown(desk, "已记下")
    assert steps_taken(case) == ["open", "take_up", "inform"]


def test_the_keys_of_a_case(sit, world):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    page = sit("steward1")
    page.goto(f"/cases/{case.no}")
    page.keyboard.press("e")
    expect(page.locator("#count-1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#count-1")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator("#inform-told")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("#timeline")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("回复进展")
    page.locator("#single-keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#inform-told")).not_to_be_focused()


def test_several_are_selected_and_acted_on_by_keyboard(sit, world):
    cases = [act(world, "open", kind="complaint", who="desk", place="1-1-101") for _n in range(3)]
    page = sit("steward1")
    page.goto("/cases")
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    shown(page, "已选 2 件")
    page.click("button:has-text('着手处理')")
    page.click("button[data-save]")
    expect(page.locator("[data-row]")).to_have_count(2)
    assert sum(case.state == "in_hand" for case in Case.objects.filter(pk__in=[c.pk for c in cases])) == 2


def test_the_bar_looks_up_as_one_types_and_enter_opens_the_number(sit, world):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    page = sit("desk")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(case.no)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case.no}")


def test_a_button_pressed_twice_at_once_is_done_once(sit, world):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    page = sit("steward1")
    page.goto(f"/cases/{case.no}")
    page.click("summary:has-text('记一笔')")
    page.fill("#note-note", "一次")
    page.locator("form[action$='/note'] button[data-save]").dblclick()
    shown(page, "已记下")
    assert Entry.objects.filter(step="note").count() == 1


def test_a_director_overrides_a_second_postponement(sit, world, moment):
    case = act(world, "open", kind="enquiry", who="desk", place="1-1-101", at=MONDAY)
    tomorrow, day_after = "2026-11-24T15:00+08:00", "2026-11-24T17:00+08:00"
    case = act(world, "promise", case, who="steward1", at=MONDAY, promised_at=tomorrow)
    case = act(world, "postpone", case, who="steward1", at=MONDAY, promised_at=day_after)
    steward, director = sit("steward1"), sit("director")
    steward.goto(f"/cases/{case.no}")
    refused = steward.locator(".sw-act1.sw-no", has_text="推迟").first
    expect(refused).to_contain_text("S6-2.08")
    assert refused.locator("button, input").count() == 0, "what will be refused is not offered"
    director.goto(f"/cases/{case.no}?step=postpone_again")
    form = director.locator("form[action$='/postpone_again']")
    expect(form).to_be_visible()
    form.locator("[name=promised_at]").fill("2026-11-25T15:00")
    form.locator("[name=note]").fill("配件周三到")
    form.locator("[name=told]").fill("已电话说明，改到周三下午三点")
    form.locator("[name=told]").press("Control+Enter")
    shown(director, "已记下")
    expect(director.locator(".sw-cks li", has_text="S6-2.08").first).to_contain_text("11-25 15:00")
    assert steps_taken(case)[-1] == "postpone_again"


@pytest.mark.clause("S6-1.12")
def test_four_digits_bring_the_right_one_of_three_and_a_new_case_by_keyboard_alone(sit, world):
    people = {}
    for name, phone, home in (
        ("解语花", "13900220287", "other-1"), ("单小满", "13800110287", "1-1-102"), ("仇千里", "13700330287", ""),
    ):  # fmt: skip
        party = register("party").add({"kind": "person", "name": name}, actor=world.actor("desk"), at=MONDAY)
        register("contact").add({"party": party, "kind": "phone", "shown": phone}, actor=world.actor("desk"), at=MONDAY)
        if home in world.places:
            values = {"party": party, "place": world.places[home], "role": "OWNER", "from_date": date(2026, 1, 1)}
            register("role").add(values, actor=world.actor("desk"), at=MONDAY)
        people[name] = party
    page = sit("desk")
    page.goto("/")
    keys = Keys(page)
    keys.press("/")
    keys.digits("0287")
    expect(page.locator("#found [data-row]")).to_have_count(3)
    expect(page.locator("#found [data-row]").first).to_contain_text("单小满")
    keys.press("Enter")
    page.wait_for_url(f"**/customers/{people['单小满'].pk}")
    assert keys.count <= 6, keys.count
    expect(page.locator("h1")).to_contain_text("单小满")

    keys.press("n")
    page.wait_for_url("**/intake?customer=*")
    expect(page.locator("main")).to_contain_text("单小满")
    keys.press("1")
    expect(page.locator("#q-words")).to_be_focused()
    keys.words("电梯停了")
    keys.press("Control+Enter")
    expect(page.locator(".sw-done-no")).to_be_visible()
    assert Case.objects.get().party == people["单小满"]


@pytest.mark.clause("S6-1.12")
def test_words_and_unknown_numbers_are_not_taken_for_a_customer(sit, world):
    page = sit("desk")
    page.goto("/")
    keys = Keys(page)
    keys.press("/")
    keys.digits("13900998877")
    expect(page.locator("#found")).to_contain_text("没有找到")
    keys.press("Enter")
    page.wait_for_url("**/lookup?q=13900998877")
    keys.press("n")
    page.wait_for_url("**/intake?q=13900998877")
    expect(page.locator("#new-phone")).to_have_value("13900998877")
