"""Appointing and handing over: only from above, whole, journaled, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel import handover
from shouwen.kernel.models import Case, Entry
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import NotAllowed
from shouwen.kernel.registers import register
from tests.world import MONDAY

LATER = MONDAY + timedelta(hours=1)


def holding_of(world, name):
    return register("holding").rows(world.actor("manager")).get(staff=world.staff[name])


@pytest.mark.parametrize(
    ("who", "office"), [("supervisor", "director"), ("supervisor", "manager"), ("director", "property_gm")]
)
def test_nobody_makes_themselves_something_higher(world, who, office):
    card, before = register("holding"), Entry.objects.count()

    with pytest.raises(NotAllowed):
        card.add(
            {"office": world.offices[office], "staff": world.staff[who], "from_at": MONDAY},
            actor=world.actor(who), at=MONDAY,
        )  # fmt: skip

    assert not any(held.role == office for held in world.actor(who).offices)
    assert Entry.objects.count() == before


def test_an_office_of_another_community_is_given_by_others(world):
    with pytest.raises(NotAllowed):
        register("holding").add(
            {"office": world.offices["elsewhere"], "staff": world.staff["nobody"], "from_at": MONDAY},
            actor=world.actor("director"), at=MONDAY,
        )  # fmt: skip


def test_a_supervisor_names_their_own_stand_in_but_no_second_supervisor(world):
    values = {"office": world.offices["supervisor"], "staff": world.staff["desk"], "from_at": MONDAY}
    register("holding").add({**values, "until_at": LATER, "stand_in": True}, actor=world.actor("supervisor"), at=MONDAY)
    assert any(held.role == "supervisor" and held.stand_in for held in world.actor("desk").offices)

    with pytest.raises(NotAllowed):
        register("holding").add({**values, "staff": world.staff["desk2"]}, actor=world.actor("supervisor"), at=MONDAY)


def test_everything_of_somebody_who_leaves_goes_over_in_one_act(world):
    for n in range(3):
        perform(
            "open", actor=world.actor("desk"), at=MONDAY, kind="job", data={"place": "1-1-101", "words": f"滴水 {n}"}
        )
    leaving, to = world.staff["steward1"], world.staff["steward2"]
    shown = handover.preview(leaving)

    run = handover.hand_over_all(leaving, to, actor=world.actor("supervisor", at=LATER), at=LATER, note="调岗")

    assert (len(shown.cases), shown.offices) == (3, ("steward",))
    assert run.total == 3 and run.done_at == LATER
    assert handover.preview(leaving) == handover.Belongings((), ())
    after = world.actor("steward2", at=LATER)
    assert {case.owner_office_id for case in Case.objects.all()} <= set(after.office_ids)
    assert set(Case.objects.values_list("owner_id", flat=True)) == {to.pk}
    entries = Entry.objects.filter(stream_type="register.office").order_by("seq")
    assert [(entry.step, entry.actor_id) for entry in entries] == [
        ("edit", world.staff["supervisor"].pk), ("add", world.staff["supervisor"].pk),
    ]  # fmt: skip


def test_handing_over_beyond_ones_reach_changes_nothing(world):
    with pytest.raises(NotAllowed):
        handover.hand_over_all(
            world.staff["director"], world.staff["nobody"], actor=world.actor("supervisor"), at=MONDAY, note="x"
        )

    assert holding_of(world, "director").until_at is None
    assert handover.preview(world.staff["nobody"]) == handover.Belongings((), ())
