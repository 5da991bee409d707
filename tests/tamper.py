"""What a falsifier with a database console could do: the journal's triggers taken away, rows changed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from shouwen.kernel import triggers


@contextmanager
def lifted() -> Iterator[None]:
    """No triggers inside, all of them again afterwards."""
    triggers.remove()
    try:
        yield
    finally:
        triggers.install()


def by_hand(statement: str, *values: Any) -> int:
    """Runs one SQL statement as a console would, triggers lifted; returns how many rows it met."""
    with lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def empty_between_tests() -> None:
    """Lets the test run empty the tables after a test that commits; `flush` puts the triggers back itself."""
    teardown = TransactionTestCase._fixture_teardown

    def without_triggers(self: TransactionTestCase) -> None:
        triggers.remove()
        teardown(self)

    TransactionTestCase._fixture_teardown = without_triggers  # type: ignore[method-assign]
