"""What every test has: no network but this machine, an empty rulebook memory, and the cast."""

from __future__ import annotations

import socket

import pytest
from django.db import connection

from shouwen.kernel import rulebook
from tests.world import World, build

ALLOWED = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def this_machine_only(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ALLOWED:
            raise AssertionError(f"a test reached for the network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def forgetful_rulebook():
    rulebook.forget()
    yield
    rulebook.forget()


def pytest_collection_modifyitems(items):
    vendor = "postgresql" if "postgresql" in str(connection.settings_dict["ENGINE"]) else "sqlite"
    other = {"sqlite": "postgresql_only", "postgresql": "sqlite_only"}[vendor]
    for item in items:
        if other in item.keywords:
            item.add_marker(pytest.mark.skip(reason=f"tells about the other database, not {vendor}"))


@pytest.fixture
def world(db) -> World:
    """A community of two buildings with offices, staff and customers."""
    return build()
