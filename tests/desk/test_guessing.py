"""A choice that the caller's words make plain stands chosen; what somebody chose is left alone."""

from __future__ import annotations

import pytest

from shouwen.desk import guessing
from shouwen.kernel.models import Case
from shouwen.kernel.registry import kinds

STEP = kinds["repair"].steps["open"]


@pytest.mark.parametrize(
    ("said", "trade"),
    [
        ("厨房水槽下漏水", "water"), ("客厅的插座没电", "electric"), ("电梯停在三楼", "lift"), ("热水器不出热水", "appliance"),
        ("入户门关不严，锁舌对不上", "doors"), ("The LIFT is stuck", "lift"), ("说不清", ""), ("", ""),
    ],
)  # fmt: skip
def test_words_make_a_trade_plain(said, trade):
    assert guessing.plain(STEP, "trade", said) == trade


def test_what_was_chosen_is_not_guessed_over():
    first = kinds["repair"].choices["trade"][0]
    asked = {"words": "插座没电"}
    assert guessing.guessed(STEP, asked, {}) == {"trade": "electric"}
    assert guessing.guessed(STEP, {**asked, "trade": first}, {}) == {"trade": "electric"}, "nobody touched it"
    assert guessing.guessed(STEP, {**asked, "trade": "civil"}, {}) == {}
    assert guessing.guessed(STEP, {**asked, "trade": first}, {"trade": "electric"}) == {}, "changed back by hand"
    assert guessing.guessed(STEP, {"words": "门", "trade": "electric"}, {"trade": "electric"}) == {"trade": "doors"}


def test_a_question_without_cues_is_never_guessed():
    assert guessing.guessable(kinds["complaint"].steps["open"]) == {}


@pytest.mark.django_db
def test_intake_shows_the_trade_it_heard_and_takes_it_down(world, visit):
    desk = visit("desk")
    form = {"kind": "repair.open", "place": "1-1-101", "words": "客厅的插座没电", "trade": "water"}
    shown = desk.post("/intake", {**form, "_do": "promises"}, headers={"HX-Request": "true"}).content.decode()
    field = shown.split('id="q-trade"')[1].split("</select>")[0]
    assert '<option value="electric" selected>' in field
    assert 'name="_guess.trade" value="electric" hx-swap-oob="true"' in shown
    desk.post("/intake", {**form, "_do": "save"})
    desk.post("/intake", {**form, "_do": "save", "trade": "other", "_guess.trade": "electric"})
    assert [case.sheet.trade for case in Case.objects.order_by("id")] == ["electric", "other"]
