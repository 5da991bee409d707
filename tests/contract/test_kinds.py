"""The contract of every kind in the registry: nothing here names a process."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.kinds import GIVEN_UP, SAME, WITHDRAWN, Kind, Step, matches
from shouwen.kernel.models import Case, Clock, Entry
from shouwen.kernel.offers import steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from tests.support import a_case, act, answers, may, rights, route, somebody, split_files, starters, unchanged, verdicts
from tests.world import MONDAY, World

NAMES = sorted(kinds)
STATES = [(name, state) for name in NAMES for state in (*kinds[name].states, WITHDRAWN, GIVEN_UP)]
STEPS = [(name, step) for name in NAMES for step in kinds[name].steps]
HOUR, LATER = timedelta(hours=1), timedelta(days=40)
PAGE_KEYS = {"n", "g", "e", "t", "j", "k"}  # letters the pages themselves listen to


def ready(world: World, step: Step) -> tuple[Case | None, datetime]:
    """A case on which the step can be taken, and the moment to take it."""
    if step.opens:
        return None, MONDAY
    if step.to == GIVEN_UP:
        case = a_case(world, step.kind.key, step.frm[0])
        for day in range(step.kind.attempts):
            case = act(world, "attempt", case, at=MONDAY + timedelta(days=day + 1))
        return case, MONDAY + timedelta(days=step.kind.attempts + 1)
    if step.name == "excuse":
        case = a_case(world, step.kind.key)
        return act(world, "withdraw", case, at=MONDAY + LATER), MONDAY + LATER
    case, way = a_case(world, step.kind.key, step.frm[0]), step.kind.ways.get(step.name, "").split()
    if any("other" in step.kind.steps[name].words for name in (*way, step.name) if ":" not in name):
        a_case(world, step.kind.key)  # one to name
    for name in (*way, *starters(step)):
        if name.startswith("other:"):
            other = a_case(world, step.kind.key)
            act(world, name.removeprefix("other:"), other, other=case.no, relation="same_cause", at=MONDAY + HOUR)
        else:
            case = act(world, name, case, at=MONDAY + HOUR)
    running = Clock.objects.filter(case=case, key__in=step.needs, verdict__isnull=True)
    return case, min([MONDAY + 2 * HOUR, *running.values_list("due_at", flat=True)])


@pytest.mark.parametrize(("name", "state"), STATES)
def test_every_state_is_reached_by_its_own_steps(world, name, state):
    assert a_case(world, name, state).state == state


@pytest.mark.parametrize(("name", "state"), [(n, s) for n, s in STATES if s in kinds[n].live_states()])
def test_every_live_state_is_left(name, state):
    leaving = [
        s for s in kinds[name].steps.values() if state in s.frm and s.to not in (SAME, state, WITHDRAWN, GIVEN_UP)
    ]
    assert leaving, f"{name} stays {state} for ever"


@pytest.mark.parametrize("name", NAMES)
def test_an_end_is_an_end(world, name):
    for state in kinds[name].ends():
        case = a_case(world, name, state)
        assert case.closed_at is not None
        for clock in Clock.objects.filter(case=case, verdict__isnull=True):  # what is owed after the end, by name
            assert state in (kinds[name].commitments[clock.key].during or ()), clock.key


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_each_step_is_taken_by_the_right_person(world, name, step):
    spec = kinds[name].steps[step]
    case, at = ready(world, spec)

    after = act(world, step, case, kind="" if case else name, at=at)

    entry = Entry.objects.get(stream_id=after.pk, seq=after.head_seq)
    assert (entry.step, entry.happened_at) == (step, at)
    assert after.state == (case.state if case and spec.to == SAME else spec.to)


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_a_stranger_is_refused_with_nothing_changed(world, name, step):
    spec = kinds[name].steps[step]
    case, at = ready(world, spec)
    strangers = [
        who for who in ("elsewhere", "nobody", "zeng") if case is not None or not may(world.actor(who), spec, None)
    ]
    with unchanged():
        for who in strangers:
            assert attempt(world, spec, case, who, at).status == (404 if case else 403)


@pytest.mark.parametrize(("name", "step"), [(n, s) for n, s in STEPS if not kinds[n].steps[s].opens])
def test_who_sees_but_may_not_is_refused_with_nothing_changed(world, name, step):
    spec = kinds[name].steps[step]
    case, at = ready(world, spec)
    assert case is not None
    with unchanged():
        for who in world.accounts:
            seen = rights(world.actor(who, at=at), case)
            if seen and step not in seen:
                assert attempt(world, spec, case, who, at).status == 403


def attempt(world: World, step: Step, case: Case | None, who: str, at: datetime) -> Refusal:
    """What somebody is told who must not take the step."""
    actor = world.actor(who, at=at)
    data = answers(step, world=world, actor=actor, case=case, at=at)
    with pytest.raises(Refusal) as caught:
        perform(step.name, actor=actor, at=at, case=case, kind="" if case else step.kind.key, **split_files(data))
    return caught.value


@pytest.mark.parametrize(("name", "state"), STATES)
def test_a_step_is_refused_from_every_other_state(world, name, state):
    case, at = a_case(world, name, state), MONDAY + timedelta(days=5)
    people = {who: rights(world.actor(who, at=at), case) for who in [*world.accounts, "system"]}
    with unchanged():
        for step in kinds[name].steps.values():
            who = next((who for who, steps in people.items() if step.name in steps), None)
            if who is not None and not step.opens and state not in step.frm:
                assert attempt(world, step, case, who, at).status == 409


@pytest.mark.parametrize(("name", "state"), STATES)
def test_offers_are_the_permitted_steps(world, name, state):
    case, at = a_case(world, name, state), MONDAY + timedelta(days=5)
    fitting = {
        step.name
        for step in kinds[name].steps.values()
        if state in step.frm and matches(step.when, {f: case.fact(f) for f in step.when})
    }
    for who in [*world.accounts, "system"]:
        actor = world.actor(who, at=at)
        offered = {offer.step.name for offer in steps_for(actor, case, at=at)}
        assert offered == fitting & rights(actor, case), who


@pytest.mark.parametrize(("name", "step"), [(n, s) for n, s in STEPS if not kinds[n].steps[s].opens])
def test_an_open_offer_names_the_clocks_it_stops(world, name, step):
    spec = kinds[name].steps[step]
    case, at = ready(world, spec)
    actor = world.actor(somebody(world, spec, case, at=at), at=at)
    offer = next(offer for offer in steps_for(actor, case, at=at) if offer.step.name == step)
    assert offer.open, offer.refusal
    running = {key for key, verdict in verdicts(case).items() if verdict is None}
    stops = {f"{clock.key}.{clock.cycle}.{clock.seq}" for clock in offer.stops}
    after = act(world, step, case, at=at)
    stopped = {key for key, verdict in verdicts(after).items() if key in running and verdict in ("kept", "late")}
    assert stopped <= stops


@pytest.mark.parametrize("name", NAMES)
def test_queries_do_not_grow_with_cases(world, name):
    """Opening, offers and the list cost the same with one case as with three."""
    counts: list[list[int]] = []
    for _turn in range(2):
        case = a_case(world, name)
        actor = world.actor(somebody(world, kinds[name].steps["note"], case, at=MONDAY), at=MONDAY)
        counts.append([
            _queries(lambda: list(visible_to(actor).filter(kind=name).select_related("owner", "place"))),  # noqa: B023
            _queries(lambda: steps_for(actor, case, at=MONDAY)),  # noqa: B023
            _queries(lambda: act(world, "note", case, who=_name(world, actor.staff_id), at=MONDAY)),  # noqa: B023
        ])  # fmt: skip
        for _more in range(2):
            a_case(world, name)
    assert counts[0] == counts[1]


def _name(world: World, staff_id: Any) -> str:
    return next(name for name, staff in world.staff.items() if staff.pk == staff_id)


def _queries(run: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        run()
    return len(caught)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_is_said_in_both_languages(name):
    kind = kinds[name]
    said = {
        name,
        *kind.states,
        *kind.facts,
        *kind.steps,
        *kind.commitments,
        *(w for s in kind.steps.values() for w in s.words),
    }
    for word in said:
        chinese, english = (words.label_in(language, word, f"{name} do") for language in ("zh-hans", "en"))
        assert chinese and english and chinese != word, word
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), word
    with override("en"):
        assert kind.label() != name


@pytest.mark.parametrize("name", NAMES)
def test_letters_of_steps_are_their_own(name):
    letters = Counter(step.key for step in kinds[name].steps.values() if step.key and not step.opens)
    assert [letter for letter, count in letters.items() if count > 1] == []
    assert PAGE_KEYS & set(letters) == set()


def test_numbers_of_kinds_are_their_own():
    assert max(Counter(kind.number for kind in kinds.values()).values()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_says_what_it_is_and_how_each_promise_ends(name):
    kind: type[Kind] = kinds[name]
    assert (kind.__doc__ or "").strip().endswith(".")
    for commitment in kind.commitments.values():
        assert commitment.starts
        assert commitment.kept_by
        assert all(route(kind, state) for state in commitment.during or ())
