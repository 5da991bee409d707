"""A policy may begin later: its versions in time, the one in force marked, the one to come said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Party
from shouwen.kernel.models import PolicyVersion
from tests.support import a_case, act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
PAGE = "/settings/policies/complaint.minor"


@pytest.fixture
def manager(visit):
    return visit("manager")


def test_a_version_holds_from_the_moment_typed(manager, visit, moment):
    manager.post(PAGE, {"value": "12h", "_publish": "1"})
    response = manager.post(PAGE, {"value": "8h", "effective_at": "2026-12-01T08:00", "_look": "1"})
    assert "从 2026-12-01 08:00 起生效" in response.content.decode()
    assert 'value="2026-12-01T08:00"' in response.content.decode(), "what was typed stands there again"
    manager.post(PAGE, {"value": "8h", "effective_at": "2026-12-01T08:00", "_publish": "1"})
    newest = PolicyVersion.objects.order_by("-effective_at").first()
    assert f"{newest.effective_at:%Y-%m-%dT%H:%MZ}" == "2026-12-01T00:00Z"
    page = manager.get(PAGE)
    assert [(line["version"].value, line["coming"], line["holds"]) for line in page.context["versions"]] == [
        ("8h", True, False),
        ("12h", False, True),
    ]
    assert page.context["now_value"] == "12h"
    moment.at = MONDAY + timedelta(days=9)
    later = visit("manager").get(PAGE)
    assert [line["holds"] for line in later.context["versions"]] == [True, False]
    assert later.context["now_value"] == "8h"


@pytest.mark.parametrize("typed", ["2026-11-01T08:00", "tomorrow"])
def test_the_past_and_what_is_no_time_are_refused_with_a_sentence(manager, typed):
    response = manager.post(PAGE, {"value": "8h", "effective_at": typed, "_look": "1"})
    assert response.status_code == 409
    assert response.context["refusal"].sentence
    assert not PolicyVersion.objects.exists()


def test_the_phone_leads_to_the_pages_without_a_tab(manager, visit):
    html = manager.get("/account").content.decode()
    for address in ("/customers", "/estate", "/handbook", "/notices", "/settings"):
        assert f'<a class="btn" href="{address}">' in html
    assert '<a class="btn" href="/settings">' not in visit("desk").get("/account").content.decode()


@pytest.mark.clause("S1-2")
def test_another_time_for_a_sort_of_customer_is_typed_shown_and_kept(manager):
    typed = {"value": "12h", "for_critical": "2h", "for_vulnerable": " "}
    seen = manager.post(PAGE, {**typed, "_look": "1"})
    assert 'name="for_critical" id="for_critical" value="2h"' in seen.content.decode()
    manager.post(PAGE, {**typed, "_publish": "1"})
    assert PolicyVersion.objects.get().value == {"": "12h", "critical": "2h"}
    html = manager.get(PAGE).content.decode()
    assert "12 小时；重要客户 2 小时" in html
    assert 'name="for_critical" id="for_critical" value="2h"' in html, "what holds stands there, so that it is not lost"
    wrong = manager.post(PAGE, {"value": "12h", "for_critical": "soon", "_publish": "1"})
    assert (wrong.status_code, PolicyVersion.objects.count()) == (409, 1)


def test_a_policy_that_is_no_promised_time_has_no_sorts(manager):
    assert "for_critical" not in manager.get("/settings/policies/complaint.review").content.decode()


def test_the_preview_of_a_later_beginning_counts_as_of_its_beginning(manager, world, moment):
    """Due on Tuesday at ten: a version of Monday moves it, one of Wednesday finds it due already."""
    act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY)
    asked = {"value": "48h", "to_running": "on", "_look": "1"}
    assert manager.post(PAGE, asked).context["preview"].moved == 1
    later = manager.post(PAGE, {**asked, "effective_at": "2026-11-25T10:00"}).context["preview"]
    assert (later.looked_at, later.moved) == (1, 0)


def test_what_is_no_limit_is_refused_in_the_readers_language(manager):
    refused = manager.post(PAGE, {"value": "一整天", "_look": "1"}).context["refusal"]
    assert "goal" not in refused.sentence and "一整天" in refused.sentence and "1wd@17:30" in refused.sentence


@pytest.mark.clause("S1-2")
def test_the_case_and_intake_say_what_sort_of_customer_it_is_but_not_to_the_customer(world, visit, moment):
    fang = world.parties["fang"]
    Party.objects.filter(pk=fang.pk).update(segment="vulnerable")
    case = a_case(world, "enquiry", customer=str(fang.pk), at=moment.at)
    for page in (f"/cases/{case.no}", f"/intake?customer={fang.pk}"):
        assert "需要关照" in visit("desk").get(page).content.decode(), page
    assert "需要关照" not in visit("fang").get(f"/cases/{case.no}").content.decode()
