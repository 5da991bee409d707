"""Questions with several answers in one: the lines of a quote, the points of a list. The same for page, phone and API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shouwen.kernel import words
from shouwen.kernel.models import SheetLine
from shouwen.kernel.points import Item

if TYPE_CHECKING:
    from shouwen.kernel.kinds import Kind

BLANKS = 3  # rows offered beside those filled
LINES_MOST, NOTE_MOST = 100, 500
OWN = {"id", "case", "cycle", "turn", "position"}


class ManyField(forms.Field):
    """A field whose answer is a list or an object; pages send its parts under names of their own."""

    def schema(self) -> dict[str, Any]:
        """The answer as JSON Schema."""
        raise NotImplementedError

    def sample(self) -> Any:
        """A plausible answer."""
        raise NotImplementedError


def _sent(data: Mapping[str, Any], name: str) -> Any:
    """An answer sent whole (API, import, another form), else None."""
    value = data.get(name)
    if isinstance(value, str) and value:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


class PointsWidget(forms.Widget):
    """Each point with its choices and room for a word."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self.items = items

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data:
            return _sent(data, name)
        found = {
            item.key: {"value": data[f"{name}-{item.key}"], "note": str(data.get(f"{name}-{item.key}-note") or "")}
            for item in self.items
            if data.get(f"{name}-{item.key}")
        }
        return found or None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}-{item.key}" in data for item in self.items)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = value if isinstance(value, dict) else {}
        own = (attrs or {}).get("id", name)
        rows = format_html_join("", "{}", (
            (self._row(name, own, item, given.get(item.key) or {}),) for item in self.items
        ))  # fmt: skip
        label = words.label("points")
        return format_html('<div class="sw-points" role="group" id="{}" aria-label="{}">{}</div>', own, label, rows)

    def _row(self, name: str, own: str, item: Item, given: Any) -> SafeString:
        chosen = given.get("value", "") if isinstance(given, dict) else str(given)
        options = format_html_join("", '<option value="{}"{}>{}</option>', (
            (one, SafeString(" selected") if one == chosen else "", words.label(one, "points") if one else "—")
            for one in ("", *item.values)
        ))  # fmt: skip
        return format_html(
            '<div class="sw-point"><label class="form-label{}" for="{}-{}">{}</label>'
            '<select class="form-select" id="{}-{}" name="{}-{}"{}>{}</select>'
            '<input class="form-control" name="{}-{}-note" maxlength="500" aria-label="{}" value="{}"></div>',
            " sw-need" if item.required else "", own, item.key, item.label, own, item.key, name, item.key,
            SafeString(" required") if item.required and self.is_required else "", options,
            name, item.key, f"{item.label} {words.label('note')}", given.get("note", "") if isinstance(given, dict) else "",
        )  # fmt: skip


class PointsField(ManyField):
    """An answer to each point: `{"signs": "yes", "covers": {"value": "no", "note": "why"}}`."""

    def __init__(self, items: Sequence[Item], *, required: bool) -> None:
        super().__init__(required=required and any(item.required for item in items), widget=PointsWidget(items))
        self.items = items

    def clean(self, value: Any) -> dict[str, dict[str, str]] | None:
        if value in (None, ""):
            value = {}
        if not isinstance(value, dict):
            raise forms.ValidationError(_("Answer each point."))
        unknown = set(value) - {item.key for item in self.items}
        if unknown:
            raise forms.ValidationError(_("There is no such point: %(points)s."), params={"points": ", ".join(unknown)})
        found: dict[str, dict[str, str]] = {}
        wrong: list[str] = []
        for item in self.items:
            answer = self._one(item, value.get(item.key), wrong)
            if answer:
                found[item.key] = answer
        if wrong:
            raise forms.ValidationError(wrong)
        return found or None

    def _one(self, item: Item, given: Any, wrong: list[str]) -> dict[str, str] | None:
        said = given if isinstance(given, dict) else {"value": given}
        value, note = str(said.get("value") or ""), str(said.get("note") or "").strip()[:NOTE_MOST]
        if not value:
            if item.required:
                wrong.append(_("“%(point)s” is not answered.") % {"point": item.label})
            return None
        if value not in item.values:
            wrong.append(_("“%(point)s” cannot be answered like that.") % {"point": item.label})
        elif item.is_bad(value) and not note:
            wrong.append(_("“%(point)s”: say what is wrong.") % {"point": item.label})
        return {"value": value, **({"note": note} if note else {})}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "description": "An answer to each point: a value, or an object of value and note"}

    def sample(self) -> dict[str, str]:
        return {item.key: item.values[0] for item in self.items}


class LinesWidget(forms.Widget):
    """A table of rows, a few of them blank."""

    def __init__(self, fields: Mapping[str, forms.Field], kind: str) -> None:
        super().__init__()
        self.fields, self.kind = fields, kind

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data:
            return _sent(data, name)
        rows = []
        for place in range(LINES_MOST):
            row = {column: str(data.get(f"{name}-{place}-{column}") or "") for column in self.fields}
            if any(row.values()):
                rows.append(row)
            elif place >= BLANKS + len(rows):
                break
        return rows or None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(str(key).startswith(f"{name}-") for key in data)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        heads = format_html_join("", "<th>{}</th>", ((words.label(column, self.kind),) for column in self.fields))
        body = format_html_join("", "<tr>{}</tr>", (
            (format_html_join("", "<td>{}</td>", ((self._cell(name, place, column, row),) for column in self.fields)),)
            for place, row in enumerate([*rows, *({} for _blank in range(BLANKS))])
        ))  # fmt: skip
        return format_html(
            '<table class="sw-t sw-lines" id="{}" aria-label="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
            (attrs or {}).get("id", name),
            words.label("lines", self.kind),
            heads,
            body,
        )

    def _cell(self, name: str, place: int, column: str, row: Mapping[str, Any]) -> SafeString:
        number = isinstance(self.fields[column], forms.IntegerField)
        return format_html(
            '<input class="form-control" type="{}" name="{}-{}-{}" aria-label="{}" value="{}">',
            "number" if number else "text", name, place, column, words.label(column, self.kind), row.get(column, ""),
        )  # fmt: skip


class LinesField(ManyField):
    """Rows of a kind's line model: `[{"item": "tap", "quantity": 1, "unit_fen": 8000}]`."""

    def __init__(self, model: type[SheetLine], *, required: bool, kind: str) -> None:
        self.columns = {
            field.name: _form_field(field) for field in model._meta.concrete_fields if field.name not in OWN
        }
        super().__init__(required=required, widget=LinesWidget(self.columns, kind))
        self.kind = kind

    def clean(self, value: Any) -> list[dict[str, Any]] | None:
        if value in (None, "", []):
            if self.required:
                raise forms.ValidationError(_("At least one line is needed."))
            return None
        if not isinstance(value, list) or len(value) > LINES_MOST or not all(isinstance(row, dict) for row in value):
            raise forms.ValidationError(_("Lines are rows of answers, at most 100."))
        return [self._row(place, row) for place, row in enumerate(value, start=1)]

    def _row(self, place: int, row: Mapping[str, Any]) -> dict[str, Any]:
        unknown = set(row) - set(self.columns)
        if unknown:
            raise forms.ValidationError(
                _("This step does not ask for: %(words)s."), params={"words": ", ".join(unknown)}
            )
        found = {}
        for column, field in self.columns.items():
            try:
                found[column] = field.clean(row.get(column))
            except forms.ValidationError as error:
                shown = words.label(column, self.kind)
                raise forms.ValidationError(
                    _("Line %(line)d, %(column)s: %(what)s"),
                    params={"line": place, "column": shown, "what": error.messages[0]},
                ) from None
        return found

    def schema(self) -> dict[str, Any]:
        columns = {
            name: {"type": "integer" if isinstance(field, forms.IntegerField) else "string"}
            for name, field in self.columns.items()
        }
        row = {"type": "object", "properties": columns, "additionalProperties": False}
        return {"type": "array", "items": row, "maxItems": LINES_MOST}

    def sample(self) -> list[dict[str, Any]]:
        return [{
            name: 1 if isinstance(field, forms.IntegerField) else "样例" for name, field in self.columns.items()
        }]  # fmt: skip


def spoken(kind: type[Kind], value: Any) -> str:
    """Lines or answered points as text: `tap 2 ¥35.00; work 1 ¥50.00`, `Place left tidy: yes`."""
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, dict)]
        return "; ".join(" ".join(_money(name, part) for name, part in row.items()) for row in rows)
    if not isinstance(value, dict):
        return str(value)
    labels = {item.key: item.label for step in kind.steps.values() if step.points for item in step.points.every()}
    found = []
    for key, said in value.items():
        chosen, note = (said.get("value", ""), said.get("note", "")) if isinstance(said, dict) else (said, "")
        found.append(f"{labels.get(key, key)}: {words.label(str(chosen), 'points')}{f' ({note})' if note else ''}")
    return "; ".join(found)


def _money(name: str, value: Any) -> str:
    return f"¥{value // 100}.{value % 100:02d}" if name.endswith("_fen") and isinstance(value, int) else str(value)


def _form_field(column: models.Field[Any, Any]) -> forms.Field:
    made = column.formfield()
    assert made is not None
    return made


__all__ = ["LinesField", "ManyField", "PointsField", "spoken"]
