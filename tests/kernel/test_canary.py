"""One word in every field of every kind: a stranger visits every surface, and the word is never there.

Sizes and counts are those of a day on which the case did not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from shouwen.kernel import exports, indexing, outbox, webhooks
from shouwen.kernel.asks import form_for
from shouwen.kernel.models import Attachment, Case, Notice, Outbox
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from tests.api.caller import Caller
from tests.support import a_case, act, somebody
from tests.world import MONDAY, World, at

CANARY = "金丝雀"
STRANGERS = ("elsewhere", "nobody", "zeng")
NAMES = sorted(kinds)


@pytest.fixture(autouse=True)
def morning(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-23 11:00"))


def text_words(world: World, step: Any, case: Case | None) -> dict[str, Any]:
    """The canary as the answer to everything that takes words."""
    from django import forms

    actor = world.actor(somebody(world, step, case, at=MONDAY))
    form = form_for(step, actor=actor, case=case)
    return {
        word: CANARY
        for word, field in form.fields.items()
        if isinstance(field, forms.CharField) and word != "clock" and not is_code(step, word, field)
    }


def is_code(step: Any, word: str, field: Any) -> bool:
    """A short fact that clocks read, such as the seed of a draw: no place for anybody's words."""
    return word in step.kind.facts and (field.max_length or 4000) <= 60


def planted(world: World, name: str) -> Case:
    """A case of the first building whose every text field, note and file name holds the canary."""
    kind = kinds[name]
    case = a_case(
        world, name, at=MONDAY, **text_words(world, kind.steps["open"], None), customer=str(world.parties["fang"].pk)
    )
    case = act(world, "note", case, at=MONDAY, note=CANARY)
    for step in kind.steps.values():
        if case.state in step.frm and step.to == "same" and "photo" not in step.words:
            try:
                case = act(world, step.name, case, at=MONDAY, **text_words(world, step, case))
            except (Refusal, AssertionError):
                continue
    _fill(case)
    outbox.drain("canary", at=MONDAY)
    indexing.index_case(case, at=MONDAY)
    return case


def _fill(case: Case) -> None:
    """Columns that no step of an open case reached hold it too: what is hidden must be hidden by rule, not by emptiness."""
    sheet = case.sheet
    for field in sheet._meta.concrete_fields:
        if isinstance(field, models.TextField) or (type(field) is models.CharField and not field.choices):
            setattr(sheet, field.name, CANARY[: getattr(field, "max_length", None) or 60])
    sheet.save()
    Case.objects.filter(pk=case.pk).update(title=CANARY)


def addresses(case: Case) -> list[str]:
    """Every page without an answer of its own, and every page of the case, read off the list of addresses."""
    attachment = Attachment.objects.filter(case=case).first()
    fill = {
        "no": case.no, "kind": case.kind, "step": "open", "pk": attachment.pk if attachment else 1, "key": "job.quick",
        "form": case.spec.prints[0].key if case.spec.prints else "x",
    }  # fmt: skip
    found = []
    for pattern in get_resolver("shouwen.desk.urls").url_patterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        if set(names) <= set(fill):
            path = str(pattern.pattern)
            for name in names:
                for kind in ("str", "slug", "int"):
                    path = path.replace(f"<{kind}:{name}>", str(fill[name]))
            found.append(f"/{path}")
    return sorted({*found, f"/cases/{case.no}/note", f"/intake/{case.kind}/open"})


def searches() -> list[str]:
    return [f"/lookup?q={CANARY}", f"/cases?q={CANARY}", f"/lookup?q={CANARY[:2]}"]


def visit(world: World, who: str, paths: list[str]) -> Iterator[tuple[str, int, str]]:
    client = Client()
    client.force_login(world.accounts[who], backend="django.contrib.auth.backends.ModelBackend")
    for path in paths:
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield path, answer.status_code, body.decode("utf-8", "replace")


def api_paths(case: Case) -> list[str]:
    return ["/me", "/cases", f"/cases/{case.no}", f"/cases?q={CANARY}", "/clocks", "/clocks?overdue=true", "/registers"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_meets_the_word_nowhere(world, name, who):
    case = planted(world, name)
    caller = Caller(world, who)
    for path, status, body in visit(world, who, [*addresses(case), *searches()]):
        echoed = body.replace(f'value="{CANARY}"', "").replace(f'value="{CANARY[:2]}"', "")
        asked = path.startswith("/lookup") or "?q=" in path  # the box shows what was typed into it
        if not asked:
            assert CANARY not in body, path
            assert case.no not in body or status == 404, path
        assert f"/cases/{case.no}" not in echoed or status == 404, path
        if path.startswith(f"/cases/{case.no}"):
            assert status in (404, 405), path  # a step's address is for sending only, whoever asks
    for path in api_paths(case):
        status, found = caller.get(path)
        assert CANARY not in json.dumps(found, ensure_ascii=False), path
        assert case.no not in json.dumps(found), path
    poster = Client()
    poster.force_login(world.accounts[who], backend="django.contrib.auth.backends.ModelBackend")
    answer = poster.post(f"/cases/{case.no}/note", {"note": "?"})
    assert (answer.status_code, CANARY in answer.content.decode()) == (404, False)
    with pytest.raises(Refusal):
        exports.export(world.org, actor=world.actor(who), at=MONDAY, reason="看看")


@pytest.mark.parametrize("who", STRANGERS)
def test_counts_and_sizes_are_those_of_a_day_without_the_case(world, who):
    paths = ["/", "/cases", "/promises", "/notices", *searches()]
    before = {path: (status, len(body)) for path, status, body in visit(world, who, paths)}
    api = {path: Caller(world, who).get(path) for path in ("/cases", "/clocks", f"/cases?q={CANARY}")}
    for name in NAMES:
        planted(world, name)

    after = {path: (status, len(body)) for path, status, body in visit(world, who, paths)}

    assert after == before
    assert {path: Caller(world, who).get(path) for path in api} == api


@pytest.mark.parametrize("name", NAMES)
def test_notices_webhooks_and_the_outbox_carry_no_words(world, name):
    webhooks.add("https://example.invalid/x", "*", actor=world.actor("manager"), at=MONDAY)
    case = planted(world, name)

    assert Notice.objects.filter(case=case).exists() or not case.spec.steps["open"].tells
    for notice in Notice.objects.all():
        assert CANARY not in json.dumps(notice.words, ensure_ascii=False)
    for message in Outbox.objects.filter(topic="webhook").select_related("entry"):
        facts = webhooks.body_of(message.entry, case.no, case.kind).decode()
        assert CANARY not in facts


@pytest.mark.parametrize("name", NAMES)
def test_the_customer_reads_no_internal_word(world, name):
    case = planted(world, name)
    act(world, "note", case, at=MONDAY, note="内部：金丝雀笼")
    status, whole = Caller(world, "fang").get(f"/cases/{case.no}")
    assert status == (200 if case.party_id else 404)
    assert "笼" not in json.dumps(whole, ensure_ascii=False)
    for path, _status, body in visit(world, "fang", [f"/cases/{case.no}", "/cases", "/"]):
        assert "金丝雀笼" not in body, path
