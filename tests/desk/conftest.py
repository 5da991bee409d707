"""Somebody at the desk: a client signed in, at a moment that the test chooses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shouwen.ground.models import Account
from tests.moments import Moment
from tests.world import MONDAY, World


@pytest.fixture
def moment(monkeypatch) -> Moment:
    """Monday ten o'clock, and one hour more."""
    found = Moment(MONDAY + timedelta(hours=1))
    monkeypatch.setattr(timezone, "now", lambda: found.at)
    return found


@pytest.fixture
def visit(world: World, moment: Moment) -> Callable[..., Client]:
    """A client signed in as one of the cast, in a language."""

    def as_somebody(name: str, *, language: str = "zh-hans") -> Client:
        account = world.accounts[name]
        Account.objects.filter(pk=account.pk).update(language=language)
        client = Client()
        client.force_login(account)
        return client

    return as_somebody
