"""Registers: cards that are edited, every edit journaled before and after. A room declares them in its `registers.py`.

All values go into the erasable part of the entry; who edited what field of which row, and when, stays in the chain.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.ground.models import Organization, Party
from shouwen.ground.sealing import MARK, SealedField, seal
from shouwen.kernel import journal, watching, words
from shouwen.kernel.canonical import plain
from shouwen.kernel.models import Look
from shouwen.kernel.perform import share_rules
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Stale, Unknown
from shouwen.kernel.zones import local_date

Permit = Callable[[Actor], bool]
Hook = Callable[[Any, datetime], None]
Within = Callable[[Actor, Any], bool]
registers: dict[str, Register] = {}


def held_by(*roles: str) -> Permit:
    """Whoever holds one of these offices anywhere, the administrator, and the product itself."""
    return lambda actor: actor.system or actor.admin or actor.holds(*roles)


def staff(actor: Actor) -> bool:
    """Everybody who works here."""
    return actor.system or actor.staff_id is not None


class Register:
    """One sort of card: its table, who sees and edits it, its fields, and how a value is checked and completed.

    `card` names the column of the row whose stream takes the entries (a telephone number lies on its customer's card).
    `dated` names the columns of beginning and end; then no two rows with the same `key` overlap. `sentences` says what
    each database constraint means. `prepare` completes a row before it is checked, `after` follows in the same transaction.
    `within` says whether an editor's reach covers a row; it is asked of the row as it was and as it would be.
    """

    def __init__(
        self, name: str, model: type[models.Model], *, sees: Permit, edits: Permit, fields: str, card: str = "",
        dated: str = "", key: str = "", sensitive: str = "", removable: bool = False, clause: str = "",
        sentences: Mapping[str, Any] | None = None, prepare: Hook | None = None, after: Hook | None = None,
        within: Within | None = None,
    ) -> None:  # fmt: skip
        self.name, self.model, self.sees, self.edits, self.card = name, model, sees, edits, card
        self.fields, self.dated, self.key = words.split(fields), words.split(dated), words.split(key)
        self.sensitive, self.removable, self.clause = words.split(sensitive), removable, clause
        self.sentences, self._prepare, self._after, self._within = dict(sentences or {}), prepare, after, within
        self.declared_in = sys._getframe(1).f_globals["__name__"]
        if name in registers:
            raise ValueError(f"register {name!r} is declared twice")
        for word in (*self.fields, *self.dated, *self.key, *self.sensitive, *((card,) if card else ())):
            words.check(word, {field.name for field in model._meta.concrete_fields}, where=f"register {name}")
        registers[name] = self

    def __repr__(self) -> str:
        return f"register {self.name}"

    @property
    def label(self) -> str:
        return words.label(self.name)

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """The rows an actor may know of: those of the own organization, for whom the register is."""
        found = self.model._default_manager.all()
        if not self.sees(actor):
            return found.none()
        return found.filter(pk=actor.org_id) if self.model is Organization else found.filter(org_id=actor.org_id)

    def form(self, *, actor: Actor, row: Any = None, data: Mapping[str, Any] | None = None) -> forms.ModelForm:
        """The card as a form, the same for page, API and code; what is not given keeps its value."""
        made = forms.modelform_factory(self.model, fields=list(self.fields))
        given = None
        if data is not None:
            given = {name: getattr(value, "pk", value) for name, value in data.items()}
            given = {**(forms.model_to_dict(row, fields=list(self.fields)) if row is not None else {}), **given}
            if row is None:
                given = {**self._defaults(), **given}
        form = made(given, instance=row if row is not None else self._empty(actor))
        for name, field in form.fields.items():
            field.label = words.lazy_label(name, self.name)
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = field.queryset.filter(org_id=actor.org_id)
        return form

    def _defaults(self) -> dict[str, Any]:
        found = {name: self.model._meta.get_field(name) for name in self.fields}
        return {name: f.get_default() for name, f in found.items() if isinstance(f, models.Field) and f.has_default()}

    def _empty(self, actor: Actor) -> Any:
        return self.model() if self.model is Organization else self.model(org_id=actor.org_id)

    def add(self, values: Mapping[str, Any], *, actor: Actor, at: datetime, note: str = "") -> Any:
        """Makes a row. Raises `NotAllowed`, or `Invalid` with a sentence for each field; then nothing has changed."""
        if not self.edits(actor) or self.model is Organization:
            raise NotAllowed(_("“%(register)s” is kept by others.") % {"register": self.label}, self.clause)
        with transaction.atomic():
            share_rules(actor.org_id)
            row = self._checked(values, actor=actor, row=None, at=at)
            self._reaches(actor, row)
            head = self._stream(row)
            self._overlaps(row)
            row.save(force_insert=True)
            self._journal("add", head, row, {}, self._values(row), actor=actor, at=at, note=note)
            if self._after is not None:
                self._after(row, at)
        return row

    def edit(
        self, row: Any, values: Mapping[str, Any], *, actor: Actor, at: datetime, note: str = "", seen_seq: int | None = None
    ) -> Any:  # fmt: skip
        """Changes a row as it now is; nothing is written where nothing changes. `seen_seq` = the last entry looked at."""
        self._may_edit(row, actor)
        with transaction.atomic():
            share_rules(actor.org_id)
            head = self._stream(row)
            if seen_seq is not None and seen_seq != head.head_seq:
                raise Stale(_("Meanwhile somebody changed this card; look at it first."))
            fresh = self.model._default_manager.select_for_update().get(pk=row.pk)
            before = self._values(fresh)
            self._reaches(actor, fresh)
            fresh = self._checked(values, actor=actor, row=fresh, at=at)
            self._reaches(actor, fresh)
            after = self._values(fresh)
            moved = [name for name in after if plain(after[name]) != plain(before[name])]
            if moved:
                self._overlaps(fresh)
                fresh.save(force_update=True)
                before, after = ({name: said[name] for name in moved} for said in (before, after))
                self._journal("edit", head, fresh, before, after, actor=actor, at=at, note=note)
                if self._after is not None:
                    self._after(fresh, at)
        return fresh

    def remove(self, row: Any, *, actor: Actor, at: datetime, note: str = "") -> None:
        """Takes a row off its card, where the register allows it; what stood there stays in the journal."""
        self._may_edit(row, actor)
        if not self.removable:
            raise Refusal(_("This is never deleted; it ends on a date."), self.clause)
        self._reaches(actor, row)
        with transaction.atomic():
            share_rules(actor.org_id)
            head = self._stream(row)
            self._journal("remove", head, row, self._values(row), {}, actor=actor, at=at, note=note)
            row.delete()
            if self._after is not None:
                self._after(row, at)

    def as_of(self, at: datetime, *, org_id: int, **key: Any) -> QuerySet[Any]:
        """The rows of a dated register that hold at a moment; last days count as a whole."""
        first, last = self.dated
        if isinstance(self.model._meta.get_field(first), models.DateTimeField):
            inside = Q(**{f"{first}__lte": at}) & (Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gt": at}))
        else:
            day = local_date(at)
            inside = Q(**{f"{first}__lte": day}) & (Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": day}))
        return self.model._default_manager.filter(inside, org_id=org_id, **key).order_by(first, "id")

    def look(self, row: Any, field: str, *, actor: Actor, purpose: str, at: datetime) -> Any:
        """A protected value, for a purpose; who looked is written down."""
        if field not in self.sensitive or not self.rows(actor).filter(pk=row.pk).exists():
            raise Unknown(_("There is no such value."))
        if actor.staff_id is None or not purpose.strip():
            raise Refusal(_("Say for what purpose you look."))
        party = row if isinstance(row, Party) else getattr(row, "party", None)
        look = Look(
            org_id=actor.org_id, staff_id=actor.staff_id, party=party, what=f"{self.name}.{field}", object_id=row.pk,
            purpose=purpose, looked_at=at,
        )  # fmt: skip
        with transaction.atomic():
            share_rules(actor.org_id)
            watching.looked(look, actor=actor, at=at)
        return getattr(row, field)

    @staticmethod
    def mask(value: Any) -> str | None:
        """A protected value as anybody may see it: of a long one the last four characters, of a short one nothing."""
        if value in (None, ""):
            return None
        text = str(value)
        return f"••••{text[-4:]}" if len(text) >= 8 and not text.startswith(MARK) else "••••"

    def masked(self, row: Any, field: str) -> str | None:
        return self.mask(getattr(row, field))

    def history(self, row: Any) -> QuerySet[Any]:
        """The entries of the row's card, oldest first."""
        from shouwen.kernel.models import Entry

        return Entry.objects.filter(stream_type=self._card(row)[0], stream_id=self._stream(row).pk).order_by("seq")

    def _may_edit(self, row: Any, actor: Actor) -> None:
        org_id = row.pk if isinstance(row, Organization) else row.org_id
        if org_id != actor.org_id or not self.sees(actor):
            raise Unknown(_("There is no such card."))
        if not self.edits(actor):
            raise NotAllowed(_("“%(register)s” is kept by others.") % {"register": self.label}, self.clause)

    def _reaches(self, actor: Actor, row: Any) -> None:
        if self._within is not None and not self._within(actor, row):
            raise NotAllowed(_("This is beyond your offices: ask whoever stands above it."), self.clause)

    def _card(self, row: Any) -> tuple[str, str]:
        """Type and key of the stream: of the row itself, or of the card it lies on."""
        if not self.card:
            return f"register.{self.name}", str(row.pk)
        field = self.model._meta.get_field(self.card)
        name = field.related_model._meta.model_name if isinstance(field, models.ForeignKey) else self.card
        return f"register.{name}", str(getattr(row, f"{self.card}_id"))

    def _stream(self, row: Any) -> Any:
        with transaction.atomic():
            return journal.stream(row.pk if isinstance(row, Organization) else row.org_id, *self._card(row))

    def _checked(self, values: Mapping[str, Any], *, actor: Actor, row: Any, at: datetime) -> Any:
        """The row with the values taken over, completed and checked; not yet saved."""
        unknown = sorted(set(values) - set(self.fields))
        if unknown:
            raise Invalid(
                _("This card has no field: %(words)s.") % {"words": ", ".join(unknown)},
                errors={word: [_("This is not asked here.")] for word in unknown},
            )
        form = self.form(actor=actor, row=row, data=values)
        errors = {
            name: [str(text) for text in texts] for name, texts in form.errors.items() if name != NON_FIELD_ERRORS
        }
        if not errors:
            made = form.instance
            try:
                if self._prepare is not None:
                    self._prepare(made, at)
                made.full_clean()
                return made
            except ValidationError as error:
                errors = self._said(error)
        raise Invalid(_("Some answers are missing or not right."), self.clause, errors=errors)

    def _said(self, error: ValidationError) -> dict[str, list[str]]:
        """Each message under its field; a constraint says what it means instead of its name."""
        found: dict[str, list[str]] = {}
        said = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, errors in said.items():
            for one in errors:
                found.setdefault(name, []).append(self._sentence(one))
        return found

    def _sentence(self, error: ValidationError) -> str:
        text = " ".join(error.messages)
        columns = tuple((error.params or {}).get("unique_check", ()))
        for constraint in self.model._meta.constraints:
            same = isinstance(constraint, models.UniqueConstraint) and columns and constraint.fields == columns
            if constraint.name in self.sentences and (same or constraint.name in text):
                return str(self.sentences[constraint.name])
        return text

    def _overlaps(self, row: Any) -> None:
        if not self.dated:
            return
        first, last = self.dated
        others = self.model._default_manager.filter(**{name: getattr(row, name) for name in self.key}).exclude(
            pk=row.pk
        )
        begins, ends = getattr(row, first), getattr(row, last)
        whole = not isinstance(self.model._meta.get_field(first), models.DateTimeField)  # a last date is still inside
        running = Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__{'gte' if whole else 'gt'}": begins})
        if ends is not None:
            running &= Q(**{f"{first}__{'lte' if whole else 'lt'}": ends})
        if others.filter(running).exists():
            sentence = _("The same holds in this time already; end it first.")
            raise Invalid(sentence, self.clause, errors={first: [sentence]})

    def _values(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, column) for name, column in self._columns}

    def said(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values as the journal may hold them: what is sealed in its table is sealed there too."""
        return {name: seal(str(value)) if name in self._sealed and value else value for name, value in values.items()}

    @cached_property
    def _sealed(self) -> frozenset[str]:
        return frozenset(one.name for one in self.model._meta.concrete_fields if isinstance(one, SealedField))

    @cached_property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        fields = {one.name: one.attname for one in self.model._meta.concrete_fields}
        return tuple((name, fields[name]) for name in self.fields)

    def _journal(
        self, step: str, head: Any, row: Any, before: dict[str, Any], after: dict[str, Any], *, actor: Actor,
        at: datetime, note: str,
    ) -> None:  # fmt: skip
        journal.append(
            head,
            journal.Saying(
                step=step, happened_at=at, recorded_at=at,
                facts={"register": self.name, "row": row.pk, "fields": sorted(before | after)},
                body={"before": self.said(before), "after": self.said(after), **({"note": note} if note else {})},
            ),
            actor=actor,
        )  # fmt: skip


def register(name: str) -> Register:
    """A register by name; rooms stay strangers."""
    if name not in registers:
        raise words.UnknownWord(f"there is no register {name!r}{words.nearest(name, registers)}")
    return registers[name]


__all__ = ["Register", "held_by", "register", "registers", "staff"]
