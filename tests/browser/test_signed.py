"""The whole way of a repair in the browser: taken, handed on, finished, signed on the screen, found by two characters."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from shouwen.kernel import indexing
from shouwen.kernel.models import Case
from tests.browser.test_stories import shown
from tests.support import act


def test_a_repair_is_handed_on_finished_signed_on_the_screen_and_found_by_two_characters(sit, world, moment):
    desk = sit("desk")
    desk.goto("/intake?kind=repair.open&place=1-1-101")
    desk.fill("#q-words", "厨房龙头关不紧，一直滴水")
    desk.click("button[data-save]")
    no = desk.locator(".sw-big").inner_text()
    case = Case.objects.get(no=no)
    act(world, "assign", case, who="dispatcher", assignee=world.staff["fitter"].number, at=moment.at)
    fitter = sit("fitter")
    fitter.goto(f"/cases/{no}")
    fitter.keyboard.press("a")
    fitter.locator("form[action$='/arrive'] button[data-save]").click()
    shown(fitter, "已记下")
    act(world, "finish", Case.objects.get(no=no), who="fitter", at=moment.at)
    fitter.goto(f"/cases/{no}?step=satisfied")
    form = fitter.locator("form[action$='/satisfied']")
    board = form.locator("canvas.sw-sig")
    expect(board).to_be_visible()
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    fitter.mouse.move(box["x"] + 20, box["y"] + 20)
    fitter.mouse.down()
    for x, y in ((80, 60), (140, 25), (200, 70)):
        fitter.mouse.move(box["x"] + x, box["y"] + y)
    fitter.mouse.up()
    form.locator("[name=how]").select_option("in_person")
    expect(form.locator("[data-sign]")).to_have_value(re.compile("signature.png$"))
    form.locator("button[data-save]").click()
    shown(fitter, "已记下")
    assert Case.objects.get(no=no).state == "closed"
    indexing.index_case(Case.objects.get(no=no), at=moment.at)
    desk.goto("/")
    desk.keyboard.press("/")
    desk.keyboard.insert_text("龙头")
    expect(desk.locator("#found [data-row]").first).to_contain_text("厨房龙头")
