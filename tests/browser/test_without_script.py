"""A day at the desk with script switched off: every act is a plain form or a link."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from shouwen.ground.actors import system_actor
from shouwen.kernel.models import Case, Entry, PolicyVersion
from shouwen.kernel.perform import perform
from shouwen.kernel.zones import local_date
from tests.browser.test_stories import shown
from tests.support import act, steps_taken
from tests.world import MONDAY


def test_taken_in_handled_cleared_found_and_a_policy_changed_without_script(sit, world, moment):
    late = act(world, "open", kind="complaint", who="desk", place="1-1-102", at=MONDAY - timedelta(days=4))
    moment.at = MONDAY + timedelta(hours=7, minutes=50)

    desk = sit(script=False)  # signed in by the form
    desk.goto("/")
    desk.fill("#id_username", "desk")
    desk.fill("#id_password", "story-of-a-day")
    desk.press("#id_password", "Enter")
    desk.goto("/intake")  # who it is, what it is, what they say, saved
    desk.fill("#who", "fxm")
    desk.press("#who", "Enter")
    desk.click("button[data-row]:has-text('方小满')")
    desk.click("button:has-text('投诉')")
    desk.fill("#q-words", "电梯停了")
    desk.click("button[data-save]")
    no = desk.locator(".sw-big").inner_text()

    desk.fill("#look", "0284")  # the bar finds the customer again, and the customer the case
    desk.press("#look", "Enter")
    desk.click("main a:has-text('方小满')")
    expect(desk.locator("main h1")).to_contain_text("方小满")
    desk.click(f"main a[href='/cases/{no}']")

    steward = sit("steward1", script=False)  # a step that stands folded
    steward.goto(f"/cases/{no}")
    steward.click("summary:has-text('着手处理')")
    steward.locator("form[action$='/take_up'] button[data-save]").click()
    shown(steward, "已记下")
    assert steps_taken(Case.objects.get(no=no)) == ["open", "take_up"]

    data = {"place": world.places["site"], "day": local_date(moment.at)}
    entry = perform("open", kind="clearance", actor=system_actor(world.org.pk), at=moment.at, data=data)
    listed = Case.objects.get(pk=entry.stream_id)
    supervisor = sit("supervisor", script=False)  # the late line is cleared on the day's list, which is then signed
    supervisor.goto(f"/cases/{listed.no}")
    line = supervisor.locator(f"form[action='/cases/{late.no}/note']")
    line.locator("input[name=note]").fill("已约明天上门")
    line.locator("input[name=note]").press("Enter")
    supervisor.wait_for_url(f"**/cases/{listed.no}")
    assert Entry.objects.filter(stream_type="case", stream_id=late.pk, step="note").count() == 1
    expect(supervisor.locator(f"form[action='/cases/{late.no}/note']")).to_have_count(0)
    form = supervisor.locator("form[action$='/sign']")
    if not form.is_visible():
        supervisor.click("summary:has-text('签字')")
    form.locator("button[data-save]").click()
    shown(supervisor, "已记下")
    assert Case.objects.get(pk=listed.pk).state == "signed"

    director = sit("director", script=False)  # a policy: looked at first, then let hold
    director.goto("/settings/policies/complaint.minor")
    director.fill("#value", "12h")
    director.check("#to_running")
    director.click("button[name=_look]")
    expect(director.locator("section[role=status]")).to_contain_text("正在走的")
    director.click("button[name=_publish]")
    expect(director.locator("main")).to_contain_text("12 小时")
    assert PolicyVersion.objects.get().to_running is True


def test_settings_are_filled_in_without_script(sit, world, moment):
    manager = sit("manager", script=False)
    manager.goto("/settings/people")
    manager.click("text=新同事")
    manager.fill("#card-name", "新来的")
    manager.fill("#card-number", "N900")
    manager.click("main button.btn-primary")
    manager.goto("/settings/people/N900")
    expect(manager.locator("main h1")).to_contain_text("新来的")
    manager.goto("/settings/calendars/site")
    manager.fill("input[name=since]", "2026-11-24T14:00")
    manager.fill("input[name=until]", "2026-11-24T18:00")
    manager.click("button[name=_look]")
    expect(manager.locator("section[role=status]")).to_be_visible()
    manager.goto("/account")
    manager.select_option("[name=density]", "roomy")
    manager.locator("form[action='/account'] button").click()
    expect(manager.locator("html")).to_have_attribute("data-density", "roomy")
