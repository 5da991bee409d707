"""The one page of a customer: who, where, what is open, what happened; who sees numbers, who only their last four."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shouwen.ground.models import ContactPoint, Identity, Party, Role
from shouwen.kernel.models import Entry, Look
from shouwen.kernel.registers import register
from tests.ground.test_identity import resident
from tests.support import a_case, act, unchanged
from tests.world import MONDAY, World

NUMBER = resident("33010619900307123")
PHONE = "138 0011 0287"


def page_of(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.accounts[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def fang(world):
    """A customer with a home, a number of their own, one of the wife's, and a document."""
    add = {"actor": world.actor("desk"), "at": MONDAY}
    party = world.parties["fang"]
    ContactPoint.objects.filter(party=party).delete()
    register("contact").add({"party": party, "kind": "phone", "shown": "13800110287"}, **add)
    register("contact").add(
        {"party": party, "kind": "phone", "shown": "13900220288", "whose": "妻子", "may_call": False}, **add
    )
    register("identity").add({"party": party, "kind": "resident_id", "number": NUMBER}, **add)
    return party


@pytest.mark.clause("S6-1.12")
@pytest.mark.clause("S6-2.04")
def test_everything_about_a_customer_stands_on_one_page(world, fang):
    case = a_case(world, "job", customer=str(fang.pk), words="客厅滴水")
    done = act(world, "close", a_case(world, "job", "done", customer=str(fang.pk)), at=MONDAY + timedelta(hours=2))
    act(world, "note", case, at=MONDAY + timedelta(hours=1), note="客户在家")
    add = {"actor": world.actor("desk"), "at": MONDAY}
    register("vehicle").add({"party": fang, "plate": "浙AD12345", "from_date": date(2026, 1, 1)}, **add)
    register("role").add(
        {"party": world.parties["zeng"], "place": world.home, "role": "FAMILY", "from_date": date(2026, 1, 1)}, **add
    )

    page = page_of(world, "desk").get(f"/customers/{fang.pk}").content.decode()

    for text in (
        "方小满",
        "1-1-101",
        PHONE,
        case.no,
        done.no,
        "浙AD12345",
        "曾如初",
        f"••••{NUMBER[-4:]}",
        f"/intake?customer={fang.pk}",
    ):
        assert text in page, text
    assert NUMBER not in page
    assert "tel:+8613800110287" in page
    assert "tel:+8613900220288" not in page, "a number that must not be called is no link"


def test_what_is_missing_is_said_and_a_refused_document_is_not_asked_again(world):
    zeng, desk = world.parties["zeng"], page_of(world, "desk")
    assert "缺少：居民身份证" in desk.get(f"/customers/{zeng.pk}").content.decode()
    values = {"party": zeng, "kind": "resident_id", "refused": True}
    register("identity").add(values, actor=world.actor("desk"), at=MONDAY)
    assert "缺少：居民身份证" not in desk.get(f"/customers/{zeng.pk}").content.decode()


@pytest.mark.clause("S6-1.13")
@pytest.mark.parametrize(
    ("who", "number", "document"),
    [
        ("desk", "clear", "masked"), ("steward1", "clear", "masked"), ("manager", "clear", "masked"),
        ("elsewhere", "masked", "masked"), ("fitter", "masked", "none"), ("nobody", "404", "404"), ("fang", "404", "404"),
    ],
)  # fmt: skip
def test_who_sees_who_sees_masked_who_gets_404(world, fang, who, number, document):
    answer = page_of(world, who).get(f"/customers/{fang.pk}")
    page = answer.content.decode()
    if number == "404":
        assert (answer.status_code, "方小满" in page) == (404, False)
        return
    assert answer.status_code == 200
    assert (PHONE in page) == (number == "clear")
    assert ("••••0287" in page) == (number == "masked")
    assert (f"••••{NUMBER[-4:]}" in page) == (document == "masked")
    assert NUMBER not in page
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.clause("S6-1.13")
def test_a_look_needs_a_purpose_from_the_list_is_shown_once_and_stands_on_the_page(world, fang):
    row, desk = Identity.objects.get(party=fang), page_of(world, "desk")
    sent = {"register": "identity", "row": str(row.pk)}
    with unchanged():
        assert desk.post(f"/customers/{fang.pk}/look", {**sent, "purpose": "好奇"}).status_code == 409
    shown = desk.post(f"/customers/{fang.pk}/look", {**sent, "purpose": "check_identity"}).content.decode()
    assert NUMBER in shown and "核对身份" in shown
    assert Look.objects.exclude(what="party.page").get().purpose == "check_identity"
    again = desk.get(f"/customers/{fang.pk}").content.decode()
    assert NUMBER not in again and "核对身份" in again
    for who in ("fitter", "fang", "nobody"):
        assert (
            page_of(world, who).post(f"/customers/{fang.pk}/look", {**sent, "purpose": "check_identity"}).status_code
            == 404
        )
    assert (
        page_of(world, "desk")
        .post(f"/customers/{world.parties['zeng'].pk}/look", {**sent, "purpose": "safety"})
        .status_code
        == 404
    )
    assert Look.objects.exclude(what="party.page").count() == 1


@pytest.mark.clause("S6-2.02")
def test_parts_are_added_changed_and_taken_off_on_the_page(world, fang):
    desk, url = page_of(world, "desk"), f"/customers/{fang.pk}"
    assert 'name="from_date"' in desk.get(f"{url}?add=role").content.decode()
    sent = {
        "place": "1栋1单元102",
        "role": "TENANT",
        "from_date": "2026-03-01",
        "until_date": "",
        "share": "",
        "scope": "",
    }
    assert desk.post(f"{url}/role", sent).status_code == 302
    role = Role.objects.get(party=fang, role="TENANT")
    assert (role.place.code, role.until_date) == ("1-1-102", None)

    assert desk.post(f"{url}/contact", {"kind": "phone", "shown": "138 0OO1", "may_call": "on"}).status_code == 422
    assert desk.post(f"{url}/role", {**sent, "place": "9-9-999"}).status_code == 422
    assert desk.post(f"{url}/party", {"kind": "person", "name": "方大满", "wish": "by_phone"}).status_code == 302
    row = ContactPoint.objects.filter(party=fang).first()
    assert desk.post(f"{url}/contact/{row.pk}/off").status_code == 302
    assert desk.post(f"{url}/role/{role.pk}/off").status_code in (302, 422)
    assert not ContactPoint.objects.filter(pk=row.pk).exists()
    fitter = page_of(world, "fitter")
    with unchanged():
        assert desk.post(f"{url}/contact/{row.pk}/off").status_code == 404
        assert desk.post(f"{url}/nothing", {}).status_code == 404
        assert fitter.post(f"{url}/contact", {"kind": "phone", "shown": "13800110299"}).status_code == 403
    steps = Entry.objects.filter(stream_type="register.party").order_by("seq").values_list("step", flat=True)
    assert list(steps)[-3:].count("remove") >= 1


def test_cases_that_are_not_theirs_are_not_on_the_page(world, fang):
    case = a_case(world, "job", customer=str(fang.pk), words="客厅滴水")
    page = page_of(world, "elsewhere").get(f"/customers/{fang.pk}").content.decode()
    assert case.no not in page and "客厅滴水" not in page


def test_the_page_costs_the_same_however_much_there_is(world, fang):
    desk, counts = page_of(world, "desk"), []
    for more in (1, 3):
        for _n in range(more):
            a_case(world, "job", customer=str(fang.pk))
        desk.get(f"/customers/{fang.pk}")
        with CaptureQueriesContext(connection) as caught:
            desk.get(f"/customers/{fang.pk}")
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_the_list_finds_and_without_words_shows_who_waits(world, fang):
    desk = page_of(world, "desk")
    assert "方小满" not in desk.get("/customers").content.decode()
    a_case(world, "job", customer=str(fang.pk))
    assert "方小满" in desk.get("/customers").content.decode()
    assert "方小满" in desk.get("/customers", {"q": "0287"}).content.decode()
    assert "/intake?q=0999" in desk.get("/customers", {"q": "0999"}).content.decode()
    assert page_of(world, "fang").get("/customers").status_code == 404


def test_quiet_hours_are_said_also_over_midnight(world, fang):
    from datetime import time

    from shouwen.rooms.customers.reading import quiet_now
    from tests.world import at

    fang.quiet_from, fang.quiet_until = time(22, 0), time(7, 30)
    assert [quiet_now(fang, at(f"2026-11-23 {clock}")) for clock in ("21:59", "22:00", "03:00", "07:29", "07:30")] == [
        False, True, True, True, False,
    ]  # fmt: skip
    fang.quiet_from = fang.quiet_until = None
    assert not quiet_now(fang, MONDAY)
    fang.wish = "not_at_all"
    assert quiet_now(fang, MONDAY)


@pytest.mark.clause("S6-1.13")
@pytest.mark.parametrize(
    ("wish", "clock", "links"),
    [
        ("", "10:00", ["mailto:fang@example.com", "tel:+8613800110287"]),
        ("by_message", "10:00", ["mailto:fang@example.com", "sms:+8613800110287"]),
        ("by_email", "10:00", ["mailto:fang@example.com"]), ("", "23:00", []), ("not_at_all", "10:00", []),
    ],
)  # fmt: skip
def test_what_a_click_offers_is_what_the_customer_wishes_now(world, fang, wish, clock, links):
    from datetime import time

    from shouwen.rooms.customers.reading import context_of
    from tests.world import at

    ContactPoint.objects.filter(party=fang).delete()
    add = {"actor": world.actor("desk"), "at": MONDAY}
    register("contact").add({"party": fang, "kind": "phone", "shown": "13800110287"}, **add)
    register("contact").add({"party": fang, "kind": "email", "shown": "fang@example.com"}, **add)
    register("contact").add({"party": fang, "kind": "phone", "shown": "13900225566", "may_call": False}, **add)
    Party.objects.filter(pk=fang.pk).update(wish=wish, quiet_from=time(22), quiet_until=time(7, 30))
    fang.refresh_from_db()

    found = context_of(fang, world.actor("desk"), at=at(f"2026-11-23 {clock}"))["contacts"]

    offered = [one["write"] for one in found] + [f"tel:{one['row'].normal}" for one in found if one["call"]]
    assert sorted(filter(None, offered)) == links
