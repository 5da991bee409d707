"""Customers' data in a real browser: opened for a purpose, given out, asked after; cards merged and set apart; a register taken in and back."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from shouwen.ground.models import ContactPoint, Party
from shouwen.kernel import policies
from shouwen.kernel.models import Case, Look
from shouwen.kernel.registers import register
from shouwen.rooms.customers import care
from tests.customers.test_care import assessed
from tests.customers.test_import import HOMES, good, xlsx
from tests.world import MONDAY, World

SECRET = "对青霉素过敏"


@pytest.fixture
def fang(world: World) -> Party:
    """A customer whose health is remembered with their consent."""
    assessed(world)
    for switch in (care.PROFILE, care.DELICATE):
        policies.publish(switch.key, True, actor=world.actor("manager"), at=MONDAY)
    fang, desk = world.parties["fang"], {"actor": world.actor("desk"), "at": MONDAY + timedelta(minutes=5)}
    care.give(fang, "health", how="signed", **desk)
    register("care").add({"party": fang, "topic": "health", "value": SECRET, "source": "走访"}, **desk)
    return fang


@pytest.mark.clause("S6-6.06")
def test_a_protected_fact_is_opened_for_a_purpose_and_the_customer_asks_for_their_own_data(sit, world, fang, tmp_path):
    page = sit("supervisor")
    page.goto(f"/customers/{fang.pk}")
    expect(page.locator("main")).not_to_contain_text(SECRET)
    fact = page.locator("li", has_text="健康状况").filter(has=page.locator("form[action$='/look']"))
    fact.locator("summary").click()
    fact.locator("select").select_option("for_safety")
    fact.locator("form button").click()
    expect(page.locator("main")).to_contain_text(SECRET)

    page.goto(f"/customers/{fang.pk}")
    expect(page.locator("main")).not_to_contain_text(SECRET)
    looks = page.locator("section", has=page.locator("h2", has_text="谁查看过"))
    expect(looks).to_contain_text("沈听澜")
    expect(looks).to_contain_text("安全")

    page.fill("#own-reason", "本人书面申请")
    with page.expect_download() as waiting:
        page.locator("form[action$='/own-data'] button").click()
    waiting.value.save_as(tmp_path / "own.zip")
    with zipfile.ZipFile(tmp_path / "own.zip") as packed:
        assert SECRET in [one["value"] for one in json.loads(packed.read("data.json"))["care"]]

    page.goto(f"/intake?customer={fang.pk}")
    page.locator("button[value='data_request.open']").click()
    page.locator("[name='wants']").first.wait_for()
    chosen = page.locator("select[name='wants']")
    chosen.select_option("see") if chosen.count() else page.locator("input[name='wants'][value='see']").check(
        force=True
    )
    page.locator("button[data-save]").first.click()
    expect(page.locator(".sw-done-no")).to_be_visible()
    case = Case.objects.get(kind="data_request")
    page.goto(f"/cases/{case.no}")
    expect(page.locator("main")).to_contain_text("方小满")
    assert set(Look.objects.values_list("what", flat=True)) == {"party.page", "care.value", "party.own_data"}


@pytest.mark.clause("S6-6.02")
def test_two_cards_become_one_and_two_again_and_a_register_is_looked_at_taken_in_and_taken_back(sit, world, tmp_path):
    fang, twin = world.parties["fang"], Party.objects.create(org=world.org, name="方晓满")
    number = ContactPoint.objects.get(party=fang)
    ContactPoint.objects.create(
        org=world.org, party=twin, kind="phone", normal=number.normal, shown=number.shown, last4=number.last4
    )
    page = sit("supervisor")
    page.goto(f"/customers/{fang.pk}")
    page.locator(f"form[action$='/merge/{twin.pk}'] button").click()
    expect(page.locator(f"form[action$='/merge/{twin.pk}'] button")).to_have_attribute("value", "undo")
    assert Party.objects.get(pk=twin.pk).merged_into == fang
    page.locator(f"form[action$='/merge/{twin.pk}'] button").click()
    expect(page.locator(f"form[action$='/merge/{twin.pk}'] button")).not_to_have_attribute("value", "undo")
    assert Party.objects.get(pk=twin.pk).merged_into is None

    rows = [good(HOMES, n) for n in range(6)]
    rows[2][HOMES.index("手机号")] = "138OO"
    register_file = tmp_path / "业主.xlsx"
    register_file.write_bytes(xlsx({"表": [HOMES, *rows]}))
    page.goto("/customers/import")
    page.set_input_files("#file", register_file)
    page.locator("#site").select_option(str(world.places["site"].pk))
    page.locator("button[value='look']").click()
    result = page.locator("section", has=page.locator("h2", has_text="会有什么结果")).or_(
        page.locator("ol.sw-rows").first
    )
    expect(page.locator("main")).to_contain_text("第 4 行")
    expect(result.first).to_be_visible()
    assert not Party.objects.filter(name__startswith="钱").exists(), "nothing is written until asked"
    with page.expect_download() as waiting:
        page.locator("button[value='marked']").click()
    assert waiting.value.suggested_filename == "marked.xlsx"

    page.locator("#leave_bad").check()
    page.locator("button[value='run']").click()
    expect(page.locator("#runs")).to_contain_text("业主.xlsx")
    assert Party.objects.filter(name__startswith="钱").count() == 5
    page.locator("#runs form[action$='/undo'] button").click()
    expect(page.locator("#runs form")).to_have_count(0)
    assert not Party.objects.filter(name__startswith="钱").exists()
    expect(page).to_have_url(re.compile(r"/customers/import$"))
