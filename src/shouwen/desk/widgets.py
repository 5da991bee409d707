"""The plain widgets of forms as HTML, put together here: through templates they take a third of a case page's time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


class Renderer(DjangoTemplates):
    """Django's own, asked only for what is not plain; the result is the same."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        plain = PLAIN.get(template_name)
        return plain(context["widget"]) if plain else super().render(template_name, context, request)


def _attrs(widget: Widget) -> str:
    said = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{_text(value)}"' for name, value in said)


def _text(value: Any) -> str:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_text(widget["name"])}"{value}{_attrs(widget)}>'


def _textarea(widget: Widget) -> str:
    text = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attrs(widget)}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    parts = []
    for name, options, _index in widget["optgroups"]:
        lines = "".join(_option(option) for option in options)
        parts.append(f'\n<optgroup label="{_text(name)}">{lines}\n</optgroup>' if name else lines)
    return f'<select name="{_text(widget["name"])}"{_attrs(widget)}>{"".join(parts)}\n</select>'


def _option(option: Widget) -> str:
    return f'\n<option value="{_text(option["value"])}"{_attrs(option)}>{_text(option["label"])}</option>'


class RowSelect(forms.Select):
    """A choice among all rows of a sort, each by its id and name: a case's page has several with everybody in them."""

    def __init__(self, listed: Callable[[], Iterable[tuple[Any, ...]]], *, empty: str | None, required: bool) -> None:
        super().__init__(choices=[] if empty is None else [("", empty)])
        self.listed, self.is_required = listed, required

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        lines = "".join(
            f'\n<option value="{key}"{" selected" if str(key) in chosen else ""}>{escape(label)}</option>'
            for key, label in [*self.choices, *self.listed()]
        )
        shown = _attrs({"attrs": self.build_attrs(self.attrs, attrs)})
        return mark_safe(f'<select name="{_text(name)}"{shown}>{lines}\n</select>')


_FOLDER = "django/forms/widgets"
PLAIN: dict[str, Callable[[Widget], str]] = {
    f"{_FOLDER}/textarea.html": _textarea,
    f"{_FOLDER}/select.html": _select,
    **{
        f"{_FOLDER}/{name}.html": _input
        for name in ("text", "checkbox", "number", "date", "datetime", "time", "email", "password", "hidden")
    },
}
