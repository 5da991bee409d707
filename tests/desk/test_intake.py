"""Intake: who, what, what we promise; nothing typed is lost, nothing is taken down twice."""

from __future__ import annotations

import re

from shouwen.ground.models import Party
from shouwen.kernel.indexing import index_party
from shouwen.kernel.models import Case
from tests.support import act
from tests.world import MONDAY

HTMX = {"HX-Request": "true"}


def found(world, *names):
    for name in names or ("fang", "zeng"):
        index_party(world.parties[name].pk, at=MONDAY)


def test_a_caller_is_found_by_digits_name_initials_and_unit(world, visit, moment):
    found(world, "fang")
    client = visit("desk")
    for text in ("0284", "方小", "fxm", "fang", "1-1-101"):
        html = client.post("/intake", {"q": text, "_do": "who"}, headers=HTMX).content.decode()
        assert f'value="pick.{world.parties["fang"].pk}"' in html, text
        assert "方小满" in html and "<html" not in html


def test_the_caller_s_home_is_filled_in_and_their_open_cases_are_shown(world, visit, moment):
    twin = act(
        world,
        "open",
        kind="complaint",
        who="desk",
        place="1-1-101",
        customer=str(world.parties["fang"].pk),
        words="漏水",
    )
    html = (
        visit("desk")
        .post("/intake", {"_do": f"pick.{world.parties['fang'].pk}", "kind": "complaint.open"})
        .content.decode()
    )
    assert re.search(r'name="place" value="1-1-101"', html)
    assert f'value="join.{twin.no}"' in html and "未结 1 件" in html


def test_what_was_typed_survives_every_button(world, visit, moment):
    typed = {"words": "电梯停了", "place": "1-1-102", "q": "方", "kind": "complaint.open", "channel": "counter"}
    client = visit("desk")
    for button in (
        {"_do": "look"},
        {"_kind": "complaint.settled"},
        {"_do": f"pick.{world.parties['zeng'].pk}"},
        {"_do": "other"},
    ):
        response = client.post("/intake", {**typed, **button})
        html = response.content.decode()
        assert response.status_code == 200, button
        assert (
            "电梯停了</textarea>" in html and 'value="1-1-102"' in html and '<option value="counter" selected>' in html
        ), button
        assert "sw-err" not in html, "nothing is wrong before somebody saves"
    assert not Case.objects.exists()


def test_a_refused_request_keeps_everything(world, visit, moment):
    response = visit("desk").post(
        "/intake", {"words": "电梯停了", "place": "9-9-999", "kind": "complaint.open", "_do": "save", "_key": "k7"}
    )
    html = response.content.decode()
    assert response.status_code == 422 and "电梯停了</textarea>" in html and 'value="9-9-999"' in html
    assert 'value="k7"' in html and "9-9-999" in html.split('id="q-place-error"')[1][:300]


def test_promises_are_counted_before_saving_and_move_with_the_answers(world, visit, moment):
    client = visit("desk")
    form = {"words": "x", "place": "1-1-101", "kind": "complaint.open", "_do": "promises"}
    html = client.post("/intake", form, headers=HTMX).content.decode()
    assert "明天 11:00" in html and "S6-12.07" in html and "您的投诉已经记下" in html and 'hx-swap-oob="true"' in html
    sooner = client.post("/intake", {**form, "wish_at": "2026-11-23T15:30"}, headers=HTMX).content.decode()
    assert "今天 15:30" in sooner and "明天 11:00" not in sooner
    settled = client.post("/intake", {**form, "kind": "enquiry.answered_at_once"}, headers=HTMX).content.decode()
    assert "当场办结" in settled
    assert not Case.objects.exists()


def test_the_number_stands_large_and_the_next_request_of_the_call_follows(world, visit, moment):
    client = visit("desk")
    data = {
        "words": "电梯停了", "place": "1-1-101", "customer": str(world.parties["fang"].pk), "kind": "complaint.open",
        "_do": "save", "_key": "a", "_call": "1",
    }  # fmt: skip
    html = client.post("/intake", data, follow=True).content.decode()
    case = Case.objects.get()
    assert f'<b class="sw-big"><a href="/cases/{case.no}">{case.no}</a></b>' in html
    assert f"编号 {case.no}" in html and "明天 11:00" in html and 'data-done="intake"' in html
    assert (
        "本次来电第 2 件" in html
        and f'name="customer" value="{world.parties["fang"].pk}"' in html
        and "电梯停了" not in html
    )
    assert case.party == world.parties["fang"] and case.first_contact == world.staff["desk"]


def test_pressed_twice_it_is_taken_down_once(world, visit, moment):
    client = visit("desk")
    data = {
        "words": "电梯停了",
        "place": "1-1-101",
        "kind": "complaint.open",
        "_do": "save",
        "_key": "once",
        "new_name": "安如初",
        "new_phone": "13800000991",
    }
    first, second = client.post("/intake", data), client.post("/intake", data)
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1 and Party.objects.filter(name="安如初").count() == 1


def test_nobody_found_makes_a_new_customer_with_that_number(world, visit, moment):
    client = visit("desk")
    html = client.post("/intake", {"q": "138 0000 0991", "_do": "who"}, headers=HTMX).content.decode()
    assert 'name="new_phone"' in html and 'value="138 0000 0991"' in html
    client.post(
        "/intake",
        {
            "words": "x",
            "place": "1-1-101",
            "kind": "complaint.open",
            "_do": "save",
            "new_name": "安如初",
            "new_phone": "138 0000 0991",
        },
    )
    party = Case.objects.get().party
    assert party.name == "安如初" and party.contacts.get().normal == "+8613800000991"
    assert "安如初" in client.post("/intake", {"q": "0991", "_do": "who"}, headers=HTMX).content.decode()


def test_a_new_customer_without_a_name_or_with_a_wrong_number_is_not_made(world, visit, moment):
    client = visit("desk")
    form = {"words": "x", "place": "1-1-101", "kind": "complaint.open", "_do": "save", "q": "不认识"}
    before = Party.objects.count()
    for new, field in (
        ({"new_phone": "13800000991"}, "new_name"),
        ({"new_name": "安如初", "new_phone": "12"}, "new_phone"),
    ):
        response = client.post("/intake", {**form, **new})
        assert response.status_code == 422, field
        assert 'role="alert"' in response.content.decode().split(f'name="{field}"')[1][:400]
    assert Party.objects.count() == before and not Case.objects.exists()


def test_a_twin_is_joined_with_the_words_as_a_note(world, visit, moment):
    twin = act(world, "open", kind="complaint", who="desk", place="1-1-101", words="漏水")
    client = visit("desk")
    response = client.post(
        "/intake", {"words": "又来催漏水", "place": "1-1-101", "kind": "complaint.open", "_do": f"join.{twin.no}"}
    )
    assert response["Location"].startswith(f"/cases/{twin.no}?step=note")
    html = client.get(response["Location"]).content.decode()
    assert "又来催漏水</textarea>" in html and '<details name="step" open><summary class="sw-pri" data-key="m">' in html
    assert Case.objects.count() == 1


def test_whose_offices_take_nothing_is_told_whom_to_ask(world, visit, moment):
    from shouwen.kernel.offers import openers

    html = visit("nobody").get("/intake").content.decode()
    assert ("请问主管由谁受理" in html) == (not openers(world.actor("nobody", at=moment.at), at=moment.at))


def test_a_customer_takes_down_their_own_without_looking_others_up(world, visit, moment):
    found(world)
    client = visit("fang")
    page = client.get("/intake").content.decode()
    assert 'id="who"' not in page
    assert "曾如初" not in client.post("/intake", {"q": "曾", "_do": "who"}, headers=HTMX).content.decode()
    response = client.post(
        "/intake", {"words": "漏水", "place": "1-1-101", "kind": "complaint.open", "_do": "save", "_key": "1"}
    )
    assert (
        response["Location"] == f"/cases/{Case.objects.get().no}" and Case.objects.get().party == world.parties["fang"]
    )


def test_suggestions_are_for_those_with_an_office(world, visit, moment):
    found(world)
    client = visit("desk")
    assert '<option value="1-1-101">' in client.get("/lookup/places?field=place&place=1-1").content.decode()
    assert '<option value="方小满">' in client.get("/lookup/people?field=customer&customer=fxm").content.decode()
    for who in ("nobody", "fang"):
        assert "option" not in visit(who).get("/lookup/places?field=place&place=1-1").content.decode()
        assert "option" not in visit(who).get("/lookup/people?q=fxm").content.decode()
