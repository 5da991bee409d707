"""One's own account: language, appearance, password, sessions elsewhere, own keys."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.test import Client

from shouwen.ground.models import Account
from shouwen.kernel import tokens
from shouwen.kernel.models import Token
from tests.world import MONDAY

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605.1 MicroMessenger/8.0"
PASSWORD = "story-of-a-day"


def signed_in(agent: str, username: str = "desk", password: str = PASSWORD) -> Client:
    client = Client(headers={"user-agent": agent})
    assert client.post("/sign-in", {"username": username, "password": password}).status_code == 302
    return client


def test_language_and_appearance_stay_with_the_person(world, client):
    client.force_login(world.accounts["desk"])
    assert client.post("/account", {"language": "en", "appearance": "dark", "density": "roomy"}).status_code == 302
    page = client.get("/account").content.decode()
    assert ('lang="en"' in page, 'data-bs-theme="dark"' in page, 'data-density="roomy"' in page) == (True, True, True)
    account = Account.objects.get(username="desk")
    assert (account.language, account.appearance, account.density) == ("en", "dark", "roomy")
    client.post("/account", {"language": "martian", "appearance": "dark"})
    assert Account.objects.get(username="desk").language == "en"


def test_sessions_are_listed_with_their_device_and_ended_one_by_one(world):
    here, phone = signed_in(WINDOWS), signed_in(PHONE)
    signed_in(PHONE, "desk2")
    listed = here.get("/account").context["sessions"]
    assert [(one.device, one.here) for one in listed] == [("Edge · Windows", True), ("WeChat · iPhone", False)]
    assert all(one.mark not in {row.session_key for row in Session.objects.all()} for one in listed)

    assert here.post("/account/sessions", {"mark": listed[1].mark}).status_code == 302
    assert phone.get("/account").url.startswith("/sign-in")
    assert here.get("/account").status_code == 200
    assert here.post("/account/sessions", {"mark": listed[1].mark}).status_code == 404


def test_all_others_are_ended_at_once_and_nobody_elses(world):
    here, phone, laptop, other = signed_in(WINDOWS), signed_in(PHONE), signed_in(WINDOWS), signed_in(PHONE, "desk2")
    here.post("/account/sessions", {"mark": "others"})
    assert [client.get("/account").status_code for client in (here, phone, laptop, other)] == [200, 302, 302, 200]


def test_ones_own_session_is_ended_by_signing_out_alone(world):
    here = signed_in(WINDOWS)
    mark = here.get("/account").context["sessions"][0].mark
    assert here.post("/account/sessions", {"mark": mark}).status_code == 404
    assert here.get("/account").status_code == 200


def test_a_new_password_ends_all_other_sessions(world):
    here, phone = signed_in(WINDOWS), signed_in(PHONE)
    refused = here.post("/account/password", {"old": "wrong", "new": "a-long-new-one-9"})
    assert refused.status_code == 422
    assert here.post("/account/password", {"old": PASSWORD, "new": "short"}).status_code == 422
    assert here.post("/account/password", {"old": PASSWORD, "new": "a-long-new-one-9"}).status_code == 302
    assert [client.get("/account").status_code for client in (here, phone)] == [200, 302]
    assert len(here.get("/account").context["sessions"]) == 1
    signed_in(PHONE, password="a-long-new-one-9")


def test_a_first_password_must_be_changed_before_anything_else(world):
    Account.objects.filter(username="desk").update(must_change_password=True)
    here = signed_in(WINDOWS)
    assert here.get("/cases").url == "/account/password"
    here.post("/account/password", {"old": PASSWORD, "new": "a-long-new-one-9"})
    assert here.get("/cases").status_code == 200


def test_ones_own_keys_are_shown_once_and_ended(world, client):
    client.force_login(world.accounts["desk"])
    page = client.post("/account/keys", {"name": "自己的脚本"})
    text = page.context["new_token"]
    assert text in page.content.decode() and text not in client.get("/account").content.decode()
    token = Token.objects.get()
    assert (token.account.username, token.name) == ("desk", "自己的脚本")
    assert client.post("/account/keys", {"name": "  "}).status_code == 409
    other, _text = tokens.make(world.accounts["desk2"], name="x", at=MONDAY)
    assert client.post("/account/keys", {"_revoke": str(other.pk)}).status_code == 404
    client.post("/account/keys", {"_revoke": str(token.pk)})
    assert Token.objects.get(pk=token.pk).revoked_at is not None


def test_a_customer_has_an_account_page_without_keys(world, client):
    client.force_login(world.accounts["fang"])
    page = client.get("/account")
    assert (page.status_code, page.context["may_keys"]) == (200, False)
    assert client.post("/account/keys", {"name": "x"}).status_code == 404
