"""Registers over the API: list, read, add, edit, remove and look, the same for every register declared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Schema, Status
from pydantic import create_model

from shouwen.api.app import api
from shouwen.api.bodies import body_of, clean, key_sent, not_right, one_value
from shouwen.api.fields import HEADER, NOBODY, schema_of
from shouwen.api.keys import key_of, pk_of
from shouwen.api.paging import MOST, page_by_id
from shouwen.ground.models import Department, Place, Staff
from shouwen.kernel import submissions, words
from shouwen.kernel.models import Entry
from shouwen.kernel.refusals import Unknown
from shouwen.kernel.registers import Register, registers

CODES: dict[type[models.Model], str] = {Place: "code", Staff: "number", Department: "key"}
TYPES: tuple[tuple[type[models.Field], Any], ...] = (
    (models.BooleanField, bool), (models.DateTimeField, datetime), (models.DateField, date), (models.IntegerField, int),
)  # fmt: skip


class ChangeOut(Schema):
    """One edit of a card. `before` and `after` are null where they were erased."""

    seq: int
    step: str
    sort: str
    recorded_at: datetime
    actor: str | None
    fields: list[str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class RegisterOut(Schema):
    name: str
    label: str
    fields: list[str]
    sensitive: list[str]
    edits: bool


class Value(Schema):
    value: Any


def sort_of(model: Any) -> str:
    return f"row.{model._meta.label_lower}"


def foreign(register: Register, name: str) -> Any:
    """The table a field points to, None for plain values."""
    field = register.model._meta.get_field(name)
    return field.related_model if isinstance(field, models.ForeignKey) else None


def public(register: Register, row: Any, name: str) -> Any:
    """A value as JSON says it: protected ones masked, other rows by their code or key."""
    if name in register.sensitive:
        return register.masked(row, name)
    value = getattr(row, name)
    model = foreign(register, name)
    if model is None or value is None:
        return value
    return getattr(value, CODES[model]) if model in CODES else key_of(sort_of(model), value.pk)


def row_out(register: Register, row: Any) -> dict[str, Any]:
    return {
        "id": key_of(sort_of(register.model), row.pk),
        **{name: public(register, row, name) for name in register.fields},
    }


def rows_of(register: Register, request: HttpRequest) -> QuerySet[Any]:
    return register.rows(request.actor).select_related(
        *[name for name in register.fields if foreign(register, name) is not None]
    )


def one(register: Register, request: HttpRequest, key: str) -> Any:
    pk = pk_of(sort_of(register.model), key)
    row = rows_of(register, request).filter(pk=pk).first() if pk else None
    if row is None:
        raise Unknown(_("There is no such card."))
    return row


def pointed(register: Register, request: HttpRequest, name: str, value: Any) -> Any:
    """The row a code or key stands for."""
    model = foreign(register, name)
    if model is None or value in (None, ""):
        return value
    mine = model._default_manager.filter(org_id=request.actor.org_id)
    found = list(mine.filter(pk=pk_of(sort_of(model), value) or 0))
    if not found and model in CODES:
        found = list(mine.filter(**{CODES[model]: str(value)})[:2])
    if len(found) != 1:
        text = _("“%(value)s” is not known here.") if not found else _("“%(value)s” names several; choose one.")
        raise not_right({name: [text % {"value": str(value)}]})
    return found[0]


def values_of(register: Register, request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as the register takes it; unknown fields are left for the register to name."""
    found = {}
    for name, value in data.items():
        one_value(name, value)
        found[name] = pointed(register, request, name, value) if name in register.fields else value
    return found


def filters(register: Register) -> list[str]:
    """Fields a list may be filtered by: those that point to other rows, choices, and those an index begins with."""
    meta = register.model._meta
    led = {tuple(name for name in index.fields if name != "org")[:1] for index in (*meta.indexes, *meta.constraints)
           if getattr(index, "fields", ())}  # fmt: skip
    return [
        name for name in register.fields
        if name not in register.sensitive
        and (foreign(register, name) is not None or meta.get_field(name).choices or (name,) in led)
    ]  # fmt: skip


def listed(register: Register, request: HttpRequest, after: str, limit: int) -> dict[str, Any]:
    rows = rows_of(register, request)
    for name in filters(register):
        value = request.GET.get(name, "")
        if value:
            rows = rows.filter(**{name: pointed(register, request, name, clean(value))})
    found, more = page_by_id(rows, after=after, most=limit)
    return {"items": [row_out(register, row) for row in found], "next": more}


def changes(register: Register, row: Any) -> list[dict[str, Any]]:
    """The edits of a card, oldest first, protected values masked on every side."""
    entries = list(register.history(row).select_related("data"))
    people = dict(Staff.objects.filter(pk__in={entry.actor_id for entry in entries}).values_list("id", "number"))
    return [
        {
            "seq": entry.seq, "step": entry.step, "sort": entry.facts.get("register", ""),
            "recorded_at": entry.recorded_at, "actor": people.get(entry.actor_id), "fields": entry.facts.get("fields", []),
            "before": side(entry, "before"), "after": side(entry, "after"),
        }
        for entry in entries
    ]  # fmt: skip


def side(entry: Entry, name: str) -> dict[str, Any] | None:
    """What stood there before or after; None where it was erased."""
    if entry.data.body is None:
        return None
    sort = registers.get(entry.facts.get("register", ""))
    return {
        field: Register.mask(value) if sort is not None and field in sort.sensitive else value
        for field, value in entry.data.body.get(name, {}).items()
        if not is_link(sort, field)
    }


def is_link(register: Register | None, name: str) -> bool:
    return register is not None and name in register.fields and foreign(register, name) is not None


def schema_type(register: Register, name: str) -> Any:
    field = register.model._meta.get_field(name)
    if name in register.sensitive:
        return str | None
    return next((made | None for kind, made in TYPES if isinstance(field, kind)), str | None)


def row_schema(register: Register) -> Any:
    fields: dict[str, Any] = {name: (schema_type(register, name), ...) for name in register.fields}
    return create_model(f"{register.name.title()}Row", __base__=Schema, id=(str, ...), **fields)


def request_schema(register: Register, *, adding: bool) -> dict[str, Any]:
    form = register.form(actor=NOBODY)
    properties = {name: schema_of(name, field, register.name) for name, field in form.fields.items()}
    required = [name for name, field in form.fields.items() if field.required] if adding else []
    if not adding:
        properties["seen_seq"] = {
            "type": "integer",
            "description": "Number of the last edit you read; refused if moved on",
        }
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def add_register(register: Register) -> None:
    """The operations of one register, each with a literal address."""
    row = row_schema(register)
    pages = create_model(
        f"{register.name.title()}Page", __base__=Schema, items=(list[row], ...), next=(str | None, ...)
    )
    label, tags = words.label_in("en", register.name), [f"register {register.name}"]
    path = f"/registers/{register.name}"
    asked = [
        {"in": "query", "name": name, "required": False, "schema": {"type": "string"}} for name in filters(register)
    ]

    def rows(request: HttpRequest, cursor: str = "", limit: int = Query(25, ge=1, le=MOST)) -> Any:
        return listed(register, request, cursor, limit)

    def read(request: HttpRequest, id: str) -> Any:
        return row_out(register, one(register, request, id))

    def journal(request: HttpRequest, id: str) -> Any:
        return changes(register, one(register, request, id))

    def add(request: HttpRequest) -> Any:
        return Status(201, added(register, request))

    def edit(request: HttpRequest, id: str) -> Any:
        return edited(register, request, id)

    api.get(path, response=pages, operation_id=f"{register.name}_list", tags=tags, summary=f"{label}: list",
            openapi_extra={"parameters": asked})(rows)  # fmt: skip
    api.get(f"{path}/{{id}}", response=row, operation_id=f"{register.name}_read", tags=tags, summary=f"{label}: one")(
        read
    )
    api.get(f"{path}/{{id}}/journal", response=list[ChangeOut], operation_id=f"{register.name}_journal", tags=tags,
            summary=f"{label}: what was changed, oldest first")(journal)  # fmt: skip
    api.post(path, response={201: row}, operation_id=f"{register.name}_add", tags=tags, summary=f"{label}: add",
             openapi_extra={**request_schema(register, adding=True), "parameters": [HEADER]})(add)  # fmt: skip
    api.patch(f"{path}/{{id}}", response=row, operation_id=f"{register.name}_edit", tags=tags, summary=f"{label}: change",
              openapi_extra=request_schema(register, adding=False))(edit)  # fmt: skip
    if register.removable:
        add_removal(register, path, tags, label)
    if register.sensitive:
        add_look(register, path, tags, label)


def added(register: Register, request: HttpRequest) -> dict[str, Any]:
    data, key = body_of(request), key_sent(request)
    with transaction.atomic():
        wish = submissions.Wish(request.actor, key, [register.name, "add", data])
        entry = submissions.stored(wish)
        if entry is not None:
            row = rows_of(register, request).filter(pk=entry.facts["row"]).first()
            if row is None:
                raise Unknown(_("There is no such card."))
            return row_out(register, row)
        row = register.add(values_of(register, request, data), actor=request.actor, at=request.at)
        submissions.remember(wish, register.history(row).filter(facts__row=row.pk).last(), at=request.at)
    return row_out(register, row)


def edited(register: Register, request: HttpRequest, id: str) -> dict[str, Any]:
    data = body_of(request)
    seen = data.pop("seen_seq", None)
    if seen is not None and (not isinstance(seen, int) or isinstance(seen, bool)):
        raise not_right({"seen_seq": [_("seen_seq is the number of the last edit you read.")]})
    row = one(register, request, id)
    changed = register.edit(row, values_of(register, request, data), actor=request.actor, at=request.at, seen_seq=seen)
    return row_out(register, changed)


def add_removal(register: Register, path: str, tags: list[str], label: str) -> None:
    def remove(request: HttpRequest, id: str) -> Any:
        register.remove(one(register, request, id), actor=request.actor, at=request.at)
        return HttpResponse(status=204)

    api.delete(f"{path}/{{id}}", response={204: None}, operation_id=f"{register.name}_remove", tags=tags,
               summary=f"{label}: take off its card")(remove)  # fmt: skip


def add_look(register: Register, path: str, tags: list[str], label: str) -> None:
    body = {
        "type": "object", "required": ["field", "purpose"], "additionalProperties": False,
        "properties": {
            "field": {"type": "string", "enum": list(register.sensitive)},
            "purpose": {"type": "string", "minLength": 1, "maxLength": 60},
        },
    }  # fmt: skip

    def look(request: HttpRequest, id: str) -> Any:
        data = body_of(request)
        field, purpose = (str(one_value(word, data.get(word) or "")) for word in ("field", "purpose"))
        row = one(register, request, id)
        return {"value": register.look(row, field, actor=request.actor, purpose=purpose[:60], at=request.at)}

    api.post(f"{path}/{{id}}/look", response=Value, operation_id=f"{register.name}_look", tags=tags,
             summary=f"{label}: a protected value, for a purpose; the look is on record",
             openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}})(look)  # fmt: skip


@api.get(
    "/registers", response=list[RegisterOut], operation_id="registers", tags=["registers"], summary="Cards kept here"
)
def all_registers(request: HttpRequest) -> Any:
    return [
        {"name": one.name, "label": one.label, "fields": list(one.fields), "sensitive": list(one.sensitive),
         "edits": one.edits(request.actor)}
        for one in registers.values() if one.sees(request.actor)
    ]  # fmt: skip


for _register in registers.values():
    add_register(_register)

__all__ = ["all_registers"]
