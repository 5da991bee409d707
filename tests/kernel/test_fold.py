"""The fold: verdicts by event time, whatever order things are written down in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shouwen.kernel.fold import Event, fold
from shouwen.kernel.registry import kinds
from shouwen.worktime import Calendar, calendar
from tests.world import at

MONDAY = at("2026-11-23 10:00")


class Rules:
    """Policies and calendars of a test: versions as lists of (moment, value, also to running clocks)."""

    def __init__(self, policies=None, calendars=None):
        self.policies, self.calendars = policies or {}, calendars or {}

    def policy(self, key, default, at):
        value = default
        for moment, new, _running in self.policies.get(key, []):
            value = new if moment <= at else value
        return value, None

    def calendar(self, key, at):
        found = calendar({"site": "cn"}.get(key, key))
        for moment, new in self.calendars.get(key, []):
            found = new if moment <= at else found
        return found, None

    def changes(self, policies, calendar):
        found = [(moment, key) for key in policies for moment, _value, running in self.policies.get(key, []) if running]
        return found + [(moment, f"calendar:{calendar}") for moment, _new in self.calendars.get(calendar, [])]


def story(*lines, kind="job"):
    """Events from lines `(moment, step, to_state or None, facts)`; states follow each other."""
    events, state, cycle = [], "", 1
    for seq, (moment, step, to, *facts) in enumerate(lines, start=1):
        target = to or state
        cycle += kinds[kind].steps[step].new_cycle
        events.append(Event(seq, step, moment, state, target, cycle, facts[0] if facts else {}))
        state = target
    return events


def clocks(events, key, *, rules=None, until=None, kind="job"):
    found = fold(kinds[kind], events, rules or Rules(), until=until or max(e.happened_at for e in events))
    return [row for row in found if row.key == key]


def verdicts(events, key, **more):
    return [row.verdict for row in clocks(events, key, **more)]


OPEN = (MONDAY, "open", "taken")


def test_kept_at_the_very_second_and_late_one_second_after():
    due = at("2026-11-23 16:00")
    begin = (MONDAY, "begin", "doing")
    assert verdicts(story(OPEN, begin, (due, "finish", "done")), "quick") == ["kept"]
    assert verdicts(story(OPEN, begin, (due + timedelta(seconds=1), "finish", "done")), "quick") == ["late"]


def test_leaving_at_the_due_second_is_void_and_after_it_broken():
    due = at("2026-11-23 16:00")
    assert verdicts(story(OPEN, (due, "withdraw", "withdrawn")), "quick") == ["void"]
    assert verdicts(story(OPEN, (due + timedelta(seconds=1), "withdraw", "withdrawn")), "quick") == ["broken"]


def test_settled_at_once_opens_and_keeps_its_clock():
    rows = clocks(story((MONDAY, "open_closed", "closed")), "quick")
    assert [(row.verdict, row.starts_at, row.stopped_at) for row in rows] == [("kept", MONDAY, MONDAY)]


def test_a_pause_moves_the_due_time_by_its_working_time():
    park, on = at("2026-11-23 15:00"), at("2026-11-24 09:30")
    events = story(OPEN, (MONDAY, "begin", "doing"), (park, "park", "parked"))
    assert clocks(events, "quick")[0].paused_at == park
    events = story(OPEN, (MONDAY, "begin", "doing"), (park, "park", "parked"), (on, "go_on", "doing"))
    row = clocks(events, "quick")[0]
    assert (row.paused_at, row.due_at) == (None, at("2026-11-24 10:30"))  # 3 h worked before, 1 h is left at 09:30


def test_a_pause_after_the_due_time_hides_nothing():
    late = at("2026-11-23 17:00")
    events = story(OPEN, (MONDAY, "begin", "doing"), (late, "park", "parked"), (late + timedelta(days=1), "go_on", "doing"),
                   (late + timedelta(days=2), "finish", "done"))  # fmt: skip
    row = clocks(events, "quick")[0]
    assert (row.verdict, row.due_at, row.pauses) == ("late", at("2026-11-23 16:00"), [])


def test_condition_turning_true_counts_from_the_start_of_the_promise():
    later = MONDAY + timedelta(days=1)
    row = clocks(story(OPEN, (later, "classify", None, {"size": "small"})), "small")[0]
    assert (row.starts_at, row.due_at, row.late_start) == (MONDAY, at("2026-11-26 18:00"), False)


def test_condition_turning_true_when_already_past_gives_one_marked_working_day():
    later = at("2026-12-07 10:00")
    row = clocks(story(OPEN, (later, "classify", None, {"size": "small"})), "small")[0]
    assert (row.due_at, row.late_start) == (at("2026-12-08 18:00"), True)


def test_reclassing_away_and_back_gives_no_new_time():
    away, back = MONDAY + timedelta(hours=2), MONDAY + timedelta(days=1)
    events = story((MONDAY, "open", "taken", {"size": "small"}), (away, "classify", None, {"size": "large"}),
                   (back, "classify", None, {"size": "small"}))  # fmt: skip
    rows = clocks(events, "small")
    assert [row.verdict for row in rows] == ["void", None]
    assert rows[1].due_at == at("2026-11-26 18:00")


def test_reclassing_after_the_due_time_is_broken():
    events = story(
        (MONDAY, "open", "taken", {"size": "small"}), (at("2026-11-27 09:00"), "classify", None, {"size": "large"})
    )
    assert verdicts(events, "small") == ["broken"]


def test_agreed_later_replaces_only_before_it_is_due():
    agreed = {"agreed_at": "2026-11-23T06:00:00+00:00"}
    start = (MONDAY, "open", "taken", {"urgent": True})
    rows = clocks(story(start, (MONDAY + timedelta(minutes=10), "later", None, agreed)), "attend")
    assert [(row.verdict, row.replaces) for row in rows] == [("agreed_later", None), (None, 1)]
    assert rows[1].due_at == at("2026-11-23 14:00")
    rows = clocks(story(start, (MONDAY + timedelta(minutes=16), "later", None, agreed)), "attend")
    assert [(row.verdict, row.due_at) for row in rows] == [(None, MONDAY + timedelta(minutes=15))]


def test_postponing_is_counted_and_keeps_the_first_row():
    events = story(
        OPEN, (MONDAY, "promise", None, {"promised_at": "2026-11-24T09:00:00+00:00"}),
        (MONDAY + timedelta(hours=1), "put_off", None, {"promised_at": "2026-11-25T09:00:00+00:00"}),
    )  # fmt: skip
    rows = clocks(events, "promised")
    assert [(row.verdict, row.postponed) for row in rows] == [("postponed", 0), (None, 1)]


def test_a_new_cycle_has_new_clocks_and_the_old_verdict_stays():
    done, again = at("2026-11-23 15:00"), at("2026-11-24 10:00")
    events = story(OPEN, (MONDAY, "begin", "doing"), (done, "finish", "done"), (again, "again", "doing"))
    rows = clocks(events, "quick")
    assert [(row.cycle, row.verdict, row.due_at) for row in rows] == [
        (1, "kept", at("2026-11-23 16:00")),
        (2, None, at("2026-11-24 16:00")),
    ]


def test_a_day_is_kept_only_by_an_act_on_that_day():
    tuesday, thursday = at("2026-11-24 09:00"), at("2026-11-26 21:00")
    events = story(OPEN, (tuesday, "inform", None), (thursday, "inform", None))
    rows = clocks(events, "daily", until=at("2026-11-27 12:00"))
    assert [(row.due_at, row.verdict) for row in rows] == [
        (at("2026-11-24 20:00"), "kept"),
        (at("2026-11-25 20:00"), "broken"),
        (at("2026-11-26 20:00"), "late"),
        (at("2026-11-27 20:00"), None),
    ]


def test_an_act_on_the_opening_day_does_not_pay_for_the_next():
    rows = clocks(story(OPEN, (MONDAY + timedelta(hours=1), "inform", None)), "daily", until=at("2026-11-24 12:00"))
    assert [(row.due_at, row.verdict) for row in rows] == [(at("2026-11-24 20:00"), None)]


def test_after_a_day_kept_early_the_next_one_is_owed_already():
    inform = at("2026-11-24 09:00")
    rows = clocks(story(OPEN, (inform, "inform", None)), "daily", until=inform)
    assert [(row.due_at, row.verdict) for row in rows] == [
        (at("2026-11-24 20:00"), "kept"),
        (at("2026-11-25 20:00"), None),
    ]


def test_a_window_opens_and_closes():
    finish = at("2026-11-23 11:00")
    row = clocks(story(OPEN, (MONDAY, "begin", "doing"), (finish, "finish", "done")), "window")[0]
    assert (row.opens_at, row.due_at) == (at("2026-11-26 08:30"), at("2026-11-30 18:00"))


def test_a_version_moves_running_clocks_only_when_it_says_so_and_never_overdue_ones():
    noon, evening = at("2026-11-23 12:00"), at("2026-11-23 17:00")
    still = Rules({"job.quick": [(noon, "2wh", False)]})
    moving = Rules({"job.quick": [(noon, "2wh", True)]})
    too_late = Rules({"job.quick": [(evening, "40wh", True)]})
    events = story(OPEN)
    until = at("2026-11-24 10:00")
    assert clocks(events, "quick", rules=still, until=until)[0].due_at == at("2026-11-23 16:00")
    assert clocks(events, "quick", rules=moving, until=until)[0].due_at == at("2026-11-23 12:00")
    assert clocks(events, "quick", rules=too_late, until=until)[0].due_at == at("2026-11-23 16:00")
    assert clocks(events, "quick", rules=moving, until=MONDAY)[0].due_at == at("2026-11-23 16:00")


def test_an_unplanned_closing_moves_running_clocks():
    spec = {"tz": "Asia/Shanghai", "official": "cn",
            "week": {d: [["08:30", "12:00"], ["14:00", "18:00"]] for d in ("mon", "tue", "wed", "thu", "fri")},
            "closings": [["2026-11-23T14:00", "2026-11-23T18:00"]]}  # fmt: skip
    rules = Rules(calendars={"site": [(at("2026-11-23 11:00"), Calendar.from_json(spec))]})
    assert clocks(story(OPEN), "quick", rules=rules, until=at("2026-11-24 09:00"))[0].due_at == at("2026-11-24 10:30")


def test_an_excuse_keeps_the_old_verdict_beside_it():
    events = story(
        OPEN,
        (at("2026-11-23 18:00"), "withdraw", "withdrawn"),
        (at("2026-11-24 09:00"), "excuse", None, {"_excuse": "quick.1.1"}),
    )
    row = clocks(events, "quick")[0]
    assert (row.verdict, row.original) == ("excused", "broken")


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 1, 3, 2)])
def test_the_order_of_writing_down_does_not_matter(order):
    events = story(OPEN, (MONDAY + timedelta(minutes=12), "begin", "doing"), (at("2026-11-24 09:00"), "inform", None),
                   (at("2026-11-25 09:00"), "inform", None))  # fmt: skip
    until = at("2026-11-25 20:00")
    plain = fold(kinds["job"], events, Rules(), until=until)
    assert [
        (r.key, r.cycle, r.seq, r.verdict, r.due_at)
        for r in fold(kinds["job"], [events[i] for i in order], Rules(), until=until)
    ] == [(r.key, r.cycle, r.seq, r.verdict, r.due_at) for r in plain]
