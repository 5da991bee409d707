"""Queries put together once a connection: on the road of every step Django's work on a statement outweighs the statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

MOST = 2000  # statements a connection keeps
_MARK = 9_000_000_000_000_000_000  # no row has such an id


class Prepared:
    """A query of fixed form with named values: ids (`int`), moments (`datetime`) or texts (`str`), never None.

    `make` gets stand-ins for the values and returns a `values_list` queryset; `rows` runs the statement with the real ones.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **values: type) -> None:
        self.make, self.values = make, values

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, converted as the queryset would."""
        compiler, found = self._asked(given)
        return list(compiler.results_iter(results=[found], tuple_expected=True)) if found else []

    def _asked(self, given: dict[str, Any]) -> tuple[Any, list[tuple[Any, ...]]]:
        compiler, sql, params, places = self._statement()
        for name, value in given.items():
            adapted = connection.ops.adapt_datetimefield_value(value) if self.values[name] is datetime else value
            for place in places[name]:
                params[place] = adapted
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return compiler, cursor.fetchall()

    def _statement(self) -> tuple[Any, str, list[Any], dict[str, list[int]]]:
        kept: dict[Prepared, Any] = connection.__dict__.setdefault("_prepared", {})
        if self not in kept:
            if len(kept) >= MOST:
                kept.clear()
            kept[self] = self._put_together()
        compiler, sql, params, places = kept[self]
        return compiler, sql, list(params), places

    def _put_together(self) -> tuple[Any, str, list[Any], dict[str, list[int]]]:
        marks = {name: _stand_in(kind, number) for number, (name, kind) in enumerate(self.values.items())}
        compiler = self.make(**marks).query.get_compiler(connection=connection)
        sql, params = self._sql(compiler)
        places: dict[str, list[int]] = {}
        for name, mark in marks.items():
            adapted = connection.ops.adapt_datetimefield_value(mark) if isinstance(mark, datetime) else mark
            places[name] = [place for place, value in enumerate(params) if value == adapted]
            assert places[name], f"{name} is not in the statement: {sql}"
        return compiler, sql, list(params), places

    def _sql(self, compiler: Any) -> tuple[str, Any]:
        sql, params = compiler.as_sql()
        return sql, params


class Counted(Prepared):
    """How many rows such a query finds; `make` bounds them by a slice."""

    def count(self, **given: Any) -> int:
        try:
            _compiler, ((found,),) = self._asked(given)
        except EmptyResultSet:
            return 0
        return int(found)

    def _sql(self, compiler: Any) -> tuple[str, Any]:
        sql, params = super()._sql(compiler)
        return f"SELECT COUNT(*) FROM ({sql}) counted", params


def _stand_in(kind: type, number: int) -> Any:
    if kind is datetime:
        return datetime(9990, 1, 1 + number, tzinfo=UTC)
    return _MARK + number if kind is int else f"~{_MARK + number}"


def columns_of(model: type[Model], *only: str) -> list[str]:
    """Every column of a model, or those named, in the order in which instances are made of them."""
    return [field.attname for field in model._meta.concrete_fields if not only or field.attname in only]


def instances(model: type[Any], rows: list[tuple[Any, ...]], read: Sequence[str] = ()) -> list[Any]:
    """Model instances from rows of all its columns, or of some as `columns_of` orders them."""
    names = read or columns_of(model)
    return [model.from_db(connection.alias, names, row) for row in rows]
