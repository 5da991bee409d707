"""Every main page in the browser: axe finds nothing serious, nothing scrolls sideways, the policy is never broken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Account
from shouwen.kernel.access import visible_to
from shouwen.kernel.registry import kinds
from tests.browser.conftest import AXE
from tests.support import a_case, act
from tests.world import MONDAY

SCREENS = {
    "desk at 1280, Chinese, light": {"language": "zh-hans", "width": 1280},
    "phone at 390, English, dark": {"language": "en", "width": 390, "height": 844, "has_touch": True},
}
RUN = (
    "async () => (await axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})).violations"
)


@pytest.fixture
def pages(world, moment) -> list[str]:
    """The main pages with something on them: late, due, ended, refused, one case of each kind."""
    old = act(
        world,
        "open",
        kind="complaint",
        who="desk",
        place="1-1-101",
        at=MONDAY - timedelta(days=3),
        customer=str(world.parties["fang"].pk),
    )
    act(world, "take_up", old, who="steward1", at=MONDAY - timedelta(days=2))
    made = [old, *(a_case(world, name) for name in sorted(kinds))]
    seen = set(visible_to(world.actor("supervisor", at=moment.at)).values_list("pk", flat=True))
    return [
        "/", "/intake", "/intake?kind=complaint.open&place=1-1-101", "/intake?q=000", f"/intake?_done={old.no}", "/cases",
        "/cases?kind=complaint&state=closed", "/lookup?q=0284", "/notices", "/promises", "/promises?by=person&compare=before",
        "/customers", f"/customers/{world.parties['fang'].pk}", f"/customers/{world.parties['fang'].pk}?add=contact",
        "/estate", f"/estate/{world.places['b1'].pk}?home=1-1-101", "/handbook/S6-2.08", "/account", "/papers",
        *(f"/cases/{case.no}" for case in made if case.pk in seen),
    ]  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_has_no_serious_finding_and_nothing_scrolls_sideways(sit, pages, screen):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: accessibility is not checked (make assets)")
    if "dark" in screen:
        Account.objects.update(appearance="dark")
    page = sit("supervisor", **SCREENS[screen])
    found = []
    for path in pages:
        page.goto(path)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for finding in page.evaluate(RUN):
            if finding["impact"] in ("serious", "critical"):
                found.append((path, finding["id"], [node["html"][:120] for node in finding["nodes"]][:3]))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
    assert not found, found


def test_the_door_in_both_languages(sit):
    for language in ("zh-hans", "en"):
        page = sit(language=language)
        page.goto("/sign-in")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == []


def test_at_twice_the_size_the_phone_layout_is_given(sit, pages):
    page = sit("supervisor", width=640, height=400)
    for path in pages:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"


def test_nothing_moves_while_a_page_comes_in(sit, pages):
    page = sit("supervisor")
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput)"
        " window.moved += entry.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    for path in pages:
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("window.moved") < 0.02, path
