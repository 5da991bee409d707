"""The OpenAPI text: a change of it is visible in the diff, each step has one operation, and the answers keep to it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shouwen.api.urls import api
from shouwen.kernel.registers import registers
from shouwen.kernel.registry import kinds
from tests.api.caller import PROBLEM, Caller
from tests.support import a_case
from tests.world import at

SNAPSHOT = Path(__file__).with_name("openapi.json")
SAMPLES = ("job", "part")
TEXT = api.get_openapi_schema()


def published() -> dict:
    """The text without the sample kinds of the tests."""
    found = json.loads(json.dumps(TEXT, default=str))
    found["paths"] = {
        path: what for path, what in found["paths"].items() if path.split("/")[4:5] not in [[kind] for kind in SAMPLES]
    }
    return found


def test_the_text_is_the_one_on_record():
    """After a wanted change: SHOUWEN_SNAPSHOT=1 pytest tests/api/test_contract.py writes it anew."""
    text = json.dumps(published(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("SHOUWEN_SNAPSHOT"):
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text


def test_it_is_openapi_3_1_and_served(client):
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json()["openapi"][:3]) == (200, "3.1")


def operations() -> dict[str, dict]:
    return {one["operationId"]: {"path": path, **one} for path, ways in TEXT["paths"].items() for one in ways.values()}


def test_each_step_of_each_kind_has_exactly_one_operation():
    ids = [one["operationId"] for ways in TEXT["paths"].values() for one in ways.values()]
    assert len(ids) == len(set(ids))
    for kind in kinds.values():
        for step in kind.steps.values():
            path = operations()[f"{kind.key}_{step.name}"]["path"]
            tail = ("" if step.name == "open" else f"/{step.name}") if step.opens else f"/{{no}}/{step.name}"
            assert path == f"/api/v1/cases/{kind.key}{tail}"


def test_each_register_is_read_added_to_and_edited():
    for register in registers.values():
        wanted = {"list", "read", "journal", "add", "edit"}
        wanted |= {"remove"} if register.removable else set()
        wanted |= {"look"} if register.sensitive else set()
        assert {f"{register.name}_{what}" for what in wanted} <= set(operations())


def test_each_operation_says_how_it_fails():
    for name, one in operations().items():
        for status in ("400", "401", "403", "404", "422"):
            answer = one["responses"][status]["content"][PROBLEM]["schema"]
            assert answer == {"$ref": "#/components/schemas/Problem"}, name


def test_each_step_asks_what_its_form_asks():
    for kind in kinds.values():
        for step in kind.steps.values():
            body = operations()[f"{kind.key}_{step.name}"]["requestBody"]["content"]["application/json"]["schema"]
            assert body["required"] == list(step.asks)
            assert set(step.words) <= set(body["properties"])
            assert body["additionalProperties"] is False


CHECKS = [
    status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance,
    schemathesis.checks.not_a_server_error,
]  # fmt: skip


@pytest.fixture
def kept_open():
    """The test's own database connection outlives each request, as with Django's test client."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@cache
def schema():
    """The text with the application behind it, read once a process: reading it costs more than asking."""
    from shouwen.project.wsgi import application

    read = schemathesis.openapi.from_dict(TEXT)
    read.app = application
    read.config.update(base_url="http://testserver/")
    return read


@pytest.mark.parametrize("name", sorted(operations()))
def test_whatever_is_sent_is_answered_as_written(world, kept_open, name):
    """Made-up requests, the same ones every time: no server error, and each answer is one that the text allows."""
    caller = Caller(world, "manager" if "webhook" in name else "supervisor")
    a_case(world, "job", at=at("2026-11-23 10:00"), customer=str(world.parties["fang"].pk))
    operation = schema().find_operation_by_id(name)

    @given(case=operation.as_strategy())
    @settings(
        max_examples=4, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def run(case):
        answer = case.call(headers={"Authorization": f"Bearer {caller.token}"}, app=schema().app)
        case.validate_response(answer, checks=CHECKS)

    run()
