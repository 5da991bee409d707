"""The handbook page: every clause with what enforces it, its figure and decision; kinds as declared; the book."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import translation

from shouwen.desk import book
from shouwen.kernel import figures, handbook
from shouwen.kernel.handbook import clauses
from shouwen.kernel.registry import kinds
from tests.papers import pages_of
from tests.support import act
from tests.world import MONDAY


def test_every_clause_lies_in_one_chapter_and_has_its_words(world, client):
    client.force_login(world.accounts["desk"])
    text = client.get("/handbook").content.decode()
    assert [one.id for one in clauses() if f'href="/handbook/{one.id}"' not in text] == []
    assert sum(len(chapter.clauses) for chapter in book.chapters()) == len(clauses())
    assert book.chapter_of("S6-12.07") == "S6-12"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_clause_has_a_page_that_names_its_enforcers_in_words(world, client, language):
    world.accounts["manager"].language = language
    world.accounts["manager"].save()
    client.force_login(world.accounts["manager"])
    for one in clauses()[::4]:
        page = client.get(f"/handbook/{one.id}")
        enforced = page.context["enforced"]
        assert (page.status_code, len(enforced) > 0) == (200, bool(one.enforced_by))
        assert [e for e in enforced if "." in e.label and e.sort not in ("policy", "code")] == []


def test_a_step_a_promise_a_rule_and_a_policy_are_linked(world):
    with translation.override("zh-hans"):
        found = book.enforcers(
            next(one for one in clauses() if one.id == "S6-12.07"), org_id=world.org.pk, at=MONDAY, may_settings=True
        )
    sorts = {one.sort: one for one in found}
    assert {"step", "promise", "rule", "policy"} <= set(sorts)
    assert sorts["promise"].href == "/handbook/kinds/complaint#promise-minor"
    assert "24 小时" in sorts["promise"].more
    assert sorts["policy"].href == "/settings/policies/complaint.minor"


def test_live_figure_is_the_clauses_own_by_building(world, client):
    for unit in ("1-1-101", "2-1-101"):
        case = act(world, "open", kind="enquiry", who="desk", at=MONDAY, place=unit)
        act(world, "reply", case, who="desk", at=MONDAY + timedelta(hours=1 if unit == "1-1-101" else 60))
    figures.fold_deltas(at=MONDAY)
    client.force_login(world.accounts["director"])
    standing = client.get("/handbook/S6-1.11").context["standing"]
    assert (standing.total.counts["kept"], standing.total.counts["late"]) == (1, 1)
    assert {row.label: row.share for row in standing.buildings} == {"1 栋": 100.0, "2 栋": 0.0}
    assert client.get("/handbook/S6-2.21").context["standing"] is None


def test_search_finds_words_and_numbers_and_says_when_there_is_nothing(world, client):
    client.force_login(world.accounts["desk"])
    found = client.get("/handbook", {"q": "24"}).context["rows"]
    assert "S6-12.07" in [line["clause"].id for _chapter, lines in found for line in lines]
    page = client.get("/handbook", {"q": "没有这样的话"})
    assert (page.context["count"], "看整本手册" in page.content.decode()) == (0, True)


def test_decisions_on_contradictions_are_shown(world, client):
    client.force_login(world.accounts["desk"])
    one = next(one for one in clauses() if one.decision_zh)
    assert one.decision_zh in client.get(f"/handbook/{one.id}").content.decode()
    assert one.decision_zh in client.get("/handbook").content.decode()


def test_every_kind_is_told_as_it_is_declared(world, client):
    client.force_login(world.accounts["desk"])
    for kind in kinds.values():
        if kind.__module__.startswith("shouwen."):
            page = client.get(f"/handbook/kinds/{kind.key}")
            text = page.content.decode()
            assert [name for name in kind.steps if f'id="step-{name}"' not in text] == []
            assert [name for name in kind.commitments if f'id="promise-{name}"' not in text] == []


def test_book_holds_every_clause_on_numbered_pages(world, client, pango):
    client.force_login(world.accounts["desk"])
    pages = pages_of(client.get("/handbook", {"format": "pdf"}).content)
    text = "".join(pages)
    assert [one.id for one in clauses() if one.id not in text] == []
    assert f"第{len(pages)}页，共{len(pages)}页" in pages[-1]
    assert client.get("/handbook", {"format": "paper"}).status_code == 200


@pytest.mark.parametrize("path", ["/handbook", "/handbook/S6-12.07", "/handbook/kinds/complaint"])
def test_customers_find_no_handbook_and_strangers_are_asked_who_they_are(world, client, path):
    assert client.get(path).url.startswith("/sign-in")
    client.force_login(world.accounts["fang"])
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/handbook/S6-99.99", "/handbook/kinds/moon", "/handbook/kinds"])
def test_what_is_not_there_is_not_there(world, client, path):
    client.force_login(world.accounts["desk"])
    assert client.get(path).status_code == 404


def test_every_chapter_that_has_a_clause_has_a_title():
    assert [chapter.key for chapter in book.chapters() if not chapter.title] == []
    assert handbook.natural("S6-2.09") < handbook.natural("S6-12.01")


def test_no_clause_page_speaks_chinese_to_an_english_reader(world, client):
    world.accounts["desk"].language = "en"
    world.accounts["desk"].save()
    client.force_login(world.accounts["desk"])
    for path in ("/handbook", "/handbook/S6-12.07", "/handbook/kinds/complaint"):
        text = re.sub("(?s)<title>.*?</title>|顾南星|1 栋|2 栋", "", client.get(path).content.decode())
        assert re.findall("[一-鿿]+", text) == []
