"""What a step may ask: each word becomes one form field, the same for page, phone, API and import.

A word is a fact of every case (place, customer, grade …), a column of the kind's sheet, or one of the common words here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Department, Party, Place, Staff
from shouwen.ground.prepared import Prepared
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.manyfields import LinesField, PointsField
from shouwen.kernel.models import Case, CaseLink, SheetCycle
from shouwen.kernel.zones import site_zone

if TYPE_CHECKING:
    from shouwen.kernel.kinds import Kind, Step

Listed = Callable[[], "list[tuple[Any, ...]]"]
Builder = Callable[[Actor, "Case | None", bool], forms.Field]
CHANNELS = (
    "phone",
    "counter",
    "web",
    "mail",
    "letter",
    "app",
    "suggestion_box",
    "media",
    "government",
    "self_check",
    "api",
)
OUTCOMES = ("no_answer", "busy", "nobody_home", "wrong_number", "refused_talk")
HOW_TOLD = ("phone", "in_person", "message", "letter", "email")


class TextField(forms.CharField):
    """Words people write: several lines, at most 4,000 characters, never only spaces."""

    def __init__(self, *, required: bool, most: int = 4000) -> None:
        super().__init__(required=required, max_length=most, widget=forms.Textarea(attrs={"rows": 3}))


class MomentField(forms.DateTimeField):
    """A date and time: an ISO text with offset, or wall-clock time in the site's zone as a browser sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, str) and value:
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise forms.ValidationError(_("Give a date and a time, such as 2026-11-24 17:30.")) from None
        if isinstance(value, datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=site_zone())
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(site_zone()) if isinstance(value, datetime) and value.tzinfo else value


class RowField(forms.ModelChoiceField):
    """A row of the actor's organization, by its public code or its id. `listed` reads ids and names of them all."""

    def __init__(
        self, queryset: models.QuerySet[Any], *, required: bool, code: str, listed: Listed | None = None
    ) -> None:
        super().__init__(queryset, required=required, to_field_name=None)
        self.code, self.rows, self.listed = code, queryset, listed

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, models.Model):
            if isinstance(value, models.Model) and not self.rows.filter(pk=value.pk).exists():
                raise forms.ValidationError(_("“%(value)s” is not known here."), params={"value": str(value)})
            return value or None
        query = models.Q(**{self.code: str(value)})
        if str(value).isdigit() and len(str(value)) > 12:
            query |= models.Q(pk=int(value))
        found = list(self.rows.filter(query)[:2])
        if len(found) != 1:
            text = _("“%(value)s” is not known here.") if not found else _("“%(value)s” names several; choose one.")
            raise forms.ValidationError(text, params={"value": str(value)})
        return found[0]


def _text(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return TextField(required=required)


def _moment(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return MomentField(required=required)


def _flag(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return forms.BooleanField(required=False)


def _choice(values: tuple[str, ...], word: str) -> Builder:
    def build(actor: Actor, case: Case | None, required: bool) -> forms.Field:
        choices = [(value, words.lazy_label(value, word)) for value in values]
        return forms.ChoiceField(choices=choices if required else [("", "—"), *choices], required=required)

    return build


def _place(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return RowField(Place.objects.filter(org_id=actor.org_id), required=required, code="code")


def _party(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    parties = Party.objects.filter(org_id=actor.org_id, erased_at__isnull=True)
    if actor.party_id and not actor.staff_id:
        parties = parties.filter(pk=actor.party_id)
    return RowField(parties, required=required, code="name")


def _staff(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    here = Staff.objects.filter(org_id=actor.org_id, left_date__isnull=True).order_by("number")
    return RowField(here, required=required, code="number", listed=lambda: _STAFF.rows(org_id=actor.org_id))


def _dept(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    depts = Department.objects.filter(org_id=actor.org_id).order_by("key")
    return RowField(depts, required=required, code="key", listed=lambda: _DEPTS.rows(org_id=actor.org_id))


_STAFF = Prepared(
    lambda org_id: (
        Staff.objects.filter(org_id=org_id, left_date__isnull=True).order_by("number").values_list("id", "name")
    ),
    org_id=int,
)
_DEPTS = Prepared(
    lambda org_id: Department.objects.filter(org_id=org_id).order_by("key").values_list("id", "name"), org_id=int
)


def _case(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return RowField(visible_to(actor), required=required, code="no")


def _money(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return forms.IntegerField(required=required, min_value=0)


def _file(actor: Actor, case: Case | None, required: bool) -> forms.Field:
    return UploadField(required=required)


COMMON: dict[str, Builder] = {
    **dict.fromkeys("note told result cause measure words opinion decision".split(), _text),
    **dict.fromkeys("photo letter slip sign_off copy".split(), _file),
    **dict.fromkeys("promised_at agreed_at review_at heard_at".split(), _moment),
    **dict.fromkeys("tell_customer others_work".split(), _flag),
    **dict.fromkeys("assignee staff whose against heard_by".split(), _staff),
    "place": _place, "customer": _party, "other": _case, "dept": _dept, "price_fen": _money,
    "relation": _choice(CaseLink.RELATIONS[:3], "relation"),
    "worth_fen": _money,
    "channel": _choice(CHANNELS, "channel"), "outcome": _choice(OUTCOMES, "outcome"), "how": _choice(HOW_TOLD, "how"),
    "clock": lambda actor, case, required: forms.CharField(required=required, max_length=60),
    "valid_until": lambda actor, case, required: forms.DateField(required=required),
    "paper": lambda actor, case, required: forms.CharField(required=required, max_length=40),
    "title": lambda actor, case, required: forms.CharField(required=required, max_length=120),
}  # fmt: skip


ROWS: dict[Any, Builder] = {
    Place: _place,
    Party: _party,
    Staff: _staff,
    Department: _dept,
    Case: _case,
}  # of a sheet's own columns
MANY = ("lines", "points")  # words whose answer is a list or an object


def known(kind: type[Kind], word: str) -> bool:
    return word in COMMON or word in MANY or column(kind, word) is not None


def column(kind: type[Kind], word: str) -> models.Field[Any, Any] | None:
    """The typed column behind a word: of the sheet, else of the cycle sheet, else of the case (`grade`)."""
    for model in (kind.sheet, kind.cycle_sheet, Case if word in ("grade", "title") else None):
        if model is not None and word in {f.name for f in model._meta.concrete_fields} - {"case", "cycle", "id"}:
            field = model._meta.get_field(word)
            return field if isinstance(field, models.Field) else None
    return None


def in_cycle(kind: type[Kind], word: str) -> bool:
    """Whether the word is kept once a cycle (cause, measure, result of each turn)."""
    sheet: type[SheetCycle] | None = kind.cycle_sheet
    return sheet is not None and word in {f.name for f in sheet._meta.concrete_fields} - {"case", "cycle", "id"}


def field_for(kind: type[Kind], word: str, *, actor: Actor, case: Case | None, required: bool) -> forms.Field:
    """The form field of a word; its label and hint come from the glossary."""
    col = column(kind, word)
    choices = kind.choices.get(word)
    if choices:
        field = _choice(choices, f"{kind.key} {word}")(actor, case, required)
    elif col is None or word == "title":
        field = COMMON[word](actor, case, required)
    elif isinstance(col, models.ForeignKey):
        field = ROWS[col.remote_field.model](actor, case, required)
    elif isinstance(col, models.DateTimeField):
        field = MomentField(required=required)
    elif isinstance(col, models.TextField):
        field = TextField(required=required)
    else:
        made = col.formfield(required=required and not isinstance(col, models.BooleanField))
        assert made is not None
        field = made
    field.label = words.lazy_label(word, kind.key)
    field.help_text = words.lazy_hint(word, kind.key)
    return field


class StepForm(forms.Form):
    """The questions of one step, in order: required ones first."""

    step: Step


def form_for(
    step: Step, *, actor: Actor, case: Case | None, data: Any = None, files: Any = None, initial: Any = None,
    at: datetime | None = None,
) -> StepForm:  # fmt: skip
    """The form of a step, bound when `data` is given. Pages, API and `perform` all clean with this one."""
    form = StepForm(data, files, initial=initial, prefix=None)
    form.step = step
    for word in step.words:
        required = word in step.asks
        form.fields[word] = (
            _many(step, word, case=case, required=required, at=at)
            if word in MANY
            else field_for(step.kind, word, actor=actor, case=case, required=required)
        )
    return form


def _many(step: Step, word: str, *, case: Case | None, required: bool, at: datetime | None) -> forms.Field:
    """The field of a word whose answer has parts; points are those in force at the moment `at`."""
    field: forms.Field
    if word == "points" and step.points is not None:
        field = PointsField(step.points.items(case, at)[0], required=required)
    else:
        assert step.kind.lines is not None
        field = LinesField(step.kind.lines, required=required, kind=step.kind.key)
    field.label, field.help_text = words.lazy_label(word, step.kind.key), words.lazy_hint(word, step.kind.key)
    return field
