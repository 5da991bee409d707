"""Chromium at the desk: a server of the test's own, people at pages, and every complaint of the browser caught."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shouwen.ground.models import Account
from shouwen.kernel.indexing import index_party
from tests.moments import Moment
from tests.world import MONDAY, World, build

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's own loop runs in the thread of the test
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
ASSETS = ROOT / "src" / "shouwen" / "desk" / "static" / "vendor" / "tabler.css"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests; skipped in words where there is none."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: the browser tests are not run (Debian: apt-get install chromium)")
    if not ASSETS.exists():
        pytest.skip("the screens' assets are not built: the browser tests are not run (make assets)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def moment(monkeypatch) -> Moment:
    """Monday, eleven o'clock."""
    found = Moment(MONDAY + timedelta(hours=1))
    monkeypatch.setattr(timezone, "now", lambda: found.at)
    return found


@pytest.fixture
def world(transactional_db) -> World:
    """The cast, with customers who can be found."""
    made = build()
    for party in made.parties.values():
        index_party(party.pk, at=MONDAY)
    return made


Sit = Callable[..., Any]


@pytest.fixture
def sit(chromium, live_server, world, moment) -> Iterator[Sit]:
    """Sits somebody down before a page; at the end no browser may have complained, of the content policy least of all."""
    contexts, complaints = [], []

    def down(
        name: str = "",
        *,
        language: str = "zh-hans",
        width: int = 1280,
        height: int = 800,
        script: bool = True,
        **more: Any,
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, base_url=live_server.url, locale="zh-CN",
            timezone_id="Asia/Shanghai", **more,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
        if name:
            Account.objects.filter(username=name).update(language=language)
            context.add_cookies([{"name": "sessionid", "value": session(name), "url": live_server.url}])
        page = context.new_page()
        page.on(
            "console",
            lambda told: complaints.append(told.text) if told.type == "error" and not expected(told.text) else None,
        )
        page.on(
            "response",
            lambda got: (
                complaints.append(f"{got.status} {got.url}") if got.status >= 500 or got.status == 404 else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield down
    for context in contexts:
        context.close()
    assert complaints == []


def expected(text: str) -> bool:
    """A refusal answers 409 or 422, and Chromium writes that down as an error; it is none."""
    return "status of 409" in text or "status of 422" in text


def session(name: str) -> str:
    client = Client()
    client.force_login(Account.objects.get(username=name))
    return client.cookies["sessionid"].value
