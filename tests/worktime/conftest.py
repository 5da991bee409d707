"""The machine's own zone must not matter: what is marked `anywhere` runs as if in Shanghai's own zone and in New York."""

from __future__ import annotations

import os
import time

import pytest


@pytest.fixture(params=["UTC", "America/New_York"])
def anywhere(request, monkeypatch):
    """Runs a test twice, the second time on a machine whose clock stands in New York."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()
