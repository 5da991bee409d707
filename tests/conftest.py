"""What every test has: no network but this machine, an empty rulebook memory, and the cast."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import hypothesis
import pytest
from django.db import connection

from shouwen.ground import ids
from shouwen.kernel import rulebook
from tests import databases, tamper, template
from tests.world import World, build

tamper.empty_between_tests()
AHEAD_MS = 500_000_000_000  # later than any moment at which the tests run, so that the count goes on from here
ALLOWED = ("127.0.0.1", "::1", "localhost")
hypothesis.settings.register_profile("suite", deadline=None, print_blob=True)
hypothesis.settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="postgresql: on a scratch server of the run's own",
    )


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    databases.choose(config, items, vendor=connection.vendor)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """The test database, copied from one migrated before; it goes with the run's own folder or server."""
    with django_db_blocker.unblock():
        template.set_up()


@pytest.fixture(autouse=True)
def this_machine_only(monkeypatch):
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(call):
        def only_here(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ALLOWED:
                raise AssertionError(f"a test reached for the network: {address}")
            return call(self, address)

        return only_here

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))


@pytest.fixture(autouse=True)
def forgetful_rulebook():
    rulebook.forget()
    yield
    rulebook.forget()


@pytest.fixture(scope="session")
def testdata() -> Path:
    """The folder with published cases and real logs; tests that want them are skipped where it is not given."""
    folder = os.environ.get("SHOUWEN_TESTDATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SHOUWEN_TESTDATA names no folder: the published cases and real logs are not here")
    return Path(folder).resolve()


@pytest.fixture
def world(db, same_ids) -> World:
    """A community of two buildings with offices, staff and customers."""
    return template.cast(build)


@pytest.fixture
def same_ids(monkeypatch):
    """Every test counts its rows' ids from the same number: the cast is the same cast, questions put once stay put."""
    monkeypatch.setattr(ids, "_last_ms", AHEAD_MS)
    monkeypatch.setattr(ids, "_shard", 0)
    monkeypatch.setattr(ids, "_count", 0)
