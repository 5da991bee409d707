"""Settings: every section by right, changes through the kernel with preview and journal, secrets shown once."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from shouwen.desk.views.settings import PERMITS
from shouwen.ground.models import Account, Department, Holding, Office, Place, Staff
from shouwen.kernel import audit
from shouwen.kernel.models import Beat, Case, Clock, Entry, Outbox, PolicyVersion, Token, Webhook
from shouwen.kernel.policies import apply_waiting
from shouwen.kernel.rulebook import rulebook
from tests.support import act, unchanged
from tests.world import MONDAY, at

PAGES = [
    "/settings", "/settings/policies", "/settings/policies/complaint.minor", "/settings/people", "/settings/people/S001",
    "/settings/offices", "/settings/offices/give", "/settings/cards/staff", "/settings/cards/office/new", "/settings/places",
    "/settings/organization", "/settings/calendars", "/settings/calendars/site", "/settings/connections", "/settings/numbers",
    "/settings/work", "/settings/journal", "/settings/storage",
]  # fmt: skip


@pytest.fixture
def manager(world, client):
    client.force_login(world.accounts["manager"])
    return client


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages_without_inline_style(world, manager, language):
    world.accounts["manager"].language = language
    world.accounts["manager"].save()
    for path in PAGES:
        page = manager.get(path)
        text = page.content.decode()
        assert (path, page.status_code) == (path, 200)
        assert ("style=" in text, "<script>" in text, " onclick" in text) == (False, False, False)
        if language == "en":
            names = "|".join(
                map(
                    re.escape,
                    [*Staff.objects.values_list("name", flat=True), "青禾物业（样例）", "青禾苑", "云栖里", "工程部"],
                )
            )
            bare = re.sub(rf"(?s)<title>.*?</title>|\d 栋|{names}", "", text)
            assert (path, re.findall("[一-鿿]+", bare)) == (path, [])


@pytest.mark.parametrize("path", PAGES)
def test_customers_find_no_settings_and_a_fitter_is_told_whom_to_ask(world, client, path):
    client.force_login(world.accounts["fang"])
    assert client.get(path).status_code == 404
    client.force_login(world.accounts["fitter"])
    assert client.get(path).status_code == 403


def test_whoever_may_set_one_thing_sees_that_section_alone(world, client):
    client.force_login(world.accounts["supervisor"])
    page = client.get("/settings")
    shown = [key for key, _label, _about in page.context["sections"]]
    assert shown == [key for key, permit in PERMITS.items() if permit(world.actor("supervisor"))]
    assert "policies" not in shown and "people" in shown
    assert client.get("/settings/policies").status_code == 403


# --- policies


def test_a_policy_is_previewed_then_published_with_its_reason(world, manager):
    opened = timezone.now() - timedelta(hours=1)
    case = act(world, "open", kind="complaint", who="desk", at=opened)
    data = {"value": "4h", "to_running": "on", "note": "样例理由"}
    with unchanged():
        page = manager.post("/settings/policies/complaint.minor", {**data, "_look": "1"})
    preview = page.context["preview"]
    assert (preview.looked_at, preview.moved) == (1, 1)
    assert case.no in page.content.decode()

    assert manager.post("/settings/policies/complaint.minor", {**data, "_publish": "1"}).status_code == 302
    version = PolicyVersion.objects.get()
    assert (version.value, version.to_running, version.entry.actor_id) == ("4h", True, world.staff["manager"].pk)
    page = manager.get("/settings/policies/complaint.minor")
    assert [(line["version"].value, line["who"], line["why"]) for line in page.context["versions"]] == [
        ("4h", "叶清和", "样例理由")
    ]
    apply_waiting(at=version.effective_at)
    assert Clock.objects.get(key="minor").due_at == case.opened_at + timedelta(hours=4)


@pytest.mark.parametrize("value", ["soon", "", "0h"])
def test_a_value_that_is_no_limit_is_refused_with_what_was_typed(world, manager, value):
    with unchanged():
        page = manager.post("/settings/policies/complaint.minor", {"value": value, "_publish": "1", "note": "留着"})
    assert page.status_code == 409 and page.context["refusal"].sentence
    assert page.context["note"] == "留着"


def test_unknown_policies_calendars_people_and_cards_are_not_there(world, manager):
    for path in (
        "/settings/policies/moon", "/settings/calendars/moon", "/settings/people/S999", "/settings/cards/moon",
        "/settings/cards/staff/1", "/settings/cards/staff/x", "/settings/cards/party",
    ):  # fmt: skip
        assert (path, manager.get(path).status_code) == (path, 404)


# --- people, offices, accounts


def test_a_new_colleague_gets_a_card_an_office_and_an_account(world, manager):
    made = manager.post(
        "/settings/cards/staff/new", {"name": "新来者", "number": "S100", "phone": "", "email": "", "left_date": ""}
    )
    staff = Staff.objects.get(number="S100")
    assert made.url == f"/settings/cards/staff/{staff.pk}"
    office = Office.objects.get(role="steward", building=world.places["b1"])
    data = {"office": str(office.pk), "staff": str(staff.pk), "from_at": "2026-12-01T08:00", "until_at": "2026-12-05T18:00",
            "stand_in": "on", "reason": "休假"}  # fmt: skip
    act(world, "open", kind="complaint", who="desk", place="1-1-101")
    with unchanged():
        page = manager.post("/settings/offices/give", {**data, "_look": "1"})
    assert (page.context["preview"]["now"], page.context["preview"]["then"], page.context["preview"]["answers"]) == (
        "0",
        "1",
        "1",
    )
    assert manager.post("/settings/offices/give", {**data, "_keep": "1"}).status_code == 302
    held = Holding.objects.get(staff=staff)
    assert (held.from_at, held.until_at, held.stand_in) == (at("2026-12-01 08:00"), at("2026-12-05 18:00"), True)

    page = manager.post("/settings/people/S100/account", {"username": "xinlai"})
    account = Account.objects.get(username="xinlai")
    assert account.check_password(page.context["first"]) and account.must_change_password
    assert page.context["first"] in page.content.decode()
    assert page.context["first"] not in manager.get("/settings/people/S100").content.decode()
    assert list(audit.audit_journal(world.org)) == []


def test_refused_cards_keep_what_was_typed_and_say_why_beside_the_field(world, manager):
    with unchanged():
        page = manager.post("/settings/cards/staff/new", {"name": "重号者", "number": "S001"})
    text = page.content.decode()
    assert page.status_code == 422
    assert ("重号者" in text, "S001" in text) == (True, True)
    assert list(page.context["errors"]) != []


def test_a_card_that_somebody_changed_meanwhile_is_not_overwritten(world, manager):
    staff = world.staff["desk"]
    url = f"/settings/cards/staff/{staff.pk}"
    seen = manager.get(url).context["seen"]
    values = {"name": staff.name, "number": staff.number, "phone": "1", "email": "", "left_date": "", "seen": str(seen)}
    assert manager.post(url, values).status_code == 302
    late = manager.post(url, {**values, "phone": "2"})
    assert late.status_code == 409
    assert Staff.objects.get(pk=staff.pk).phone == "1"
    moved = manager.get(url).context["history"][0]
    assert (moved["who"], "1" in [new for _name, _old, new in moved["moved"]]) == ("叶清和", True)


def test_an_account_is_disabled_renewed_and_enabled_from_the_persons_page(world, manager):
    url = "/settings/people/S001/account"
    assert manager.post(url, {"_disable": "1"}).status_code == 302
    assert not Account.objects.get(username="desk").is_active
    manager.post(url, {"_enable": "1"})
    page = manager.post(url, {"_password": "1"})
    assert Account.objects.get(username="desk").check_password(page.context["first"])
    refused = manager.post("/settings/people/S008/account", {"_disable": "1"})
    assert (refused.status_code, Account.objects.get(username="manager").is_active) == (409, True)


def test_everything_of_somebody_is_handed_over_in_one_act(world, manager):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    page = manager.get("/settings/people/S003")
    assert page.context["belongings"].cases == (case.no,)
    assert "未结事项 1 件" in page.content.decode()
    to = world.staff["steward2"]
    page = manager.post("/settings/people/S003/hand-over", {"to": to.number, "note": "调岗"})
    assert (page.status_code, page.context["stuck"]) == (200, [])
    assert Case.objects.get(pk=case.pk).owner == to
    assert manager.post("/settings/people/S003/hand-over", {"to": "", "note": "x"}).status_code == 422


def test_a_supervisor_names_a_stand_in_but_makes_no_account(world, client):
    client.force_login(world.accounts["supervisor"])
    assert client.get("/settings/offices/give").status_code == 200
    with unchanged():
        assert client.post("/settings/people/S001/account", {"_password": "1"}).status_code == 403
        assert client.post("/settings/cards/staff/new", {"name": "x", "number": "y"}).status_code == 403
        assert client.post("/settings/cards/office/new", {"role": "director"}).status_code == 403


def test_rows_of_another_organization_are_not_there(world, manager):
    from shouwen.ground.models import Organization

    other = Organization.objects.create(name="别处")
    stranger = Staff.objects.create(org=other, name="别处人", number="Z1")
    department = Department.objects.create(org=other, key="x", name="别处部")
    assert manager.get("/settings/people/Z1").status_code == 404
    assert manager.get(f"/settings/cards/staff/{stranger.pk}").status_code == 404
    assert manager.get(f"/settings/cards/department/{department.pk}").status_code == 404
    assert "别处人" not in manager.get("/settings/people").content.decode()


# --- calendars


def test_a_year_at_a_look_marks_holidays_and_make_up_days(world, manager):
    page = manager.get("/settings/calendars/site", {"year": "2026"})
    october = {one["day"]: one["mark"] for one in page.context["months"][9]["days"] if one}
    assert "<h3>十月 " in page.content.decode()
    assert [october[day] for day in (1, 7, 8, 10, 11)] == ["off", "off", "ok", "work", "rest"]
    assert (page.context["known"], manager.get("/settings/calendars/site", {"year": "2031"}).context["known"]) == (
        True,
        False,
    )
    assert sum(len([d for d in month["days"] if d]) for month in page.context["months"]) == 365


def test_an_announcement_is_previewed_then_imported(world, manager):
    text = json.dumps({"year": 2027, "papers": ["样例"], "days": [{"date": "2027-01-01", "name": "元旦", "off": True}]})
    with unchanged():
        page = manager.post("/settings/calendars", {"text": text, "_look": "1"})
    assert (page.context["announced"], page.context["changed"]) == ([2027], ["工作日"])
    assert manager.post("/settings/calendars", {"text": text, "_publish": "1", "source": "样例公告"}).status_code == 302
    assert 2027 in rulebook(world.org.pk, None).calendar("site", MONDAY + timedelta(days=3650))[0].hours.official.years
    with unchanged():
        assert manager.post("/settings/calendars", {"text": "[1", "_publish": "1"}).status_code == 409


def test_an_unplanned_closing_is_previewed_then_made(world, manager):
    data = {"since": "2030-03-04T08:00", "until": "2030-03-05T18:00", "source": "台风"}
    with unchanged():
        assert manager.post("/settings/calendars/site", {**data, "_look": "1"}).status_code == 200
    assert manager.post("/settings/calendars/site", {**data, "_publish": "1"}).status_code == 302
    march = manager.get("/settings/calendars/site", {"year": "2030"}).context["months"][2]["days"]
    marks = {one["day"]: one["mark"] for one in march if one}
    assert (marks[4], marks[6]) == ("rest", "ok")
    with unchanged():
        assert (
            manager.post(
                "/settings/calendars/site", {"since": "2030-03-05T08:00", "until": "2030-03-04T08:00", "_publish": "1"}
            ).status_code
            == 409
        )
        assert manager.post("/settings/calendars/site", {"since": "x", "until": "", "_publish": "1"}).status_code == 409


# --- connections


def test_a_key_is_shown_once_and_ended_at_once(world, manager):
    page = manager.post("/settings/connections/token", {"name": "电话系统", "account": "desk", "days": "30"})
    text = page.context["new_token"]
    assert text in page.content.decode()
    assert text not in manager.get("/settings/connections").content.decode()
    token = Token.objects.get()
    assert (token.name, token.account.username) == ("电话系统", "desk")
    manager.post("/settings/connections/token", {"_revoke": str(token.pk)})
    assert Token.objects.get().revoked_at is not None
    assert manager.post("/settings/connections/token", {"_revoke": "17"}).status_code == 404


def test_nobody_makes_themselves_a_key_of_an_administrator(world, client):
    Account.objects.filter(username="manager").update(is_admin=True)
    client.force_login(world.accounts["director"])
    with unchanged():
        assert client.post("/settings/connections/token", {"name": "x", "account": "manager"}).status_code == 403
        assert client.post("/settings/connections/token", {"name": "x", "account": "nobody-here"}).status_code == 422


def test_a_webhook_shows_its_secret_once_and_its_deliveries(world, manager):
    page = manager.post("/settings/connections/webhook", {"url": "https://example.invalid/in", "topics": "complaint"})
    hook = Webhook.objects.get()
    assert hook.secret in page.content.decode()
    assert hook.secret not in manager.get("/settings/connections").content.decode()
    case = act(world, "open", kind="complaint", who="desk")
    Outbox.objects.create(
        org=world.org, topic="webhook", case=case, entry=Entry.objects.filter(stream_type="case").first(), ref=hook.pk,
        created_at=MONDAY, not_before=MONDAY, tries=3, error="the webhook answered 500",
    )  # fmt: skip
    text = manager.get("/settings/connections").content.decode()
    assert (case.no in text, "the webhook answered 500" in text) == (True, True)
    manager.post("/settings/connections/webhook", {"_end": str(hook.pk)})
    assert not Webhook.objects.get().active
    assert manager.post("/settings/connections/webhook", {"url": "ftp://x", "topics": "*"}).status_code == 422


# --- how it does


def test_a_silent_worker_and_what_was_given_up_are_said_loudly(world, manager):
    assert "没有运行" in manager.get("/settings/work").content.decode()
    Beat.objects.create(worker="w", host="here", pid=1, started_at=MONDAY, beat_at=MONDAY)
    page = manager.get("/settings/work")
    assert (page.context["alive"], page.context["beats"][0][1]) == (False, False)
    Outbox.objects.create(
        org=world.org, topic="mail", created_at=MONDAY, not_before=MONDAY, dead_at=MONDAY, error="mailbox full"
    )
    assert "mailbox full" in manager.get("/settings/work").content.decode()


def test_the_journal_says_whether_it_is_whole(world, manager):
    act(world, "open", kind="complaint", who="desk")
    page = manager.post("/settings/journal")
    assert (page.context["wrong"], page.context["clocks_wrong"]) == ([], [])
    Clock.objects.filter(key="minor").update(due_at=MONDAY + timedelta(days=9))
    page = manager.post("/settings/journal")
    assert len(page.context["clocks_wrong"]) == 1


def test_numbers_and_storage_tell_what_there_is(world, manager):
    case = act(world, "open", kind="complaint", who="desk")
    assert case.no in manager.get("/settings/numbers").content.decode()
    page = manager.get("/settings/storage")
    assert page.context["size"] > 0 and page.context["cases"] == "1"


def test_places_are_made_below_others(world, manager):
    data = {"kind": "unit", "parent": str(world.places["b1"].pk), "code": "1-9-901", "name": "901 室"}
    assert manager.post("/settings/cards/place/new", data).status_code == 302
    made = Place.objects.get(code="1-9-901")
    assert (made.site, made.building) == (world.places["site"], world.places["b1"])
    assert "1-9-901" in manager.get("/settings/places", {"q": "9-901"}).content.decode()
