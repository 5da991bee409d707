"""By keyboard and screen reader: the order of the fields, a label on each, and clocks that count down while one looks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support import act

FOCUSED = """() => { const a = document.activeElement; const box = a.getBoundingClientRect();
  return {tag: a.tagName, name: a.name || "", id: a.id, hidden: box.width === 0, positive: a.tabIndex > 0,
  label: a.getAttribute("aria-label") || (a.labels && a.labels[0] ? a.labels[0].innerText : a.innerText || "")}; }"""


def tabbed(page, most=60):
    """What is reached by Tab, in order, until it begins anew."""
    found = []
    page.locator("a.sw-skip").focus()
    for _n in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["tag"] == "BODY":
            break
        found.append(at)
    return found


@pytest.fixture
def case(world, moment):
    return act(world, "open", kind="complaint", who="desk", place="1-1-101", at=moment.at)


def test_intake_is_walked_by_tab_in_the_order_it_is_spoken(sit):
    page = sit("desk")
    page.goto("/intake?kind=complaint.open&place=1-1-101")
    found = tabbed(page)
    assert [one for one in found if not one["label"].strip() or one["positive"]] == []
    names = [one["name"] for one in found]
    order = [names.index(name) for name in ("q", "words", "place")]
    last = max(n for n, name in enumerate(names) if name == "q")  # the look-up of the bar, then the one of intake
    assert last < names.index("words") < names.index("place")
    assert order[1] < next(n for n, one in enumerate(found) if one["name"] == "_do" and "受理投诉" in one["label"])


def test_the_case_is_walked_by_tab_clocks_then_steps_then_what_happened(sit, case):
    page = sit("steward1")
    page.goto(f"/cases/{case.no}")
    found = tabbed(page, 80)
    assert [one for one in found if not one["label"].strip() or one["positive"]] == []
    labels = [one["label"] for one in found]
    clock = next(n for n, label in enumerate(labels) if "还剩" in label)
    step = next(n for n, one in enumerate(found) if one["tag"] == "SUMMARY" and n > clock)
    public = next(n for n, label in enumerate(labels) if "只看客户知道的" in label)
    assert clock < step < public


@pytest.mark.parametrize("address", ["/intake?kind=repair.open&place=1-1-101", "case"])
def test_each_field_has_a_label_that_is_seen_and_required_is_said(sit, case, address):
    page = sit("steward1")
    page.goto(f"/cases/{case.no}" if address == "case" else address)
    fields = page.locator("main input:not([type=hidden]), main select, main textarea")
    nameless = [
        field.get_attribute("name")
        for field in fields.all()
        if not field.evaluate(
            "f => (f.labels && f.labels[0] && f.labels[0].textContent.trim()) || f.getAttribute('aria-label')"
        )
    ]
    assert nameless == []
    assert page.locator("label.sw-need").count() > 0


def test_clocks_count_down_while_the_page_is_open(sit, world, moment):
    case = act(world, "open", kind="repair", who="desk", place="1-1-101", at=moment.at)
    page = sit("desk")
    page.clock.install()
    page.goto(f"/cases/{case.no}")
    chip = page.locator("button[data-clock]").first
    expect(chip).to_contain_text("还剩 15 分")
    moment.at += timedelta(minutes=1)
    page.clock.fast_forward("01:01")
    expect(chip).to_contain_text("还剩 14 分")
    moment.at += timedelta(minutes=15)
    page.clock.fast_forward("15:01")
    expect(chip).to_have_class(re.compile("sw-over"))
    chip.click()
    expect(page.locator("#count-1")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_settings_fit_the_phone(sit, world, moment, language):
    act(world, "open", kind="complaint", who="desk", place="1-1-101", at=moment.at)
    page = sit("manager", language=language, width=390, height=844)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for address in (
        "/account",
        "/settings/notices",
        "/settings/policies",
        "/settings/people",
        "/settings/journal",
        "/customers",
    ):
        page.goto(address)
        assert page.evaluate(wide) <= 0, address
    page.goto("/settings/policies/complaint.minor")
    page.fill("#value", "12h")
    page.check("#to_running")
    page.click("button[name=_look]")
    expect(page.locator("section[role=status] tr")).to_have_count(1)
    assert page.evaluate(wide) <= 0


def test_the_bell_says_when_nobody_answers_and_sounds_only_where_wished(sit, case):
    page = sit("steward1")
    page.add_init_script(
        "window.rang = 0; window.AudioContext = class { constructor() { window.rang += 1; throw new Error(); } };"
    )
    page.goto("/account")
    page.check("#bell-sound")
    assert page.evaluate("window.rang") == 1, "one hears what one chooses"
    swapped = "document.querySelector('#bell').dispatchEvent(new CustomEvent('htmx:afterSwap', {bubbles: true}))"
    page.evaluate(swapped)
    assert page.evaluate("window.rang") == 1, "nothing more is counted"
    page.evaluate("document.querySelector('#bell').dataset.count = '99'")
    page.evaluate(swapped)
    assert page.evaluate("window.rang") == 2
    page.evaluate("document.querySelector('#bell').dispatchEvent(new CustomEvent('htmx:sendError', {bubbles: true}))")
    expect(page.locator("#bell")).to_have_class(re.compile("sw-silent"))
    expect(page.locator("#bell")).to_have_attribute("aria-label", re.compile("没有应答"))


def test_what_is_waited_for_shows_its_place(sit, case):
    page = sit("desk")
    page.goto("/")
    held = []
    page.route("**/lookup?*", lambda route: held.append(route))  # an answer that does not come
    page.fill("#look", "fang")
    expect(page.locator("#look")).to_have_class(re.compile("htmx-request"))
    expect(page.locator("#found")).to_be_visible()
    expect(page.locator("#found")).to_have_css("opacity", "1")
    assert page.locator("#found").bounding_box()["height"] > 100
    held[0].fulfill(status=200, content_type="text/html", body="<p>方小满</p>")
    expect(page.locator("#found")).to_have_text("方小满")


def test_the_trade_follows_the_words_until_somebody_chooses(sit, world):
    page = sit("desk")
    page.goto("/intake?kind=repair.open&place=1-1-101")
    trade = page.locator("#q-trade")
    page.fill("#q-words", "客厅的插座没电")
    page.locator("#q-words").blur()
    expect(trade).to_have_value("electric")
    page.fill("#q-words", "入户门的锁打不开")
    page.locator("#q-words").blur()
    expect(trade).to_have_value("doors")
    trade.select_option("civil")
    page.fill("#q-words", "墙上的插座没电")
    with page.expect_response("**/intake"):
        page.locator("#q-words").blur()
    expect(trade).to_have_value("civil")
