"""What a step waits for: several different people who agree, papers that have come in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.access import staff
from shouwen.kernel.approval import Approval
from shouwen.kernel.kinds import Kind, Step
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.papers import Paper, Papers
from shouwen.kernel.perform import perform
from shouwen.kernel.registry import kinds
from shouwen.kernel.who import desk, director, holder, involved, same_site, supervisor
from tests.sample.models import PartSheet
from tests.support import picture, refused
from tests.world import MONDAY, at

HOUR = timedelta(hours=1)


class Pact(Kind):
    """Something two different people agree to, with its papers."""

    number, sheet, owner = "PA", PartSheet, holder("steward", of="place")
    states, final = "asked done", "done"
    sees = involved | (desk | supervisor | director) & same_site

    open = Step(None, "asked", by=staff, may="words place")
    sign = Step("asked", "done", by=desk)
    settle = Step("asked", "done", by=desk)
    clearing = Step("asked", "done", by=desk)
    both = Approval(
        "sign", supervisor, director, frm="asked", by=desk, asks="note price_fen", bound="price_fen", clause="S6-5.04"
    )
    two = Approval("settle", desk | supervisor | director, quorum=2, frm="asked", by=desk, clause="S6-5.04")
    papers = Papers(
        Paper("licence", expires=True),
        Paper("card", keep="seen"),
        during="asked",
        before="clearing",
        by=desk,
        clause="S6-9.01",
    )


@pytest.fixture
def pact(world, monkeypatch) -> Case:
    monkeypatch.setattr(Pact, "key", "pact")
    monkeypatch.setitem(kinds, "pact", Pact)
    entry = perform("open", kind="pact", actor=world.actor("desk"), at=MONDAY, data={"place": "1-1-101"})
    return Case.objects.get(pk=entry.stream_id)


@pytest.fixture
def take(world, pact):
    def step(name: str, who: str, when=MONDAY, files=None, **data):
        return perform(
            name, actor=world.actor(who, at=when), at=when, case=Case.objects.get(pk=pact.pk), data=data, files=files
        )

    return step


def test_each_seat_is_filled_by_somebody_else_before_the_step(world, pact, take):
    actor = world.actor("desk")
    assert refused("sign", actor=actor, case=pact).clause == "S6-5.04"
    take("ask_both", "desk", note="退押金", price_fen=5000)
    take("agree_both", "director", opinion="同意")
    assert refused("sign", actor=actor, case=Case.objects.get(pk=pact.pk)).clause == "S6-5.04"
    assert refused("agree_both", actor=world.actor("director"), case=Case.objects.get(pk=pact.pk)).status == 403
    take("agree_both", "supervisor")
    assert take("sign", "desk").to_state == "done"
    assert sorted(e.facts["_seat"] for e in Entry.objects.filter(step="agree_both")) == [0, 1]


def test_a_refusal_of_one_is_a_refusal(world, pact, take):
    take("ask_both", "desk", note="退押金", price_fen=5000)
    take("agree_both", "director")
    take("refuse_both", "supervisor", opinion="还没验收")
    assert refused("sign", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk)).clause == "S6-5.04"
    refused("agree_both", actor=world.actor("supervisor"), case=Case.objects.get(pk=pact.pk))


def test_asking_anew_empties_every_seat(world, pact, take):
    for _turn in range(2):
        take("ask_both", "desk", note="退押金", price_fen=5000)
        take("agree_both", "director")
    assert refused("sign", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk)).clause == "S6-5.04"
    take("agree_both", "supervisor")
    take("sign", "desk2")


def test_a_quorum_is_so_many_different_people_and_never_whoever_asked(world, pact, take):
    take("ask_two", "desk", note="请两位同意")
    assert refused("agree_two", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk)).status == 403
    take("agree_two", "desk2")
    assert refused("agree_two", actor=world.actor("desk2"), case=Case.objects.get(pk=pact.pk)).status == 403
    assert refused("settle", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk)).clause == "S6-5.04"
    take("agree_two", "supervisor")
    refused("agree_two", actor=world.actor("director"), case=Case.objects.get(pk=pact.pk))
    take("settle", "desk")


def test_papers_hold_the_step_back_until_they_are_here_and_valid(world, pact, take):
    later = at("2026-12-02 09:00")
    take("receive_paper", "desk", paper="card")
    take("ask_paper", "desk", paper="licence", told="请带营业执照")
    refusal = refused("clearing", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk))
    assert refusal.clause == "S6-9.01"
    take("receive_paper", "desk", paper="licence", valid_until="2026-12-01", files={"copy": picture()})
    assert Pact.papers.missing(pact, MONDAY) == []
    assert (
        refused("clearing", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk), at=later).clause == "S6-9.01"
    )
    assert take("clearing", "desk", when=at("2026-12-01 23:59")).to_state == "done"


def test_nobody_is_asked_twice_for_what_is_here_and_a_second_asking_is_counted(world, pact, take):
    for _turn in range(2):
        take("ask_paper", "desk", paper="card", told="请带身份证")
    assert Pact.papers.asked_count(pact, "card") == 2
    take("receive_paper", "desk", paper="card")
    data = {"paper": "card", "told": "请带身份证"}
    assert (
        refused("ask_paper", actor=world.actor("desk"), case=Case.objects.get(pk=pact.pk), data=data).clause
        == "S6-9.01"
    )


@pytest.mark.parametrize("data", [{}, {"valid_until": "2026-11-22"}])
def test_a_paper_comes_in_as_wanted(world, pact, data):
    actor = world.actor("desk")
    given = {"paper": "licence", **data}
    assert refused("receive_paper", actor=actor, case=pact, data={**given, "copy": picture()}).clause == "S6-9.01"
    assert (
        refused("receive_paper", actor=actor, case=pact, data={**given, "valid_until": "2027-01-01"}).clause
        == "S6-9.01"
    )
    assert set(refused("receive_paper", actor=actor, case=pact, data={"paper": "nothing"}).errors) == {"paper"}
