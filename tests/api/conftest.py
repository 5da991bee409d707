"""The edge's clock stands at a Monday morning, whatever day the tests are run on."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.world import at


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-23 11:00"))
