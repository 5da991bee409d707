"""Appointing and handing over: only from above, whole, journaled, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.ground.models import Staff
from shouwen.kernel import handover
from shouwen.kernel.audit import audit_clocks
from shouwen.kernel.models import Case, Clock, Entry, Notice
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import NotAllowed
from shouwen.kernel.registers import register
from tests.support import a_case, act, refused, rights
from tests.world import MONDAY, at

LATER = MONDAY + timedelta(hours=1)


def holding_of(world, name):
    return register("holding").rows(world.actor("manager")).get(staff=world.staff[name])


def had(world, staff, who: str = "director"):
    return handover.preview(staff, actor=world.actor(who))


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
    shown = had(world, leaving)

    run = handover.hand_over_all(leaving, to, actor=world.actor("supervisor", at=LATER), at=LATER, note="调岗")

    assert (len(shown.cases), shown.offices) == (3, ("steward",))
    assert run.total == 3 and run.done_at == LATER
    assert had(world, leaving) == handover.Belongings((), ())
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
    assert had(world, world.staff["nobody"]) == handover.Belongings((), ())


# --- what somebody has beside the cases they answer for


def owing(case, key):
    return Clock.objects.get(case=case, key=key, verdict__isnull=True).owed_by


@pytest.mark.clause("S6-2.07")
def test_a_job_that_somebody_was_sent_to_goes_to_the_colleague_and_its_owner_stays(world):
    job = a_case(world, "repair", "on_site", at=MONDAY)
    fitter, to, owner = job.assignee, world.staff["desk2"], job.owner
    clock = Clock.objects.filter(case=job, verdict__isnull=True, owed_by=fitter).first()

    assert had(world, fitter).cases == (job.no,)
    handover.hand_over_all(fitter, to, actor=world.actor("supervisor", at=LATER), at=LATER, note="病假")

    job = Case.objects.get(pk=job.pk)
    assert (job.assignee, job.owner, had(world, fitter).cases) == (to, owner, ())
    assert clock is None or Clock.objects.get(pk=clock.pk).owed_by == to
    assert "finish" in rights(world.actor("desk2", at=LATER), job)
    assert Notice.objects.filter(case=job, staff=to, template="repair.hand_over").exists()
    assert list(audit_clocks()) == []


@pytest.mark.clause("S6-2.07")
def test_an_agreement_awaited_of_somebody_is_owed_by_whoever_takes_the_office(world):
    case = a_case(world, "enquiry")
    case = act(world, "ask_longer", case, who="steward1", promised_at=at("2026-12-01 09:00").isoformat(), note="等厂家")
    leaving, to = world.staff["supervisor"], world.staff["nobody"]
    assert owing(case, "longer_answered") == leaving
    assert had(world, leaving).cases == (case.no,)

    handover.hand_over_all(leaving, to, actor=world.actor("director", at=LATER), at=LATER, note="调岗")

    case = Case.objects.get(pk=case.pk)
    assert (owing(case, "longer_answered"), case.owner) == (to, world.staff["steward1"])
    act(world, "agree_longer", case, who="nobody", at=LATER)
    assert list(audit_clocks()) == []


@pytest.mark.clause("S6-2.07")
def test_a_check_owed_after_the_end_goes_over_too(world):
    case = act(world, "open", kind="complaint", who="desk", refuses_fee=True)
    for step in ("resolve", "approve_measure", "tell", "satisfied"):
        case = act(world, step, case)
    assert (case.state, owing(case, "effective")) == ("closed", world.staff["supervisor"])

    handover.hand_over_all(
        world.staff["supervisor"], world.staff["nobody"], actor=world.actor("director", at=LATER), at=LATER, note="调岗"
    )

    assert owing(case, "effective") == world.staff["nobody"]


@pytest.mark.clause("S6-2.07")
def test_handing_over_one_part_moves_that_alone_and_names_somebody_who_has_one(world):
    job = a_case(world, "repair", "on_site", at=MONDAY)
    chief, fitter = world.actor("supervisor", at=LATER), job.assignee
    part = {"staff": world.staff["desk2"].number, "whose": world.staff["nobody"].number, "note": "换人"}
    assert refused("hand_over", actor=chief, case=job, data=part, at=LATER).clause == "S6-2.07"
    to_owner = {**part, "staff": job.owner.number, "whose": fitter.number}
    perform("hand_over", actor=chief, case=job, data=to_owner, at=LATER)
    again = Case.objects.get(pk=job.pk)
    assert (again.assignee, again.owner) == (job.owner, job.owner)
    same = {"staff": job.owner.number, "note": "换人"}
    assert refused("hand_over", actor=chief, case=again, data=same, at=LATER).clause == "S6-2.07"


@pytest.mark.clause("S6-12.05")
def test_a_complaint_about_whoever_hands_over_is_neither_shown_to_them_nor_moved_by_them(world):
    about = act(world, "open", kind="complaint", who="desk")
    about = act(world, "name_against", about, who="director", against=world.staff["supervisor"].number)
    other = a_case(world, "job")
    leaving = Staff.objects.get(pk=about.owner_id)
    assert {about.no} <= set(had(world, leaving).cases)
    assert about.no not in had(world, leaving, "supervisor").cases

    run = handover.hand_over_all(
        world.staff["steward1"], world.staff["steward2"], actor=world.actor("supervisor"), at=LATER, note="调岗"
    )

    assert set(run.items.values_list("subject", flat=True)) == {other.pk}
    assert Case.objects.get(pk=about.pk).owner_id == about.owner_id
