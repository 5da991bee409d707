from __future__ import annotations

import pytest

from tests.stories.teller import Story


@pytest.fixture
def story(world, monkeypatch):
    told = Story(world, monkeypatch)
    yield told
    told.end()
