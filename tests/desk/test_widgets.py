"""Widgets written without templates are what Django's templates make of them, for every question of every step."""

from __future__ import annotations

import re

import pytest
from django.forms import Select
from django.forms.renderers import DjangoTemplates

from shouwen.desk.dressing import dress
from shouwen.desk.widgets import PLAIN, Renderer, RowSelect
from shouwen.ground.models import Department, Staff
from shouwen.kernel.asks import form_for
from shouwen.kernel.registry import kinds
from tests.world import MONDAY

TYPED = "\"quoted\" 'so' <b>&amp; 样例"


def plain(html: str) -> str:
    """Without the blank lines that templates leave."""
    return re.sub(r"\s*\n\s*", "\n", html.replace("&#39;", "&#x27;")).strip()


def forms(world):
    actor = world.actor("supervisor")
    for kind in kinds.values():
        for step in kind.steps.values():
            yield form_for(step, actor=actor, case=None, at=MONDAY)
            yield form_for(step, actor=actor, case=None, data=dict.fromkeys(step.words, TYPED), at=MONDAY)


def test_every_question_is_written_as_django_writes_it(world):
    seen = set()
    for form in forms(world):
        form.is_valid()
        dress(form, before="x")
        for field in form:
            form.renderer = Renderer()
            mine = str(field)
            form.renderer = DjangoTemplates()
            assert plain(mine) == plain(str(field)), (form.step.name, field.name)
            seen.add(getattr(field.field.widget, "template_name", ""))

    assert {name.split("/")[-1] for name in seen & set(PLAIN)} >= {
        "select.html",
        "textarea.html",
        "text.html",
        "checkbox.html",
    }


@pytest.mark.parametrize("chosen", [True, False])
def test_rows_are_written_as_django_writes_them(world, chosen):
    Staff.objects.create(org=world.org, number="S999", name=TYPED)
    seen = set()
    for kind in kinds.values():
        for step in kind.steps.values():
            initial = dict.fromkeys(step.words, world.staff["desk"].pk) if chosen else None
            form = dress(
                form_for(step, actor=world.actor("supervisor"), case=None, initial=initial, at=MONDAY), before="x"
            )
            for field in form:
                if not isinstance(field.field.widget, RowSelect):
                    continue
                mine, attrs = str(field), field.field.widget.attrs
                field.field.widget = Select(attrs=attrs)
                field.field.widget.is_required = field.field.required
                field.field.widget.choices = field.field.choices
                form.renderer = DjangoTemplates()
                assert plain(mine) == plain(str(field)), (step.name, field.name)
                seen.add(field.field.queryset.model)
                me = f'value="{world.staff["desk"].pk}" selected'
                assert (me in mine) == (chosen and field.field.queryset.model is Staff)

    assert seen == {Staff, Department}


def test_a_field_s_own_words_are_text(world):
    form = form_for(
        kinds["complaint"].steps["open"], actor=world.actor("desk"), case=None, data={"words": TYPED}, at=MONDAY
    )
    form.renderer = Renderer()
    assert "&lt;b&gt;&amp;amp; 样例" in str(form["words"])
