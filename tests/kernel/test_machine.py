"""The machine: random steps of every kind, late records, policy and calendar changes, sweeps, crashes and repeats, drawn
by hypothesis; after every one the stored clocks are what the journal gives, no alarm is doubled, and the chain holds."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from datetime import datetime, timedelta

from django import forms
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shouwen.kernel import calendars, outbox, policies, rulebook
from shouwen.kernel.asks import MomentField, RowField, form_for
from shouwen.kernel.audit import alarms_doubled, audit_clocks, audit_journal
from shouwen.kernel.figures import fold_deltas
from shouwen.kernel.goals import refs
from shouwen.kernel.models import Alarm, Case, Clock, Entry, Notice, Outbox
from shouwen.kernel.offers import steps_for
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from shouwen.kernel.sweep import sweep
from tests.support import answer, answers, split_files
from tests.world import MONDAY, STAFF, build

RUNS = int(os.environ.get("SHOUWEN_MACHINE_RUNS", "12"))
GAPS = st.sampled_from([0, 1, 60, 900, 3599, 3600, 7200, 14_400, 40_000, 86_400, 200_000, 700_000])
KINDS = st.sampled_from(sorted(kinds))
WALKS = int(os.environ.get("SHOUWEN_MACHINE_WALK", "3"))  # steps a walk through one case takes
GOALS = st.sampled_from(["1wh", "4wh", "2wd", "36h", "1wd@17:30", "1..3wd", "10min"])
STEPS = st.sampled_from(
    "assign begin classify park go_on later promise put_off inform finish again close resume".split()
)
PEOPLE = st.sampled_from("desk steward1 supervisor director fitter system elsewhere fang".split())

LIMITS = sorted({"job.quick", "job.limit"} | {
    ref.key for kind in kinds.values() for promise in kind.commitments.values() for ref in refs(promise.within)
})  # fmt: skip
CAST = [*sorted(STAFF), "fang", "zeng"]


class Crash(Exception):
    """The process dies here."""


class Machine(RuleBasedStateMachine):
    """One community whose time only goes forward, and everything that may happen to it."""

    @initialize()
    def begin(self):
        rulebook.forget()
        self.now = MONDAY
        self.world = build()
        self.keys: list[tuple[str, dict]] = []
        self.taken: Counter[str] = Counter()

    def _wait(self, seconds: int) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def _data(self, step: str, draw: int) -> dict:
        ahead = self.now + timedelta(hours=1 + draw % 60)
        people = self.world.staff
        return {
            "assign": {"assignee": people["fitter"]}, "classify": {"size": ("small", "large")[draw % 2], "urgent": draw % 3 == 0},
            "park": {"note": "等材料"}, "later": {"agreed_at": ahead, "note": "约定"}, "promise": {"promised_at": ahead},
            "put_off": {"promised_at": ahead, "note": "再等"}, "inform": {"told": "在办"},
        }.get(step, {})  # fmt: skip

    @rule(gap=GAPS, urgent=st.booleans(), size=st.sampled_from(["", "small", "large"]))
    def open(self, gap, urgent, size):
        at = self._wait(gap)
        data = {"place": "1-1-101", "words": "滴水", "urgent": urgent, **({"size": size} if size else {})}
        key = f"open-{len(self.keys)}"
        self.keys.append((key, data))
        before = Case.objects.filter(kind="job").count()
        for _twice in range(2):  # sent twice, done once
            perform("open", actor=self.world.actor("desk", at=at), at=at, kind="job", data=data, key=key)
        self.taken["opened"] += 1
        assert Case.objects.filter(kind="job").count() == before + 1

    @precondition(lambda self: self.taken["opened"])
    @rule(gap=GAPS, step=STEPS, who=PEOPLE, back=GAPS, nth=st.integers(0, 5), draw=st.integers(0, 100))
    def step(self, gap, step, who, back, nth, draw):
        at = self._wait(gap)
        cases = list(Case.objects.filter(kind="job").order_by("id"))
        case = cases[nth % len(cases)]
        before = Entry.objects.count()
        try:
            perform(step, actor=self.world.actor(who, at=at), at=at, happened_at=at - timedelta(seconds=back), case=case,
                    data=self._data(step, draw))  # fmt: skip
            self.taken[step] += 1
        except Refusal:
            assert Entry.objects.count() == before

    def _said(self, step, actor, case, at, draw):
        """Answers to a step as the draw would have them: choices, moments and what may be left out differ."""
        found = answers(step, world=self.world, actor=actor, case=case, at=at)
        for position, (word, field) in enumerate(form_for(step, actor=actor, case=case).fields.items()):
            pick = draw >> position
            if isinstance(field, RowField):
                if word not in found and pick % 5 == 0:
                    found[word] = answer(field, word, world=self.world, case=case, at=at)
            elif isinstance(field, forms.ChoiceField) and (word in found or pick % 3 == 0):
                values = [value for value, _label in field.choices if value]
                found[word] = values[pick % len(values)]
            elif isinstance(field, MomentField) and (word in found or pick % 3 == 0):
                found[word] = (at + timedelta(hours=1 + pick % 200)).isoformat()
            elif isinstance(field, forms.BooleanField):
                found[word] = pick % 2 == 0
        return found

    @rule(gap=GAPS, kind=KINDS, who=st.sampled_from(CAST), draw=st.integers(0, 2**20))
    def open_any(self, gap, kind, who, draw):
        at = self._wait(gap)
        actor = self.world.actor(who, at=at)
        ways = [step for step in kinds[kind].openers() if not step.by.hopeless(actor)]
        parents = {children.kind for over in kinds.values() for children in over.children}
        if not ways or kind in parents:
            return
        step = ways[draw % len(ways)]
        data = split_files(self._said(step, actor, None, at, draw))
        with contextlib.suppress(Refusal):
            perform(step.name, actor=actor, at=at, kind=kind, **data)

    @rule(gap=GAPS, nth=st.integers(0, 20), walk=st.lists(
        st.tuples(st.sampled_from([*CAST, "system"]), st.integers(0, 2**20), GAPS), min_size=1, max_size=WALKS))  # fmt: skip
    def walk_any(self, gap, nth, walk):
        """Some way through one case, by whatever is offered to whoever comes by, some of it written down late."""
        at = self._wait(gap)
        cases = list(Case.objects.order_by("-id"))
        for who, draw, back in walk if cases else ():
            case = Case.objects.get(pk=cases[nth % len(cases)].pk)
            actor = self.world.actor(who, at=at)
            offered = [offer.step for offer in steps_for(actor, case, at=at) if offer.open]
            if not offered:
                continue
            step = offered[draw % len(offered)]
            happened_at = at - timedelta(seconds=back if draw % 4 == 0 else 0)
            before = Entry.objects.count()
            try:
                with transaction.atomic():
                    perform(step.name, actor=actor, at=at, happened_at=happened_at, case=case,
                            **split_files(self._said(step, actor, case, at, draw)))  # fmt: skip
                self.taken[f"{case.kind}.{step.name}"] += 1
            except Refusal:
                assert Entry.objects.count() == before

    @precondition(lambda self: self.taken["opened"])
    @rule(gap=GAPS, step=STEPS, nth=st.integers(0, 5), draw=st.integers(0, 100))
    def crash_inside(self, gap, step, nth, draw):
        """The step is done whole, and then the process dies before commit: nothing of it remains."""
        at = self._wait(gap)
        cases = list(Case.objects.filter(kind="job").order_by("id"))
        case = cases[nth % len(cases)]
        before = (Entry.objects.count(), Outbox.objects.count(), Notice.objects.count(), Alarm.objects.count())
        try:
            with transaction.atomic():
                perform(
                    step, actor=self.world.actor("supervisor", at=at), at=at, case=case, data=self._data(step, draw)
                )
                raise Crash
        except (Crash, Refusal):
            pass
        assert (Entry.objects.count(), Outbox.objects.count(), Notice.objects.count(), Alarm.objects.count()) == before

    @rule(gap=GAPS, goal=GOALS, key=st.sampled_from(LIMITS), running=st.booleans(), ahead=GAPS)
    def change_policy(self, gap, goal, key, running, ahead):
        at = self._wait(gap)
        try:
            policies.publish(
                key, goal, actor=self.world.actor("manager", at=at), at=at, effective_at=at + timedelta(seconds=ahead),
                to_running=running,
            )  # fmt: skip
        except Refusal:
            return
        policies.apply_waiting(at=at)

    @rule(gap=GAPS, close=st.sampled_from([0, 7200, 40_000]), desk=st.booleans())
    def change_calendar(self, gap, close, desk):
        at = self._wait(gap)
        spec = {
            "tz": "Asia/Shanghai", "week": {d: [["09:00", "17:00"]] for d in ("mon", "tue", "wed", "thu", "fri", "sat")},
            "closings": [[at.isoformat(), (at + timedelta(seconds=close)).isoformat()]] if close else [],
        }  # fmt: skip
        try:
            calendars.publish("desk" if desk else "site", spec, actor=self.world.actor("manager", at=at), at=at)
        except Refusal:
            return
        calendars.apply_waiting(at=at)

    @rule(gap=GAPS)
    def sweep(self, gap):
        at = self._wait(gap)
        policies.apply_waiting(at=at)
        sweep(at=at)
        assert not Clock.objects.filter(alarm_at__lte=at).exists()
        sent = Alarm.objects.count()
        sweep(at=at)
        assert Alarm.objects.count() == sent

    @rule(gap=GAPS)
    def deliver(self, gap):
        at = self._wait(gap)
        outbox.drain("machine", at=at)
        fold_deltas(at=at)

    @invariant()
    def clocks_equal_the_fold(self):
        if hasattr(self, "now"):
            policies.apply_waiting(at=self.now)
            assert [str(d) for d in audit_clocks()] == []
            assert alarms_doubled() == 0

    def teardown(self):
        if hasattr(self, "now"):
            assert [str(d) for d in audit_journal()] == []


class TestMachine(TestCase):
    """Each run in its own transaction, rolled back."""

    def test_whatever_happens_the_stored_clocks_are_the_fold(self):
        assert connection.vendor in ("sqlite", "postgresql")
        steps = settings(
            max_examples=RUNS,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        )

        class Fresh(Machine):
            def begin_transaction(self):
                self.savepoint = transaction.atomic()
                self.savepoint.__enter__()

            def __init__(self):
                self.begin_transaction()
                super().__init__()

            def teardown(self):
                try:
                    super().teardown()
                finally:
                    transaction.set_rollback(True)
                    self.savepoint.__exit__(None, None, None)

        run_state_machine_as_test(Fresh, settings=steps)
