"""A run in batches: others write in between, a failure leaves nothing, a killed worker's run is taken over and ended."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest

from shouwen.ground import files
from shouwen.ground.models import File, Party, Vehicle
from shouwen.kernel import audit
from shouwen.kernel.models import Entry, Outbox
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registers import register
from shouwen.rooms.customers import batches, importing, running, starting
from shouwen.rooms.customers.batches import Pace
from shouwen.rooms.customers.models import ImportBatch, ImportRun
from tests.customers.test_finding import names as found_names
from tests.customers.test_import import HOMES, good, looked, xlsx
from tests.support import a_case, everything
from tests.world import MONDAY, World

CARS = [*HOMES, "车牌号"]
TABLES = (
    "ground.Party", "ground.Place", "ground.Role", "ground.Identity", "ground.ContactPoint", "ground.Vehicle", "ground.SearchDoc",
)  # fmt: skip


@pytest.fixture
def data() -> bytes:
    return xlsx({"表": [CARS, *[[*good(HOMES, n), f"浙A{n:05d}"] for n in range(10)]]})


def ordered(world: World, data: bytes) -> ImportRun:
    """A run with its file kept, as the page orders it."""
    digest = hashlib.sha256(data).hexdigest()
    files.write(digest, data)
    file = File.objects.create(
        org_id=world.org.pk, sha256=digest, name="册.xlsx", purpose="import", mime="application/octet-stream",
        size=len(data), created_at=MONDAY,
    )  # fmt: skip
    return running.begin(
        looked(world, data), data=data, file_name="册.xlsx", file=file, actor=world.actor("supervisor"), at=MONDAY
    )


def working(kept: ImportRun, me: str = "one", *, minutes: int = 0, rows: int = 3) -> Any:
    at = MONDAY + timedelta(minutes=minutes)
    return batches.work(kept.pk, me=me, clock=lambda: at, pace=Pace(rows=rows, steady=True))


def people() -> int:
    return Party.objects.filter(name__startswith="钱").count()


def state(kept: ImportRun) -> tuple[str, int, int]:
    kept.refresh_from_db()
    return kept.state, kept.written, people()


@pytest.mark.clause("S6-1.12")
def test_a_run_is_written_in_batches_and_says_how_far_it_is(world, data):
    kept = ordered(world, data)
    assert state(kept) == ("waiting", 0, 0)
    seen = [state(kept) for _done in working(kept)]
    assert seen == [("running", 3, 3), ("running", 6, 6), ("running", 9, 9), ("running", 10, 10)]
    assert state(kept) == ("done", 10, 10)
    assert ImportBatch.objects.filter(run=kept).count() == 4
    assert kept.made == {"place": 12, "party": 10, "contact": 10, "identity": 10, "role": 10, "vehicle": 10}
    assert not File.objects.filter(erased_at__isnull=True).exists(), "the file itself is not kept"
    assert Entry.objects.filter(facts__run=kept.pk).count() == sum(kept.made.values()), "every row is journaled"
    assert found_names(world, "浙A00007") == ["钱长风7"]
    assert [str(wrong) for wrong in audit.audit_journal()] == []


def test_somebody_else_writes_between_two_batches(world, data):
    kept = ordered(world, data)
    run = working(kept)
    next(run)
    case = a_case(world, "job", words="客厅滴水")
    register("party").add({"kind": "person", "name": "单小满"}, actor=world.actor("desk"), at=MONDAY)
    assert len(list(run)) == 3
    assert state(kept) == ("done", 10, 10)
    assert case.no and Party.objects.filter(name="单小满").exists()


@pytest.mark.clause("S6-1.12")
def test_a_failure_in_the_third_batch_takes_the_first_two_back(world, data):
    register("party").add({"kind": "person", "name": "单小满"}, actor=world.actor("desk"), at=MONDAY)
    kept, before = ordered(world, data), everything()
    run = working(kept)
    next(run), next(run)
    assert state(kept) == ("running", 6, 6)
    values = {"party": Party.objects.get(name="单小满"), "plate": "浙A00007", "from_date": date(2026, 1, 1)}
    register("vehicle").add(values, actor=world.actor("desk"), at=MONDAY)

    list(run)

    assert state(kept)[::2] == ("failed", 0)
    assert "撤回" in kept.error
    after = everything()
    for name in set(TABLES) - {"ground.Vehicle", "ground.SearchDoc"}:
        assert after[name] == before[name], name
    assert Vehicle.objects.count() == 1
    assert ImportBatch.objects.count() == 0
    assert [str(wrong) for wrong in audit.audit_journal()] == []


def test_a_killed_workers_run_is_taken_over_when_its_claim_has_run_out(world, data):
    kept = ordered(world, data)
    killed = working(kept, "one")
    next(killed), next(killed)
    assert list(working(kept, "two")) == [], "as long as the claim holds nobody else touches it"
    assert state(kept) == ("running", 6, 6)

    after = working(kept, "two", minutes=2)
    next(after)
    assert state(kept) == ("running", 9, 9)
    assert list(killed) == [], "one that was thought dead and wakes up writes nothing more"
    assert state(kept) == ("running", 9, 9)
    list(after)
    assert state(kept) == ("done", 10, 10)
    assert kept.made["party"] == 10 and kept.made["vehicle"] == 10
    assert Party.objects.values("name").distinct().count() == Party.objects.count(), "nobody is there twice"


def test_one_killed_again_and_again_is_taken_back_at_last(world, data):
    kept = ordered(world, data)
    for turn in range(batches.TRIES):
        gone = working(kept, f"w{turn}", minutes=2 * turn, rows=1)
        next(gone)
    assert state(kept) == ("running", 5, 5)
    list(working(kept, "last", minutes=60))
    assert state(kept)[::2] == ("failed", 0)


def test_a_failure_leaves_what_somebody_built_upon(world, data):
    kept = ordered(world, data)
    run = working(kept)
    next(run)
    case = a_case(world, "job", place="1-1-1000")
    values = {"party": world.parties["fang"], "plate": "浙A00007", "from_date": date(2026, 1, 1)}
    register("vehicle").add(values, actor=world.actor("desk"), at=MONDAY)
    list(run)
    assert state(kept)[0] == "stuck"
    assert case.no in kept.error
    assert people() > 0


@pytest.mark.clause("S6-1.12")
def test_the_same_file_twice_changes_nothing(world, data):
    list(working(ordered(world, data)))
    before = everything()
    again = ordered(world, data)
    assert again.fresh == 0
    list(working(again))
    after = everything()
    assert all(after[name] == before[name] for name in TABLES)
    assert state(again)[0] == "done"


def test_two_registers_at_once_are_one_too_many(world, data):
    kept = ordered(world, data)
    with pytest.raises(Refusal):
        ordered(world, data)
    list(working(kept))
    assert ordered(world, data).fresh == 0


def test_a_long_run_is_taken_back_in_batches_too(world, data):
    before = everything()
    kept = ordered(world, data)
    list(working(kept))
    running.undo_in_background(kept, actor=world.actor("supervisor"), at=MONDAY + timedelta(hours=1))
    assert state(kept)[::2] == ("undoing", 10)
    assert len(list(working(kept, minutes=61, rows=1))) > 12
    after = everything()
    assert state(kept)[::2] == ("undone", 0)
    assert all(after[name] == before[name] for name in TABLES)
    assert [str(wrong) for wrong in audit.audit_journal()] == []


def test_taking_back_is_refused_in_the_background_where_somebody_built_on_it(world, data):
    kept = ordered(world, data)
    list(working(kept))
    case = a_case(world, "job", place="1-1-1000")
    running.undo_in_background(kept, actor=world.actor("supervisor"), at=MONDAY + timedelta(hours=1))
    list(working(kept, minutes=61))
    assert state(kept)[::2] == ("done", 10)
    assert case.no in kept.error


def test_whoever_lost_the_office_meanwhile_writes_nothing(world, data):
    kept = ordered(world, data)
    ImportRun.objects.filter(pk=kept.pk).update(choices={**kept.choices, "account": world.accounts["fitter"].pk})
    list(working(kept))
    assert state(kept)[::2] == ("failed", 0)


def test_the_worker_looks_after_a_run_until_it_has_ended(world, data):
    kept = ordered(world, data)
    message = Outbox.objects.get(topic=running.KEY)
    assert (message.ref, message.not_before) == (kept.pk, MONDAY + batches.LEASE)
    list(working(kept))
    starting.start(message, MONDAY + timedelta(minutes=1))
    assert Outbox.objects.filter(topic=running.KEY).count() == 1, "nothing more once it has ended"


def test_what_a_row_brings_is_written_with_it(world, data):
    plan: importing.Plan = looked(world, data)
    assert [name for name, _row in plan.fresh[2].rows] == ["place", "party", "contact", "identity", "role", "vehicle"]
    assert sum(len(told.rows) for told in plan.fresh) == sum(plan.counts.values())
