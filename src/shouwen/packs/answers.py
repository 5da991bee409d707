"""Plausible answers to whatever a step asks: words from the pack's phrases, moments within hours, rows of the community."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from shouwen.desk.guessing import plain as plain_choice
from shouwen.ground.actors import Actor
from shouwen.ground.models import Department, Party, Place, Staff
from shouwen.kernel.asks import MomentField, RowField, form_for
from shouwen.kernel.filefield import UploadField
from shouwen.kernel.kinds import Step
from shouwen.kernel.manyfields import ManyField
from shouwen.kernel.models import Case
from shouwen.kernel.zones import site_zone

Phrases = Mapping[str, list[dict[str, Any]]]
MAY = {
    "customer": 1.0, "channel": 1.0, "photo": 0.04, "wish_at": 0.06, "elsewhere": 0.5,
    "note": 0.3, "dept": 0.5, "in_writing": 0.12,
}  # fmt: skip
LIKELY = {
    "how": (("phone", 70), ("in_person", 12), ("message", 18)),
    "channel": (("phone", 62), ("counter", 24), ("web", 4), ("mail", 4), ("letter", 2), ("suggestion_box", 4)),
}
OPENS, CLOSES = time(9, 0), time(17, 30)


def working_time(at: datetime, rng: random.Random) -> datetime:
    """A round moment of the site's next day within office hours."""
    zone = site_zone()
    day = at.astimezone(zone).date() + timedelta(days=rng.choice((1, 1, 2)))
    begin = datetime.combine(day, OPENS, zone)
    return (begin + timedelta(minutes=30 * rng.randrange(17))).astimezone(at.tzinfo)


def signature(rng: random.Random, *, name: str = "sign.png") -> SimpleUploadedFile:
    """A signature as the screen draws it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (320, 120), "white")
    points = [(20 + n * 14, 60 + rng.randrange(-38, 38)) for n in range(20)]
    ImageDraw.Draw(image).line(points, fill="#1c2b4a", width=3, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


class Answers:
    """Answers of one pack; `theme` is what a case is about, so that cause, measure and result belong together."""

    def __init__(self, phrases: Phrases, people: Mapping[str, Staff], rng: random.Random) -> None:
        self.phrases, self.people, self.rng = phrases, people, rng
        self._fields: dict[tuple[str, str], dict[str, forms.Field]] = {}

    def fields(self, step: Step, actor: Actor, case: Case | None) -> dict[str, forms.Field]:
        """The questions of a step, asked once a run."""
        key = (repr(step), "staff" if actor.staff_id else "customer")
        if key in self._fields:
            return self._fields[key]
        fields = dict(form_for(step, actor=actor, case=case).fields)
        if not any(isinstance(field, ManyField) for field in fields.values()):  # those depend on the case
            self._fields[key] = fields
        return fields

    def to(
        self, step: Step, *, actor: Actor, case: Case | None, at: datetime, theme: Mapping[str, Any], plain: bool = False
    ) -> dict[str, Any]:  # fmt: skip
        """Answers to all that is required and some of what may be said; `plain` = only what is required."""
        fields = self.fields(step, actor, case)
        wanted = list(step.asks)
        if not plain:
            wanted += [word for word in step.may if self.rng.random() < MAY.get(word, 0.0)]
        found = {word: self._one(word, fields[word], step, case, at, theme) for word in wanted}
        if found.get("how") == "in_person":
            found.update({word: signature(self.rng) for word in ("sign_off",) if word in step.words})
        if "letter" in step.may and case is not None and case.fact("in_writing"):
            found["letter"] = signature(self.rng, name="letter.png")
        return {k: v for k, v in found.items() if v is not None}

    def _one(
        self, word: str, field: forms.Field, step: Step, case: Case | None, at: datetime, theme: Mapping[str, Any]
    ) -> Any:  # fmt: skip
        if word in theme.get("given", {}):
            return theme["given"][word]
        if isinstance(field, UploadField):
            return signature(self.rng)
        if isinstance(field, ManyField):
            kept = self.phrases.get(word)
            return self.rng.choice(kept)["rows"] if kept else field.sample()
        if isinstance(field, MomentField):
            return working_time(at, self.rng)
        if isinstance(field, RowField):
            return self._row(field, case, theme)
        if isinstance(field, forms.ChoiceField):
            chosen = self._choice(word, [value for value, _label in field.choices if value])
            told = str(theme.get("words", "")) if word in step.kind.choices else ""
            return (told and plain_choice(step, word, told)) or chosen
        if isinstance(field, forms.BooleanField):
            return bool(theme.get("dept")) if word == "elsewhere" else self.rng.random() < 0.5
        if isinstance(field, forms.IntegerField):
            return self.rng.randrange(30, 400) * 100 if word.endswith("_fen") else self.rng.randrange(1, 5)
        if isinstance(field, forms.DateField):
            return (at + timedelta(days=self.rng.randrange(1, 4))).date()
        return self._words(word, step, theme)

    def _choice(self, word: str, values: list[str]) -> str:
        likely = [(value, weight) for value, weight in LIKELY.get(word, ()) if value in values]
        if not likely:
            return self.rng.choice(values)
        return self.rng.choices([value for value, _w in likely], [weight for _v, weight in likely])[0]

    def _row(self, field: RowField, case: Case | None, theme: Mapping[str, Any]) -> Any:
        model = field.rows.model
        if model is Place:
            return theme["place"]
        if model is Party:
            return theme["party"]
        if model is Department:
            return theme.get("dept") or self.rng.choice(("engineering", "security", "cleaning"))
        if model is Staff:
            others = [row for row in self.people.values() if case is None or row.pk != case.owner_id]
            return theme.get("fitter") or self.rng.choice(others)
        rows = field.rows.order_by("pk")
        return rows[self.rng.randrange(number)] if (number := rows.count()) else None

    def _words(self, word: str, step: Step, theme: Mapping[str, Any]) -> str:
        if word == "words" and step.new_cycle:
            return str(theme.get("again") or theme["words"])
        said = theme.get(word)
        if said:
            return str(self.rng.choice(said) if isinstance(said, list) else said)
        kept = self.phrases.get(word) or self.phrases["note"]
        return str(self.rng.choice(kept)["words"])
