"""Queries put together once a connection: on the road of every step Django's work on a statement outweighs the statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

MOST = 2000  # statements a connection keeps
_MARK = 9_000_000_000_000_000_000  # no row has such an id


@dataclass
class Statement:
    """A query as it was put together for a connection, with the place of each value, and how its rows are read."""

    compiler: Any
    sql: str
    params: list[Any]
    places: dict[str, list[int]]
    converters: Any = None
    build: Callable[[Any], Any] | None = None

    def run(self, values: dict[str, type], given: dict[str, Any]) -> list[tuple[Any, ...]]:
        params = list(self.params)
        for name, value in given.items():
            adapted = connection.ops.adapt_datetimefield_value(value) if values[name] is datetime else value
            for place in self.places[name]:
                params[place] = adapted
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            return cursor.fetchall()

    def converted(self, found: list[tuple[Any, ...]]) -> Iterable[Any]:
        if self.converters is None:
            self.converters = self.compiler.get_converters([one[0] for one in self.compiler.select])
        return self.compiler.apply_converters(found, self.converters) if self.converters else found


class Prepared:
    """A query of fixed form with named values: ids (`int`), moments (`datetime`) or texts (`str`), never None.

    `make` gets stand-ins for the values and returns a queryset: of `values_list` for `rows`, of instances for `objects`,
    which may have their related rows beside them. Both run the statement with the real values.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **values: type) -> None:
        self.make, self.values = make, values

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, converted as the queryset would; none where its condition can never hold."""
        statement, found = self._found(given)
        return [tuple(row) for row in statement.converted(found)] if found else []

    def objects(self, **given: Any) -> list[Any]:
        """The instances for these values, as the queryset would make them; none where its condition can never hold."""
        statement, found = self._found(given)
        if not found:
            return []
        build = statement.build = statement.build or _builder(statement.compiler)
        return [build(row) for row in statement.converted(found)]

    def _found(self, given: dict[str, Any]) -> tuple[Any, list[tuple[Any, ...]]]:
        try:
            statement = self._statement()
        except EmptyResultSet:
            return None, []
        return statement, statement.run(self.values, given)

    def _statement(self) -> Statement:
        kept: dict[Prepared, Statement] = connection.__dict__.setdefault("_prepared", {})
        if self not in kept:
            if len(kept) >= MOST:
                kept.clear()
            kept[self] = self._put_together()
        return kept[self]

    def _put_together(self) -> Statement:
        marks = {name: _stand_in(kind, number) for number, (name, kind) in enumerate(self.values.items())}
        compiler = self.make(**marks).query.get_compiler(connection=connection)
        sql, params = self._sql(compiler)
        places: dict[str, list[int]] = {}
        for name, mark in marks.items():
            adapted = connection.ops.adapt_datetimefield_value(mark) if isinstance(mark, datetime) else mark
            places[name] = [place for place, value in enumerate(params) if value == adapted]
            assert places[name], f"{name} is not in the statement: {sql}"
        return Statement(compiler, sql, list(params), places)

    def _sql(self, compiler: Any) -> tuple[str, Any]:
        sql, params = compiler.as_sql()
        return sql, params


def several(name: str, most: int) -> dict[str, type]:
    """The values of a query for up to so many ids."""
    return {f"{name}{n}": int for n in range(most)}


def padded(name: str, ids: Sequence[int], most: int) -> dict[str, int]:
    """One to `most` ids as the values of such a query; it names the first again where there are fewer."""
    assert 0 < len(ids) <= most
    return {f"{name}{n}": pk for n, pk in enumerate([*ids, *[ids[0]] * (most - len(ids))])}


class Counted(Prepared):
    """How many rows such a query finds; `make` bounds them by a slice."""

    def count(self, **given: Any) -> int:
        _statement, found = self._found(given)
        return int(found[0][0]) if found else 0

    def _sql(self, compiler: Any) -> tuple[str, Any]:
        sql, params = super()._sql(compiler)
        return f"SELECT COUNT(*) FROM ({sql}) counted", params


def _builder(compiler: Any) -> Callable[[Any], Any]:
    """How a row of a query becomes an instance with its related ones, as Django's own querysets do it."""
    info, select, alias = compiler.klass_info, compiler.select, connection.alias
    model, (first, *_others, last) = info["model"], info["select_fields"]
    names = [one[0].target.attname for one in select[first : last + 1]]
    related = get_related_populators(info, select, alias)  # type: ignore[call-arg]  # stubs of a later Django

    def build(row: Any) -> Any:
        made = model.from_db(alias, names, row[first : last + 1])
        for one in related:
            one.populate(row, made)
        return made

    return build


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
