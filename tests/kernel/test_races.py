"""Real threads on the real database: of two equal wishes one is done, nobody waits for ever, no number is burnt."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from shouwen.kernel import audit, policies
from shouwen.kernel.models import Case, Clock, Entry, Submission
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal, Stale
from shouwen.kernel.registers import register
from tests.support import a_case, act
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 12
LATER = MONDAY + timedelta(minutes=30)


def together(*wishes: Callable[[], Any]) -> list[Any]:
    """Runs all at the same moment, each in a thread with a connection of its own; answers or refusals, in order."""
    found: list[Any] = [None] * len(wishes)
    gate = threading.Barrier(len(wishes))

    def run(number: int, wish: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            found[number] = wish()
        except Exception as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "somebody waits for ever"
    return found


def sort(found: list[Any]) -> list[str]:
    """What became of each wish; anything but an entry or a refusal fails here."""
    for one in found:
        assert isinstance(one, (Entry, Refusal)), repr(one)
    return sorted("done" if isinstance(one, Entry) else "refused" for one in found)


def step(world: World, name: str, case: Case, who: str, **more: Any) -> Callable[[], Entry]:
    actor = world.actor(who)
    return lambda: perform(name, actor=actor, at=LATER, case=Case.objects.get(pk=case.pk), **more)


def clean() -> None:
    assert [str(d) for d in (*audit.audit_journal(), *audit.audit_clocks())] == []


def test_two_clerks_take_the_same_step_and_one_is_done(world):
    for _round in range(ROUNDS):
        case = a_case(world, "job", "doing")
        found = together(step(world, "finish", case, "desk"), step(world, "finish", case, "desk2"))
        assert sort(found) == ["done", "refused"]
        assert Entry.objects.filter(stream_id=case.pk, step="finish").count() == 1
        assert Clock.objects.filter(case=case, key="quick", verdict="kept").count() == 1
    clean()


def test_two_who_saw_the_same_page_do_not_both_answer_it(world):
    for _round in range(ROUNDS):
        case = a_case(world, "job")
        found = together(
            step(world, "inform", case, "desk", data={"told": "甲"}, seen_rev=case.rev),
            step(world, "inform", case, "desk2", data={"told": "乙"}, seen_rev=case.rev),
        )
        assert sort(found) == ["done", "refused"]
        assert any(isinstance(one, Stale) for one in found)
    clean()


def test_one_submission_sent_twice_at_once_is_done_once(world):
    actor, data = world.actor("desk"), {"place": "1-1-101", "words": "滴水"}
    for turn in range(ROUNDS):
        wish = lambda key=f"k{turn}": perform("open", actor=actor, at=MONDAY, kind="job", data=data, key=key)  # noqa: E731
        first, second = together(wish, wish)
        assert sort([first, second]) == ["done", "done"]
        assert first.pk == second.pk
    assert (Case.objects.count(), Submission.objects.count()) == (ROUNDS, ROUNDS)
    clean()


def test_parent_and_child_at_once_never_wait_for_each_other(world):
    """The child's step takes one of its parent while somebody works on the parent itself."""
    for _round in range(ROUNDS):
        parent = a_case(world, "job")
        child = Case.objects.get(
            pk=perform("open", actor=world.actor("desk"), at=MONDAY, kind="part", parent=parent).stream_id
        )
        found = together(
            step(world, "deliver", child, "desk"),
            step(world, "inform", parent, "desk2", data={"told": "零件在路上"}),
            step(world, "note", parent, "steward1", data={"note": "催过"}),
        )
        assert sort(found) == ["done", "done", "done"]
        taken = Entry.objects.filter(stream_id=parent.pk).order_by("seq").values_list("seq", "step")
        assert [seq for seq, _step in taken] == [1, 2, 3, 4]
        assert sorted(name for _seq, name in taken) == ["inform", "note", "open", "part_done"]
    clean()


def test_numbers_have_no_hole_and_no_twin(world):
    for _round in range(ROUNDS):
        wishes = [
            lambda who=who: perform(
                "open", actor=world.actor(who), at=MONDAY, kind="job", data={"place": "1-1-101", "words": "滴水"}
            )
            for who in ("desk", "desk2", "steward1")
        ]
        assert sort(together(*wishes)) == ["done"] * 3
    numbers = sorted(int(re.sub(r".*-", "", no)) for no in Case.objects.values_list("no", flat=True))
    assert numbers == list(range(1, 3 * ROUNDS + 1))


def test_undone_openings_burn_no_number(world):
    """A hundred that are rolled back at the last moment leave the series as it was."""

    class Undone(Exception):
        pass

    for _turn in range(100):
        with pytest.raises(Undone), transaction.atomic():
            perform(
                "open", actor=world.actor("desk"), at=MONDAY, kind="job", data={"place": "1-1-101", "words": "滴水"}
            )
            raise Undone
    assert a_case(world, "job").no == "JB2611-0001"


def test_a_policy_is_published_between_steps_never_within_one(world):
    """Whoever is first: each clock is judged by the version of its own moment, and the audit agrees."""
    manager = world.actor("manager")
    for turn in range(1, ROUNDS + 1):
        at = MONDAY + timedelta(minutes=turn)
        opens = lambda at=at: perform(  # noqa: E731
            "open", actor=world.actor("desk"), at=at, kind="job", data={"place": "1-1-101", "words": "滴水"}
        )
        publish = lambda at=at, turn=turn: policies.publish(  # noqa: E731
            "job.quick", f"{turn}wh", actor=manager, at=at
        )
        opened, published = together(opens, publish)
        assert isinstance(opened, Entry), repr(opened)
        assert not isinstance(published, Exception), repr(published)
    clean()


def test_two_edits_of_a_card_that_both_saw_leave_one_stale(world):
    party, actor = world.parties["fang"], world.actor("desk")
    for turn in range(ROUNDS):
        seen = Entry.objects.filter(stream_type="register.party").count()
        wishes = [
            lambda name=f"方{turn}{who}", seen=seen: register("party").edit(
                party, {"name": name}, actor=actor, at=MONDAY, seen_seq=seen
            )
            for who in "甲乙"
        ]
        found = together(*wishes)
        assert sorted(type(one).__name__ for one in found) == ["Party", "Stale"], found
        assert Entry.objects.filter(stream_type="register.party").count() == seen + 1
    clean()


def test_the_same_rung_and_a_person_at_once_stop_a_case_once(world):
    """Two workers sweep while somebody finishes: the rung's step and the person's never both win twice."""
    from shouwen.kernel.sweep import sweep

    late = MONDAY + timedelta(days=40)
    for _round in range(5):
        case = a_case(world, "job", "doing")
        found = together(lambda: sweep(at=late), lambda: sweep(at=late), step(world, "finish", case, "desk"))
        assert all(not isinstance(one, Exception) or isinstance(one, Refusal) for one in found), found
        steps = list(Entry.objects.filter(stream_id=case.pk).values_list("step", flat=True))
        assert steps.count("stop") <= 1 and steps.count("finish") <= 1
    clean()
    assert act(world, "note", case, at=late).rev > 0
