"""A caller of the API: a token of somebody of the cast, JSON in and out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouwen.kernel import tokens
from shouwen.kernel.models import Token
from tests.world import World

PROBLEM = "application/problem+json"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Caller:
    """`caller.get("/cases")` returns status and JSON."""

    def __init__(self, world: World, who: str) -> None:
        row, self.token = tokens.make(world.accounts[who], name="test", at=LONG_AGO)
        Token.objects.filter(pk=row.pk).update(used_at=timezone.now())
        self.client = Client(raise_request_exception=True)

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        data = json.dumps(body) if body is not None and not isinstance(body, (bytes, str)) else body or b""
        answer = self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=headers, query_params=query or None
        )
        self.answer = answer
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == PROBLEM, answer.content[:300]
        return answer.status_code, json.loads(answer.content) if answer.content else None

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        return self.send("GET", path, **query)

    def post(self, path: str, body: Any = None, *, key: str = "") -> tuple[int, Any]:
        return self.send("POST", path, {} if body is None else body, key=key)

    def queries(self, path: str, **query: Any) -> tuple[int, Any]:
        """How many queries a list takes, and what it answers."""
        self.get(path, **query)  # what is remembered between requests is remembered now
        with CaptureQueriesContext(connection) as caught:
            _status, found = self.get(path, **query)
        return len(caught), found
