"""An empty installation, in the browser, without a command line: its first page, and the first complaint taken down."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from shouwen.ground.models import Account, Organization, Party, Place
from shouwen.kernel.indexing import index_party
from shouwen.kernel.models import Case, Clock
from tests.browser.conftest import AXE


@pytest.fixture
def world(transactional_db):
    """Nothing is there yet: no organization, nobody."""
    assert not Organization.objects.exists()


@pytest.mark.parametrize("script", [True, False])
def test_from_nothing_to_the_first_complaint(sit, script, moment):
    page = sit(script=script)
    page.goto("/")
    page.wait_for_url("**/first-run*")
    told = {"organization": "清源里物业服务中心", "community": "清源里", "name": "唐守正", "username": "tang"}
    for name, value in told.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=password]", "1234")
    page.fill("[name=again]", "1234")
    page.click("button.btn-primary")  # refused: everything typed still stands there
    expect(page.locator("main")).to_contain_text("密码至少 10 个字符")
    expect(page.locator("[name=community]")).to_have_value("清源里")
    page.fill("[name=password]", "a-quiet-first-day")
    page.fill("[name=again]", "a-quiet-first-day")
    page.click("summary:has-text('业主和电话')")
    page.fill("[name=units]", "1-1-101,方小满,13900110284\n1-1-102,曾阿牛,13900110285")
    page.click("button.btn-primary")
    page.wait_for_url("**/first-run/done")
    assert Place.objects.filter(kind="unit").count() == 2
    for party in Party.objects.all():  # the worker's work
        index_party(party.pk, at=moment.at)

    page.click("a[href='/intake']:has-text('受理')")
    page.fill("#who", "0284")
    page.press("#who", "Enter")
    page.click("button[data-row]:has-text('方小满')")
    page.click("button:has-text('投诉')")
    page.fill("#q-words", "楼道灯不亮")
    page.click("button[data-save]")
    expect(page.locator(".sw-big")).to_be_visible()
    case = Case.objects.get()
    expect(page.locator(".sw-big")).to_have_text(case.no)
    assert (case.party.name, case.place.code, case.owner.name) == ("方小满", "1-1-101", "唐守正")
    assert Clock.objects.filter(case=case, verdict__isnull=True).count() >= 2


def test_every_page_of_an_empty_house_opens_and_is_readable_to_all(sit):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: accessibility is not checked (make assets)")
    page = sit()
    found = []

    def looked_at(path: str) -> None:
        page.goto(path)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        run = "async () => (await axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})).violations"
        serious = [one for one in page.evaluate(run) if one["impact"] in ("serious", "critical")]
        found.extend((path, one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in serious)

    looked_at("/first-run")
    for name, value in {
        "organization": "清源里物业服务中心", "community": "清源里", "name": "唐守正", "username": "tang",
        "password": "a-quiet-first-day", "again": "a-quiet-first-day",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("button.btn-primary")
    page.wait_for_url("**/first-run/done")
    assert Account.objects.get().username == "tang"
    sections = "people offices places organization calendars policies numbers notices connections work journal storage"
    pages = (
        "/first-run/done", "/", "/cases", "/customers", "/customers/import", "/customers/looks", "/customers/assessments",
        "/customers/assessments/new", "/estate", "/promises", "/handbook", "/handbook/S6-2.08", "/handbook/kinds/complaint",
        "/notices", "/papers", "/account", "/account/password", "/settings", *(f"/settings/{one}" for one in sections.split()),
        "/settings/policies/complaint.minor", "/settings/calendars/site", "/settings/cards/staff/new", "/settings/cards/office/new",
        "/lookup", "/lookup?q=none",
    )  # fmt: skip
    for path in pages:
        looked_at(path)
    assert found == []
