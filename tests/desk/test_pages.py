"""Every page in both languages, for every kind of the registry; nothing here names a process."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from shouwen.kernel.access import visible_to
from shouwen.kernel.kinds import GIVEN_UP, WITHDRAWN
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.registry import kinds
from tests.support import a_case, act, answers, route, somebody, split_files
from tests.world import MONDAY

NAMES = sorted(kinds)
LANGUAGES = ("zh-hans", "en")
PAGES = (
    "/",
    "/intake",
    "/cases",
    "/cases?view=all",
    "/cases?q=电梯",
    "/notices",
    "/lookup",
    "/lookup?q=0284",
    "/lookup?q=无此",
)


class Read(HTMLParser):
    """What of a page tests look at: ids, labels, controls, headings, links and forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(found["id"])

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]


def check(html: str, language: str) -> Read:
    """What holds on every page: its language, one heading, unique ids, a label for every field, nothing inline."""
    page = Read(html)
    assert page.all("html")[0]["lang"] == ("en" if language == "en" else "zh-Hans")
    assert len(page.all("h1")) == 1
    twice = {one for one in page.ids if page.ids.count(one) > 1}
    assert not twice, f"ids stand twice: {twice}"
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for field in page.all("input", "textarea", "select"):
        if field.get("type") != "hidden" and field.get("name") not in (None, "no", "column", "shared"):
            assert field.get("aria-label") or field.get("id") in labelled, f"no label: {field}"
    for _tag, attrs in page.tags:
        assert "style" not in attrs and not [name for name in attrs if name.startswith("on")]
        for name in (attrs.get("class") or "").split():
            assert name.startswith("sw-") or name in TABLER, f"class {name!r} is neither ours nor Tabler's"
    assert "{{" not in html and "{%" not in html
    return page


TABLER = set(
    "btn btn-primary btn-quiet btn-lg form-control form-select form-label form-check-input ms-auto visually-hidden mt-1 mt-2 mt-3 mb-0 mb-1 w-100".split()
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_answer_with_nothing_in_them(visit, language):
    client = visit("supervisor", language=language)
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 200, path
        check(response.content.decode(), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_answer_with_cases_in_them(world, visit, moment, language):
    for name in NAMES:
        a_case(world, name)
    for who in ("supervisor", "steward1", "desk", "director", "engineering", "fang"):
        client = visit(who, language=language)
        for path in PAGES:
            response = client.get(path, follow=True)
            assert response.status_code == 200, path
            check(response.content.decode(), language)


@pytest.mark.parametrize("name", NAMES)
def test_the_case_page_in_every_state_and_language(world, visit, moment, name):
    for state in (*kinds[name].states, WITHDRAWN, GIVEN_UP):
        case = a_case(world, name, state)
        moment.at = max(moment.at, case.folded_at)
        moment.go(hours=1)
        seen = 0
        for who in ("supervisor", "director", "steward1", "desk", "engineering"):
            if not visible_to(world.actor(who, at=moment.at)).filter(pk=case.pk).exists():
                continue
            seen += 1
            language = LANGUAGES[seen % 2]
            response = visit(who, language=language).get(f"/cases/{case.no}")
            assert response.status_code == 200
            html = response.content.decode()
            assert case.no in html
            check(html, language)
        assert seen >= 1, f"nobody of these sees a {name} that is {state}"


@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_open_has_its_form_and_is_taken_on_the_intake_page(world, visit, moment, name):
    for step in kinds[name].openers():
        who = somebody(world, step, None, at=moment.at)
        if who == "system" or "place" not in step.words:
            continue
        actor = world.actor(who, at=moment.at)
        client = visit(who)
        page = client.get(f"/intake?kind={name}.{step.name}")
        assert page.status_code == 200
        check(page.content.decode(), "zh-hans")
        data = answers(step, world=world, actor=actor, case=None, at=moment.at)
        parts = split_files(data)
        before = Case.objects.filter(kind=name).count()
        response = client.post(
            "/intake",
            {**sent(parts["data"]), **parts["files"], "kind": f"{name}.{step.name}", "_do": "save", "_key": step.name},
        )
        assert response.status_code == 302, said(response)
        assert Case.objects.filter(kind=name).count() == before + 1
        assert client.get(response["Location"], follow=True).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_led_to_its_end_on_its_page(world, visit, moment, name):
    spec = kinds[name]
    way = route(spec, spec.final[0])
    case = act(world, way[0].name, kind=name, at=MONDAY)
    for step in way[1:]:
        moment.go(minutes=10)
        who = somebody(world, step, case, at=moment.at)
        if who == "system":
            case = act(world, step.name, case, who=who, at=moment.at)
            continue
        actor, client = world.actor(who, at=moment.at), visit(who)
        page = Read(client.get(f"/cases/{case.no}").content.decode())
        assert f"/cases/{case.no}/{step.name}" in [form.get("action") for form in page.all("form")]
        parts = split_files(answers(step, world=world, actor=actor, case=case, at=moment.at))
        data = {**sent(parts["data"]), **parts["files"], "_rev": case.rev, "_key": f"{step.name}-{case.rev}"}
        response = client.post(f"/cases/{case.no}/{step.name}", data)
        assert response.status_code == 302, said(response)
        case = Case.objects.get(pk=case.pk)
    assert case.state == spec.final[0]


def sent(data: dict[str, Any]) -> dict[str, Any]:
    """Answers as a form sends them: those of several parts whole."""
    return {word: json.dumps(value) if isinstance(value, dict | list) else value for word, value in data.items()}


def said(response) -> str:
    """The refusal on a page, for a failing test to show."""
    html = response.content.decode()
    return " ".join(
        re.sub(r"<[^>]+>", " ", part) for part in re.findall(r"role=\"alert\">(.*?)</(?:p|div)>", html, re.S)
    )


def test_strangers_learn_nothing(world, visit, moment):
    for name in NAMES:
        case = a_case(world, name)
        step = next(iter(case.spec.steps.values())).name
        for who in ("elsewhere", "nobody"):
            client = visit(who)
            for path in ("", "/here", "/files/1", "/print/complaint_form"):
                assert client.get(f"/cases/{case.no}{path}").status_code == 404, (name, who, path)
            assert client.post(f"/cases/{case.no}/{step}", {}).status_code == 404
            for path in ("/cases?view=all", f"/lookup?q={case.no}", "/", "/notices", f"/intake?_done={case.no}"):
                html = client.get(path).content.decode()
                assert f"/cases/{case.no}" not in html, (name, who, path)


@pytest.mark.parametrize("path", ["/", "/cases", "/cases/X1", "/intake", "/notices", "/lookup?q=1"])
def test_who_is_not_signed_in_signs_in_and_comes_back(world, moment, path):
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in?next=")
    assert Client().get(response["Location"]).status_code == 200


def test_a_form_sent_after_the_sign_in_ran_out_comes_back_to_its_page(world, moment):
    case = a_case(world, NAMES[0])
    response = Client().post(
        f"/cases/{case.no}/note", {"note": "x"}, headers={"Referer": f"http://testserver/cases/{case.no}?step=note"}
    )
    assert response["Location"] == f"/sign-in?next=%2Fcases%2F{case.no}%3Fstep%3Dnote"
    assert (
        Client().post(f"/cases/{case.no}/note", headers={"Referer": "https://elsewhere.invalid/x"})["Location"]
        == "/sign-in?next=%2F"
    )
    part = Client().get("/notices/bell", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/cases"})
    assert part["HX-Redirect"] == "/sign-in?next=%2Fcases"


def test_a_wrong_password_gets_a_sentence_and_keeps_the_name(world, moment):
    response = Client().post("/sign-in", {"username": "desk", "password": "wrong", "next": "/cases"})
    html = response.content.decode()
    assert (
        response.status_code == 422 and 'role="alert"' in html and 'value="desk"' in html and 'value="/cases"' in html
    )
    right = Client().post("/sign-in", {"username": "desk", "password": "story-of-a-day", "next": "/cases"})
    assert right["Location"] == "/cases"
    away = Client().post(
        "/sign-in", {"username": "desk", "password": "story-of-a-day", "next": "https://elsewhere.invalid/"}
    )
    assert away["Location"] == "/"


def test_nothing_was_recorded_by_looking(world, visit, moment):
    case = a_case(world, NAMES[0])
    before = Entry.objects.count()
    client = visit("supervisor")
    for path in (*PAGES, f"/cases/{case.no}", f"/cases/{case.no}/here?rev=1"):
        client.get(path)
    assert Entry.objects.count() == before
