"""Cards as forms: a register's fields with widgets people can use, what was typed, and what a row is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Holding, Office, Place
from shouwen.kernel import words
from shouwen.kernel.asks import MomentField
from shouwen.kernel.registers import Register
from shouwen.kernel.zones import site_zone

NOTHING = "—"  # the choice of no row
LEVELS = ("community", "building", "entrance", "floor")  # places that others may lie in
KINDS_OF = {"site": ("community",), "building": ("building",), "parent": LEVELS}


def office_name(office: Office | None) -> str:
    """An office as people say it: `楼栋客服专员 · 3 栋`, `部门负责人 · 工程部`."""
    if office is None:
        return ""
    where = office.building or office.site
    parts = [
        words.label(office.role),
        office.dept.name if office.dept else "",
        where.name if where else _("everywhere"),
    ]
    return " · ".join(part for part in parts if part)


def title_of(row: Any) -> str:
    """What a row of a register is called."""
    if isinstance(row, Office):
        return office_name(row)
    if isinstance(row, Holding):
        return f"{row.staff.name} · {office_name(row.office)}"
    if isinstance(row, Place):
        return f"{row.code} {row.name}" if row.code != row.name else row.name
    return str(getattr(row, "name", row))


def shown(row: Any, name: str, register: Register) -> str:
    """A field's value as people read it; protected ones masked."""
    if name in register.sensitive:
        return register.masked(row, name) or ""
    value = getattr(row, name)
    if isinstance(value, datetime):
        return f"{value.astimezone(site_zone()):%Y-%m-%d %H:%M}"
    if value in (None, "", False):
        return ""
    if value is True:
        return _("yes")
    if isinstance(value, str):
        return words.label(value) if value.isascii() and words.known(value) else value
    return title_of(value) if hasattr(value, "_meta") else str(value)


class Choice(forms.ModelChoiceField):
    """Rows by what they are called."""

    def __init__(self, rows: Any, **more: Any) -> None:
        super().__init__(rows, empty_label=NOTHING, **more)

    def label_from_instance(self, obj: Any) -> str:
        return title_of(obj)


def form_of(
    register: Register, *, actor: Actor, row: Any = None, typed: Mapping[str, Any] | None = None
) -> forms.ModelForm:
    """The card to be filled in: unbound, with the row's values or what was typed before a refusal."""
    form = register.form(actor=actor, row=row)
    for name, field in list(form.fields.items()):
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            rows = field.queryset
            if field.queryset.model is Place and name in KINDS_OF:
                rows = rows.filter(kind__in=KINDS_OF[name]).order_by("path")
            if field.queryset.model is Office:
                rows = rows.select_related("site", "building", "dept").order_by("role", "id")
            form.fields[name] = Choice(rows, label=field.label, required=field.required)
        elif isinstance(field, forms.DateTimeField):
            form.fields[name] = MomentField(label=field.label, required=field.required)
            at = getattr(row, name, None) if row is not None else None
            form.initial[name] = f"{at.astimezone(site_zone()):%Y-%m-%dT%H:%M}" if at else None
        elif isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        elif name == "role" and register.name == "office":
            from shouwen.ground.offices import RANKS

            known = sorted(
                {*RANKS, "desk", "steward", "dispatcher", "fitter", "cashier", "auditor"} - {"engineer"},
                key=words.label,
            )
            form.fields[name] = forms.ChoiceField(label=field.label, choices=[(one, words.label(one)) for one in known])
        elif isinstance(field, forms.ChoiceField):
            field.choices = [(value, words.label(str(value)) if value else NOTHING) for value, _label in field.choices]
        dress(form.fields[name], f"card-{name}")
    if typed is not None:
        form.initial = {**form.initial, **typed}
    return form


def dress(field: forms.Field, key: str) -> None:
    kind = getattr(field.widget, "input_type", "")
    css = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    field.widget.attrs |= {"class": css, "id": key}


def typed_in(register: Register, post: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser sent for the card's fields: moments in the site's zone, an unticked box as False."""
    found: dict[str, Any] = {}
    form_fields = {name: register.model._meta.get_field(name) for name in register.fields}
    for name, column in form_fields.items():
        kind = column.get_internal_type()
        if kind == "BooleanField":
            found[name] = post.get(name) in ("on", "true", "1")
        elif name in post:
            found[name] = moment(post[name]) if kind == "DateTimeField" else post[name].replace("\x00", "")
    return found


def moment(text: str) -> Any:
    """A browser's wall-clock time as a moment; what cannot be read stays as typed, to be refused with its field."""
    if not text:
        return None
    try:
        return MomentField().clean(text)
    except forms.ValidationError:
        return text
