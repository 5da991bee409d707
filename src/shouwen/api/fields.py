"""The questions of a step as JSON Schema, read off the same form that cleans the answers."""

from __future__ import annotations

from typing import Any

from django import forms

from shouwen.ground.actors import Actor
from shouwen.kernel import words
from shouwen.kernel.asks import form_for
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.kinds import Step
from shouwen.kernel.manyfields import ManyField

NOBODY = Actor(org_id=0)
COMMON = {
    "happened_at": {"type": "string", "format": "date-time", "description": "When it happened, if not now"},
    "seen_rev": {"type": "integer", "description": "`rev` of the case when you read it; refused if it has moved on"},
}


HEADER = {
    "in": "header", "name": "Idempotency-Key", "required": False, "schema": {"type": "string", "maxLength": 120},
    "description": "Sent twice, done once",
}  # fmt: skip


def schema_of(word: str, field: forms.Field, where: str) -> dict[str, Any]:
    """One question: its type, limits, and what it is called."""
    found: dict[str, Any] = {"type": "string"}
    if isinstance(field, ManyField):
        found = field.schema()
    elif isinstance(field, forms.DateTimeField):
        found["format"] = "date-time"
    elif isinstance(field, forms.DateField):
        found["format"] = "date"
    elif isinstance(field, forms.BooleanField):
        found = {"type": "boolean"}
    elif isinstance(field, forms.IntegerField):
        found = {"type": "integer"}
    elif isinstance(field, UploadField):
        found["description"] = "id of a file sent to /files"
    elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        found["enum"] = [value for value, _label in field.choices if value]
    elif isinstance(field, forms.CharField) and field.max_length:
        found["maxLength"] = field.max_length
    found["title"] = words.label_in("en", word, where)
    return found


def request_body(step: Step) -> dict[str, Any]:
    """The request body of a step's operation, and its idempotency header."""
    form = form_for(step, actor=NOBODY, case=None)
    properties = {word: schema_of(word, field, step.kind.key) for word, field in form.fields.items()}
    common = COMMON if not step.opens else {k: v for k, v in COMMON.items() if k != "seen_rev"}
    extra = (
        {"parent": {"type": "string", "description": "Number of the case this one belongs under"}} if step.opens else {}
    )
    schema = {
        "type": "object", "properties": {**properties, **common, **extra}, "required": list(step.asks),
        "additionalProperties": False,
    }  # fmt: skip
    return {
        "requestBody": {"required": bool(step.asks), "content": {"application/json": {"schema": schema}}},
        "parameters": [HEADER],
    }


__all__ = ["NOBODY", "request_body", "schema_of"]
