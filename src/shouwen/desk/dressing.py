"""Forms in the classes of the design: one place that knows which widget a question gets on the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from shouwen.desk.widgets import RowSelect
from shouwen.ground.models import Party, Place
from shouwen.kernel.asks import MomentField, RowField, TextField
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.models import Case

TYPED = {
    Place: "places",
    Party: "people",
    Case: "",
}  # thousands of rows: typed, with suggestions; never a list to scroll
SIGNED = ("sign_off",)


def dress(form: forms.Form, *, before: str) -> forms.Form:
    """Gives each field its class, an id that begins with `before`, and a way to answer that suits a desk."""
    for name, field in form.fields.items():
        _widget(name, field)
        attrs = field.widget.attrs
        attrs["id"] = f"{before}-{name}"
        kind = getattr(field.widget, "input_type", "")
        attrs["class"] = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
        if isinstance(field, UploadField):
            attrs.update({"accept": "image/*,application/pdf"})
            if name in SIGNED:
                attrs["data-sign"] = _("Sign here")
        said = [f"{attrs['id']}-hint"] if field.help_text else []
        said += [f"{attrs['id']}-error"] if form.is_bound and form.errors.get(name) else []
        if said:
            attrs["aria-describedby"] = " ".join(said)
        if form.is_bound and form.errors.get(name):
            attrs["aria-invalid"] = "true"
    return form


def _widget(name: str, field: Any) -> None:
    if isinstance(field, TextField):
        field.widget.attrs["rows"] = 2
    if not isinstance(field, RowField) or field.queryset.model not in TYPED:
        if isinstance(field, RowField) and field.empty_label:
            field.empty_label = "—"
        if isinstance(field, RowField) and field.listed is not None:
            field.widget = RowSelect(field.listed, empty=field.empty_label, required=field.required)
        return
    field.widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": 60})
    options = TYPED[field.queryset.model]
    if options:
        field.widget.attrs.update(
            {
                "list": f"options-{options}", "hx-get": f"/lookup/{options}", "hx-trigger": "input changed delay:150ms",
                "hx-target": f"#options-{options}", "hx-swap": "innerHTML", "hx-vals": f'{{"field": "{name}"}}',
            }
        )  # fmt: skip


def layout(form: forms.Form) -> dict[str, list[Any]]:
    """The fields in two groups: what must be answered, with the place to sign; and what may be, ticks last."""
    bound = [form[name] for name in form.fields]
    asks = set(getattr(form, "step").asks)  # noqa: B009 - every form of a step carries it
    shown = [field for field in bound if field.name in asks or field.name in SIGNED or field.errors]
    shown.sort(key=lambda field: not isinstance(field.field, TextField))  # the words first, by eye and by Tab
    return {"first": shown, "more": sorted((field for field in bound if field not in shown), key=_rank)}


def _rank(bound: Any) -> int:
    for rank, kind in enumerate((UploadField, MomentField)):
        if isinstance(bound.field, kind):
            return rank
    return 3 if isinstance(bound.field, forms.BooleanField) else 2
