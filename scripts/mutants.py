"""`make mutants`: switches each rule of the handbook off in turn; at least one test named beside it must fail.

A guard no longer refuses, a promise is never made, a step is held to nothing (anybody may, nothing is asked, set or told), a
policy has another value, a form is not printed, a function does nothing. Survivors are printed; non-zero if there is one.

`python scripts/mutants.py [CLAUSE …] [--fine] [--jobs N]`; a clause may be a beginning, such as S6-12. `--fine` takes what a
step is held to piece by piece. The product is loaded and its database made once; each mutant is a fork of that process.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MOST_SECONDS, SLOWER = (
    15,
    5,
)  # a mutant that makes its tests run for ever (so many times slower, and more) is noticed too
KILLED, SURVIVED, UNGUARDED = "noticed", "SURVIVED", "NO TEST"


class Mutant(NamedTuple):
    """One rule switched off: its name in the handbook, what is done to it, the tests beside it."""

    name: str
    how: str
    tests: tuple[str, ...]
    apply: Callable[[], Any]

    def __str__(self) -> str:
        return f"{self.name} ({self.how})"


# --- what there is to switch off --------------------------------------------------------------------------------------


def rules(prefixes: list[str], *, fine: bool) -> list[Mutant]:
    """Every rule that a clause names, once, with the tests beside all clauses that name it."""
    from scripts.handbook import guarding
    from shouwen.kernel import handbook

    tests, beside = guarding(), {}
    for clause in handbook.clauses():
        for name in clause.enforced_by:
            beside.setdefault(name, []).append(clause.id)
    found = []
    for name, clauses in beside.items():
        if prefixes and not any(clause.startswith(prefix) for clause in clauses for prefix in prefixes):
            continue
        ids = tuple(dict.fromkeys(test for clause in clauses for test in tests.get(clause, ())))
        found += [Mutant(name, how, ids, act) for how, act in ways(name, fine=fine)]
    return found


def ways(name: str, *, fine: bool) -> Iterator[tuple[str, Callable[[], Any]]]:
    """How the rule of a name is switched off."""
    from shouwen.kernel.goals import policies
    from shouwen.kernel.registers import registers
    from shouwen.kernel.registry import kinds

    if name in policies:
        yield "another value", lambda: object.__setattr__(policies[name], "default", another(policies[name].default))
        return
    for kind in kinds.values():
        owner, _, attribute = name.rpartition(".")
        if owner != f"{kind.__module__}.{kind.__qualname__}":
            continue
        if attribute in kind.steps:
            yield from loosened(kind.steps[attribute], fine=fine)
        elif attribute in kind.commitments:
            yield "never made", lambda kind=kind, key=attribute: kind.commitments.pop(key)
        elif attribute == "prints":
            yield "not printed", lambda kind=kind: setattr(kind, "prints", ())
        else:
            break
        return
    steps = [step for kind in kinds.values() for step in kind.steps.values()]
    if any(dotted(guard) == name for step in steps for _clause, guard in step.guards):
        yield "refuses nothing", lambda: [unguard(step, name) for step in steps]
        return
    card = next((card for card in registers.values() if f"{card.declared_in}.{card.name}" == name), None)
    if card is not None:
        yield (
            "open to everybody",
            lambda: card.__dict__.update(sees=anybody, edits=anybody, sensitive=(), dated=(), _within=None),
        )
        return
    yield "does nothing", lambda: replace(name)


def about(name: str, test: str) -> bool:
    """Whether a test says in its name that it is about the kind of a rule: it is run first."""
    from shouwen.kernel.registry import kinds

    return any(
        name.startswith(f"{kind.__module__}.{kind.__qualname__}.") and f"[{kind.key}" in test for kind in kinds.values()
    )


def dotted(function: Any) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def unguard(step: Any, name: str) -> None:
    step.guards[:] = [(clause, guard) for clause, guard in step.guards if dotted(guard) != name]


def anybody(actor: Any) -> bool:
    return True


class Otherwise(dict[str, str]):
    """Stands for an empty table: says something else about everything."""

    def get(self, key: str, default: Any = None) -> str:
        return "otherwise"


def another(value: Any) -> Any:
    """A value that is not the declared one."""
    if value == {}:
        return Otherwise()
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value * 100 + 7
    if isinstance(value, str):
        return "297d" if any(letter.isdigit() for letter in value) else f"{value}x"
    return type(value)()


def loosened(step: Any, *, fine: bool) -> Iterator[tuple[str, Callable[[], Any]]]:
    """A step held to nothing; piece by piece if wished. One that was held to nothing is taken away."""
    from shouwen.kernel.access import EVERY

    pieces = {
        "anybody may": {"by": EVERY} if step.by is not EVERY else {},
        "asks nothing": {"asks": (), "may": (*step.asks, *step.may)} if step.asks else {},
        "tells nobody": {"tells": ()} if step.tells else {},
        "sets nothing": {"sets": {}} if step.sets else {},
        "needs nothing": {"needs": (), "when": {}} if step.needs or step.when else {},
    }
    held = {how: change for how, change in pieces.items() if change}
    if not held:
        yield "taken away", lambda: step.kind.steps.pop(step.name)
    elif fine:
        for how, change in held.items():
            yield how, lambda change=change: step.__dict__.update(change)
    else:
        yield "held to nothing", lambda: [step.__dict__.update(change) for change in held.values()]


def replace(name: str) -> None:
    """Puts a function that does nothing wherever that one is known by name."""
    owner_name, _, last = name.rpartition(".")
    try:
        owner = importlib.import_module(owner_name)
    except ModuleNotFoundError:
        module, _, inner = owner_name.rpartition(".")
        owner = getattr(importlib.import_module(module), inner)
    old = getattr(owner, last)

    def nothing(*args: Any, **named: Any) -> None:
        return None

    setattr(owner, last, nothing)
    for module in list(sys.modules.values()):
        if getattr(module, last, None) is old:
            setattr(module, last, nothing)


# --- running ----------------------------------------------------------------------------------------------------------


class Nowhere:
    """Stands for the next test where none follows, so that what belongs to the whole run stays set up."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def listchain(self) -> list[Any]:
        return [self.session]


class Turns:
    """A pytest plugin that, instead of running the tests once, runs those beside each mutant in a fork."""

    def __init__(self, told: argparse.Namespace) -> None:
        self.told = told
        self.outcome: dict[str, str] = {}
        self.seconds: dict[str, float] = {}  # of each test, with every rule on

    def pytest_runtestloop(self, session: Any) -> bool:
        from django.db import connections

        self.session, self.items = session, {}
        for item in session.items:
            self.items.setdefault(item.nodeid.split("[")[0], []).append(item)
        self.warm()
        connections.close_all()
        mutants = rules(self.told.clauses, fine=self.told.fine)
        broken = self.baseline({test for mutant in mutants for test in mutant.tests})
        self.run([mutant._replace(tests=tuple(t for t in mutant.tests if t not in broken)) for mutant in mutants])
        session.testsfailed = len(broken) + sum(said != KILLED for said in self.outcome.values())
        return True

    def warm(self) -> None:
        """Makes the test database by running one test that wants it."""
        for item in self.session.items:
            if item.get_closest_marker("django_db") or {"db", "world"} & set(item.fixturenames):
                self.passes(item)
                return

    def passes(self, item: Any) -> bool:
        from _pytest.runner import runtestprotocol

        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=Nowhere(self.session)))

    def baseline(self, tests: set[str]) -> set[str]:
        """Tests that fail with every rule on: they prove nothing and are left out, loudly."""
        order = sorted(tests)
        print(f"{len(order)} tests with every rule on …", flush=True)
        reading, writing = os.pipe()
        if os.fork() == 0:
            self.alone()
            timed = {item.nodeid: self.timed(item) for test in order for item in self.items.get(test, ())}
            with os.fdopen(writing, "w") as found:
                json.dump(timed, found)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as said:
            timed = json.load(said)
        os.wait()
        self.seconds = {name: seconds for name, (seconds, _passes) in timed.items()}
        broken = {name.split("[")[0] for name, (_seconds, passes) in timed.items() if not passes}
        for test in sorted(broken):
            print(f"  fails with every rule on, left out: {test}")
        return broken

    def timed(self, item: Any) -> tuple[float, bool]:
        """How long a test takes, and whether it passes."""
        began = time.monotonic()
        passes = self.passes(item)
        return time.monotonic() - began, passes

    def order(self, mutant: Mutant) -> list[Any]:
        """The tests beside a mutant: those about its kind first, and the quick before the slow."""
        items = [item for test in mutant.tests for item in self.items.get(test, ())]
        return sorted(items, key=lambda item: (not about(mutant.name, item.nodeid), self.seconds[item.nodeid]))

    def alone(self) -> None:
        """A fork with a database of its own, and silent."""
        from django.db import connections

        for name in connections:
            connection = connections[name]
            own = Path(f"{connection.settings_dict['NAME']}.{os.getpid()}")
            shutil.copy(connection.settings_dict["NAME"], own)
            connection.settings_dict["NAME"] = str(own)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)

    def run(self, mutants: list[Mutant]) -> None:
        running: dict[int, tuple[Mutant, float]] = {}
        waiting, done = list(mutants), 0
        while waiting or running:
            while waiting and len(running) < self.told.jobs:
                mutant = waiting.pop(0)
                if not mutant.tests:
                    done += 1
                    self.say(mutant, UNGUARDED, done, len(mutants), 0)
                    continue
                running[self.start(mutant)] = (mutant, time.monotonic())
            if not running:
                continue
            pid, status = os.wait()
            mutant, began = running.pop(pid)
            done += 1
            self.say(mutant, SURVIVED if status == 0 else KILLED, done, len(mutants), time.monotonic() - began)

    def start(self, mutant: Mutant) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        items = self.order(mutant)
        signal.alarm(MOST_SECONDS + round(SLOWER * sum(self.seconds[item.nodeid] for item in items)))
        status = 1
        try:
            self.alone()
            mutant.apply()
            status = 0 if all(map(self.passes, items)) else 1
        finally:
            from django.db import connection

            Path(connection.settings_dict["NAME"]).unlink(missing_ok=True)
            os._exit(status)

    def say(self, mutant: Mutant, said: str, done: int, of: int, seconds: float) -> None:
        self.outcome[str(mutant)] = said
        print(f"[{done:>3}/{of}] {said:<8} {mutant} · {len(mutant.tests)} tests · {seconds:.1f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clauses", nargs="*", metavar="CLAUSE")
    parser.add_argument("--fine", action="store_true", help="piece by piece what a step is held to")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    told = parser.parse_args()
    import pytest

    from scripts.handbook import guarding

    os.chdir(ROOT)
    wanted = [
        test
        for clause, tests in guarding().items()
        for test in tests
        if not told.clauses or any(clause.startswith(prefix) for prefix in told.clauses)
    ]
    if not wanted:
        sys.exit("No test guards such a clause.")
    turns = Turns(told)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--capture=no"]
    pytest.main([*options, *dict.fromkeys(wanted)], plugins=[turns])
    left = [name for name, said in turns.outcome.items() if said == SURVIVED]
    bare = [name for name, said in turns.outcome.items() if said == UNGUARDED]
    print(f"\n{len(turns.outcome)} rules switched off: {len(turns.outcome) - len(left) - len(bare)} noticed, "
          f"{len(left)} survived, {len(bare)} without a test beside them")  # fmt: skip
    for name in left:
        print(f"  survived: {name}")
    for name in bare:
        print(f"  without a test: {name}")
    return 1 if left or bare or not turns.outcome else 0


if __name__ == "__main__":
    sys.exit(main())
