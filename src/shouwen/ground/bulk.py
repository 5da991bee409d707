"""Rows written by the hundred thousand: tuples in the database's own form, past the ORM, each table by its own columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from shouwen.ground.sealing import SealedField

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]
_ENCODER = DjangoJSONEncoder()


def _moment(value: datetime | None) -> str | None:
    """As Django writes a moment to SQLite."""
    return None if value is None else str(value.replace(tzinfo=None))


def _json(value: Any) -> str | None:
    return None if value is None else _ENCODER.encode(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


class Table:
    """How the rows of one model are put together: values by attribute name, defaults for the others."""

    def __init__(self, model: type[models.Model], vendor: str) -> None:
        self.model, self.name = model, model._meta.db_table
        fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
        self.columns = [str(field.column) for field in fields]
        self._parts = [(field.attname, _converter(field, vendor), _default(field)) for field in fields]

    def row(self, values: Mapping[str, Any]) -> Row:
        """One row; columns that are not named get their default."""
        made = []
        for name, convert, default in self._parts:
            value = values[name] if name in values else default()
            made.append(value if convert is None else convert(value))
        return tuple(made)

    def rows_of(self, instances: Iterable[models.Model]) -> list[Row]:
        made = []
        for one in instances:
            said = one.__dict__
            made.append(
                tuple(said[name] if convert is None else convert(said[name]) for name, convert, _default in self._parts)
            )
        return made


def _converter(field: models.Field[Any, Any], vendor: str) -> Convert | None:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, SealedField):
        return field.get_prep_value
    if vendor != "sqlite":
        return None
    if isinstance(field, models.DateTimeField):
        return _moment
    if isinstance(field, (models.DateField, models.TimeField)):
        return _text
    return _whole if isinstance(field, models.BooleanField) else None


def _default(field: models.Field[Any, Any]) -> Callable[[], Any]:
    return field.get_default


@cache
def table(model: type[models.Model]) -> Table:
    return Table(model, connection.vendor)


def write(model: type[models.Model], rows: list[Row]) -> None:
    """Inserts rows made by `table(model).row`, inside the transaction of whoever calls."""
    if not rows:
        return
    made = table(model)
    names = ", ".join(f'"{column}"' for column in made.columns)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * len(made.columns))
            cursor.connection.executemany(f'INSERT INTO "{made.name}" ({names}) VALUES ({marks})', rows)
            return
        with cursor.copy(f'COPY "{made.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


def save(model: type[models.Model], instances: Iterable[models.Model]) -> None:
    """Saves new model instances the quick way."""
    write(model, table(model).rows_of(instances))


def analyze() -> None:
    """Tells the database how its tables look now, so that it chooses the right index."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
