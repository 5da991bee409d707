"""Cases over the API: opened, moved and read by the same rules as everywhere, with the same sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from shouwen.kernel.models import Case, Entry, Submission, Token
from shouwen.kernel.perform import perform
from tests.api.caller import Caller
from tests.support import PNG, a_case, act, unchanged
from tests.world import at

NOW = at("2026-11-23 10:00")
LEAK = {"place": "1-1-101", "words": "滴水"}


@pytest.fixture
def desk(world) -> Caller:
    return Caller(world, "desk")


def a_job(world, **more) -> Case:
    return a_case(world, "job", at=NOW, **more)


def test_a_case_is_opened_moved_and_read_with_its_journal_and_promises(world, desk):
    status, taken = desk.post("/cases/job", {**LEAK, "happened_at": NOW.isoformat()})
    assert (status, taken["seq"], taken["step"], taken["state"]) == (201, 1, "open", "taken")

    status, moved = desk.post(f"/cases/job/{taken['no']}/begin", {"seen_rev": taken["rev"]})
    assert (status, moved["state"], moved["seq"]) == (200, "doing", 2)

    status, whole = desk.get(f"/cases/{taken['no']}")
    assert status == 200
    assert [line["step"] for line in whole["journal"]] == ["open", "begin"]
    assert whole["journal"][0]["words"]["words"] == "滴水"
    assert whole["owner"] == {"number": "S003", "name": "林知夏"}
    assert {one["key"] for one in whole["commitments"]} == {"quick", "wished", "daily", "limit"}
    assert "finish" in whole["steps"] and "begin" not in whole["steps"]
    assert world.staff["desk"].pk not in _numbers(whole)


def _numbers(value):
    """Every whole number anywhere in an answer."""
    if isinstance(value, dict):
        return {n for part in value.values() for n in _numbers(part)}
    if isinstance(value, list):
        return {n for part in value for n in _numbers(part)}
    return {value} if isinstance(value, int) and not isinstance(value, bool) else set()


def test_no_answer_holds_an_internal_id(world, desk):
    a_job(world, customer=str(world.parties["fang"].pk))
    for path in ("/cases", "/clocks", "/me", "/registers/contact", f"/cases/{Case.objects.get().no}"):
        _status, found = desk.get(path)
        assert max(_numbers(found), default=0) < 10**12, path


@pytest.mark.parametrize("token", ["", "Bearer nothing", "Basic abc", "Bearer"])
def test_without_a_valid_token_nothing_is_said(world, token):
    a_job(world)
    answer = Client().get("/api/v1/cases", headers={"Authorization": token} if token else {})
    assert (answer.status_code, answer.json()["status"], answer.headers["WWW-Authenticate"]) == (401, 401, "Bearer")


@pytest.mark.parametrize("ended", ["revoked", "expired", "disabled", "left"])
def test_an_ended_token_opens_nothing(world, desk, ended):
    assert desk.get("/me")[0] == 200
    now = timezone.now()
    if ended == "disabled":
        world.accounts["desk"].is_active = False
        world.accounts["desk"].save()
    elif ended == "left":
        world.staff["desk"].left_date = now.date() - timedelta(days=2)
        world.staff["desk"].save()
        a_job(world)
        assert desk.get("/cases")[1]["items"] == []
        return
    else:
        Token.objects.update(**{f"{ended}_at" if ended == "revoked" else "expires_at": now})
    assert desk.get("/me")[0] == 401


def test_what_is_not_theirs_is_404_and_changes_nothing_whatever_is_sent(world):
    case, stranger = a_job(world), Caller(world, "elsewhere")
    with unchanged():
        for body, key in (
            ({}, ""),
            ({"note": "x"}, ""),
            ({"seen_rev": "x"}, "k"),
            ({"happened_at": 1}, "k2"),
            ({}, "k3"),
        ):
            for step in ("begin", "note"):
                status, said = stranger.post(f"/cases/job/{case.no}/{step}", body, key=key)
                assert (status, said["detail"]) == (
                    404,
                    stranger.post(f"/cases/job/JB0000-0000/{step}", body)[1]["detail"],
                )
        assert stranger.get(f"/cases/{case.no}")[0] == 404


def test_visible_but_anothers_is_403_and_the_wrong_kind_is_404(world, desk):
    case = a_job(world)
    status, said = desk.post(f"/cases/job/{case.no}/withdraw", {"note": "不用了"})
    assert (status, said["title"]) == (200, "") if status == 200 else status == 403
    assert desk.post(f"/cases/part/{case.no}/deliver")[0] == 404


def test_a_refusal_names_its_clause_and_says_what_the_page_says(world):
    steward = Caller(world, "steward1")
    case = a_job(world, size="large")
    act(world, "begin", case, at=NOW)
    status, said = steward.post(f"/cases/job/{case.no}/finish", {})
    assert (status, said["clause"]) == (409, "S6-7.02")

    page = Client()
    page.force_login(world.accounts["steward1"], backend="django.contrib.auth.backends.ModelBackend")
    shown = page.post(f"/cases/{case.no}/finish", {})
    assert escape(said["detail"]) in shown.content.decode()


def test_missing_and_wrong_answers_are_422_at_their_fields(desk):
    status, said = desk.post("/cases/job", {"place": "9-9-999", "words": " ", "size": "huge"})
    assert (status, set(said["errors"])) == (422, {"place", "words", "size"})
    status, said = desk.post("/cases/job", {**LEAK, "colour": "red"})
    assert (status, set(said["errors"])) == (422, {"colour"})
    status, said = desk.post("/cases/job", {**LEAK, "words": ["a", "b"]})
    assert (status, set(said["errors"])) == (422, {"words"})
    status, said = desk.post("/cases/job", {**LEAK, "happened_at": "2026-11-23 10:00"})
    assert (status, set(said["errors"])) == (422, {"happened_at"})
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000, b'{"words": "\\u0000"}', b'{"words": "\\ud800"}']
)
def test_a_body_that_cannot_be_read_is_400(desk, body):
    assert desk.send("POST", "/cases/job", body)[0] == 400


def test_an_address_that_is_none_is_json_404(desk):
    for path in ("/nothing", "/cases/job/nothing/nothing", "/registers/nothing"):
        assert desk.get(path)[0] in (404, 405)
    assert Client().get("/api/v1/nothing").json()["status"] == 404


def test_a_stale_reader_is_told(world, desk):
    case = a_job(world)
    assert desk.post(f"/cases/job/{case.no}/begin", {"seen_rev": case.rev})[0] == 200
    status, said = desk.post(f"/cases/job/{case.no}/note", {"note": "x", "seen_rev": case.rev})
    assert (status == 409 and "开始" in said["detail"]) or "begin" in said["detail"].lower() or "“" in said["detail"]


def test_the_same_key_is_done_once_and_answered_alike(desk):
    first = desk.post("/cases/job", LEAK, key="k1")
    again = desk.post("/cases/job", LEAK, key="k1")
    assert first == again and first[0] == 201
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        ("/cases/job", {**LEAK, "words": "漏水"}),
        ("/cases/job", {**LEAK, "urgent": True}),
        ("/cases/job", {**LEAK, "happened_at": "2026-11-20T10:00:00+08:00"}),
        ("/cases/job/open_closed", LEAK),
    ],
    ids=["words", "more", "time", "step"],
)  # fmt: skip
def test_the_same_key_with_anything_else_is_a_conflict(desk, other):
    assert desk.post("/cases/job", LEAK, key="k1")[0] == 201
    assert desk.post(*other, key="k1")[0] == 409
    assert Case.objects.count() == 1


def test_the_same_key_with_another_file_of_the_same_name_is_a_conflict(world, desk):
    case = a_case(world, "job", "doing", at=NOW)
    ids = []
    for content in (PNG, PNG + b"\x00"):
        answer = desk.client.post(
            "/api/v1/files",
            {"file": SimpleUploadedFile("a.png", content)},
            headers={"Authorization": f"Bearer {desk.token}"},
        )
        assert answer.status_code == 201, answer.content
        ids.append(answer.json()["id"])
    assert len(set(ids)) == 2
    path = f"/cases/job/{case.no}/finish"
    assert desk.post(path, {"photo": ids[0]}, key="k")[0] == 200
    assert desk.post(path, {"photo": ids[0]}, key="k")[0] == 200
    assert Entry.objects.filter(stream_id=case.pk, step="finish").count() == 1


def test_a_key_belongs_to_its_sender(world, desk):
    other = Caller(world, "desk2")
    assert desk.post("/cases/job", LEAK, key="k1")[0] == other.post("/cases/job", LEAK, key="k1")[0] == 201
    assert Case.objects.count() == 2
    assert Submission.objects.filter(key="k1").count() == 2


def test_a_step_sent_again_is_answered_though_it_took_the_case_out_of_sight(world):
    """The fitter gives a job away, loses sight of it, and the answer on the first try got lost on the way."""
    case = a_job(world)
    act(world, "assign", case, at=NOW, assignee=world.staff["fitter"].number)
    fitter = Caller(world, "fitter")
    assert fitter.post(f"/cases/job/{case.no}/begin", {}, key="b")[0] == 200
    perform(
        "assign",
        actor=world.actor("desk"),
        at=timezone.now(),
        case=case,
        data={"assignee": world.staff["steward2"].number},
    )
    assert fitter.get(f"/cases/{case.no}")[0] == 404

    status, taken = fitter.post(f"/cases/job/{case.no}/begin", {}, key="b")
    assert (status, taken["step"]) == (200, "begin")
    assert fitter.post(f"/cases/job/{case.no}/begin", {}, key="c")[0] == 404


@pytest.mark.parametrize("key", ["x" * 121, "a\tb"])
def test_a_key_that_would_be_cut_is_refused(desk, key):
    assert desk.post("/cases/job", LEAK, key=key)[0] == 400
    assert Case.objects.count() == 0


def test_a_file_is_sent_first_then_named(world, desk):
    case = a_case(world, "job", "doing", at=NOW)
    headers = {"Authorization": f"Bearer {desk.token}"}
    answer = desk.client.post("/api/v1/files", {"file": SimpleUploadedFile("x.png", PNG)}, headers=headers)
    sent = answer.json()
    assert (answer.status_code, sent["mime"]) == (201, "image/png")
    assert desk.post(f"/cases/job/{case.no}/finish", {"photo": sent["id"]})[0] == 200
    line = desk.get(f"/cases/{case.no}")[1]["journal"][-1]
    assert line["files"] == [sent["id"]]

    answer = desk.client.post("/api/v1/files", {"file": SimpleUploadedFile("x.png", b"MZ")}, headers=headers)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"file"})
    assert desk.client.post("/api/v1/files", {}, headers=headers).status_code == 422
    other = a_case(world, "job", "doing", at=NOW)
    assert desk.post(f"/cases/job/{other.no}/finish", {"photo": "1:x"})[0] == 422


def test_pages_by_key_name_each_case_once_whatever_comes_in_between(world, desk):
    numbers = {a_job(world).no for _ in range(7)}
    seen, cursor = [], ""
    while True:
        _status, found = desk.get("/cases", limit=2, cursor=cursor)
        seen += [one["no"] for one in found["items"]]
        cursor = found["next"]
        if cursor is None:
            break
        act(world, "open", kind="job", at=NOW + timedelta(days=1))
    assert len(seen) == len(set(seen)) and set(seen) == numbers
    assert desk.get("/cases", cursor="bm9uZQ==")[0] == 400
    assert desk.get("/cases", limit=0)[0] == desk.get("/cases", limit=101)[0] == 422


def test_filters_take_and_leave(world, desk):
    job, part = a_job(world, place="1-1-102"), a_case(world, "part", at=NOW)
    done = a_case(world, "job", "closed", at=NOW)
    old = a_case(world, "job", at=NOW - timedelta(days=30))

    def numbers(**query):
        status, found = desk.get("/cases", **query)
        assert status == 200
        return {one["no"] for one in found["items"]}

    assert part.no in numbers(kind="part") and job.no not in numbers(kind="part")
    assert numbers(place="1-1-102") == {job.no}
    assert done.no in numbers(open="false") and job.no not in numbers(open="false")
    assert numbers(state="closed") == {done.no}
    assert numbers(owner="S999") == numbers(site="none") == set()
    assert numbers(overdue="true") == {old.no}
    assert done.no not in numbers(order="due") and job.no in numbers(order="due")
    assert desk.get("/cases", order="colour")[0] == 400
    assert desk.get("/cases", q="\x00")[0] == 400


def test_only_what_the_customer_was_told_is_read_by_the_customer(world):
    case = a_job(world, customer=str(world.parties["fang"].pk), words="客厅滴水")
    perform("note", actor=world.actor("desk"), at=NOW + timedelta(hours=1), case=case, data={"note": "内部：难缠"})
    customer = Caller(world, "fang")
    status, whole = customer.get(f"/cases/{case.no}")
    assert status == 200
    assert "内部" not in customer.answer.content.decode()
    assert [line["step"] for line in whole["journal"]] == ["open"]


def test_answers_are_in_the_language_of_the_account(world, desk):
    chinese = desk.get("/cases/none")[1]["detail"]
    world.accounts["desk"].language = "en"
    world.accounts["desk"].save()
    assert desk.get("/cases/none")[1]["detail"] == "There is no such case." != chinese


@pytest.mark.parametrize("path", ["/cases", "/clocks", "/cases?order=due"])
def test_queries_do_not_grow_with_rows(world, desk, path):
    found = []
    for wanted in (1, 3, 50):
        while Case.objects.count() < wanted:
            a_job(world, customer=str(world.parties["fang"].pk))
        count, page = desk.queries(path.split("?")[0], limit=100, **({"order": "due"} if "due" in path else {}))
        found.append(count)
        assert len(page["items"]) >= wanted
    assert found[0] == found[1] == found[2], found
