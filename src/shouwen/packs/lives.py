"""The life of a case, walked through its kind's own steps: who does what next, when, and what happens when it is refused."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from shouwen.ground.actors import Actor, actor_for
from shouwen.ground.models import Account
from shouwen.kernel.kinds import SAME, Kind, Step, matches
from shouwen.kernel.models import Case
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal, Unknown
from shouwen.kernel.zones import site_zone
from shouwen.packs.answers import Answers
from shouwen.packs.simulation import Play

Flows = Mapping[str, Mapping[str, Mapping[str, tuple[float, float, float]]]]
AWAKE, ASLEEP = time(8, 0), time(20, 30)
DAY_ENDS, LATE = time(18, 0), time(15, 0)
USUAL = (20.0, 260.0)  # minutes until somebody turns to a case, where no flow says otherwise
TELLS = 0.85  # of the days on which a case would lie untouched
SELDOM = {"withdraw": 0.15, "note": 0.3, "attempt": 0.1}  # of the steps every kind has; the others are never drawn
NEVER = ("correct", "hand_over", "excuse", "give_up", "link", "unlink", "reopen", "decide", "convert")
LIKELY = 1.0  # weights below are taken when they are drawn, never because something else was refused


@dataclass
class Life:
    """A case to be: what it is about, how fast it is handled, and after how many steps it is forgotten."""

    kind: type[Kind]
    opener: Step
    theme: dict[str, Any]
    pace: float = 1.0
    most: int = 99
    goal: str = ""  # the state in which it is left standing; empty: it goes on to its end
    script: list[tuple[str, float, dict[str, Any]]] = field(default_factory=list)
    case: int | None = None
    ahead: str = ""  # the step that somebody means to take next
    taken: Counter[str] = field(default_factory=Counter)
    refused: int = 0


def distances(kind: type[Kind], goals: tuple[str, ...]) -> dict[str, int]:
    """How many steps each state is away from the nearest goal, by the declaration alone."""
    found = dict.fromkeys(goals, 0)
    grown = True
    while grown:
        grown = False
        for step in kind.steps.values():
            if step.to not in found or step.to == SAME or step.new_cycle:
                continue
            for state in step.frm:
                if found.get(state, 99) > found[step.to] + 1:
                    found[state], grown = found[step.to] + 1, True
    return found


class Cast:
    """Who may be asked to act. Whoever could take a step in the same situation before is asked first."""

    def __init__(self, accounts: Mapping[str, Account], online: Mapping[int, Account], *, at: datetime) -> None:
        self.accounts = dict(accounts)
        self.online = online
        self._actors: dict[int, Actor] = {}
        self.at = at
        self.by_staff = {account.staff_id: account for account in accounts.values()}
        self._known: dict[tuple[str, int | None, int | None], Account] = {}
        self._hopeless: dict[tuple[str, int], bool] = {}

    def actor(self, account: Account) -> Actor:
        if account.pk not in self._actors:
            source = "web" if account.party_id else "desk"
            self._actors[account.pk] = actor_for(account, at=self.at, source=source)
        return self._actors[account.pk]

    def hopeless(self, step: Step, account: Account) -> bool:
        key = (repr(step), account.pk)
        if key not in self._hopeless:
            self._hopeless[key] = step.by.hopeless(self.actor(account))
        return self._hopeless[key]

    def asked(self, step: Step, case: Case | None, rng: random.Random) -> Iterator[Account]:
        """The accounts in the order in which they are asked to take a step."""
        first: list[Account | None] = [self._known.get(self._key(step, case))]
        if case is not None:
            first += [self.by_staff.get(pk) for pk in (case.assignee_id, case.owner_id, case.first_contact_id)]
            first.append(self.online.get(case.party_id or 0))
        rest = list(self.accounts.values())
        rng.shuffle(rest)
        seen: set[int] = set()
        for account in (*first, *rest):
            if account is not None and account.pk not in seen and not self.hopeless(step, account):
                seen.add(account.pk)
                yield account

    def remember(self, step: Step, case: Case | None, account: Account) -> None:
        if account.staff_id:
            self._known[self._key(step, case)] = account

    def _key(self, step: Step, case: Case | None) -> tuple[str, int | None, int | None]:
        return (repr(step), case.owner_office_id, case.dept_id) if case else (repr(step), None, None)


class Walk:
    """Plays many lives at once, in the order of time."""

    def __init__(
        self, play: Play, cast: Cast, answers: Answers, *, flows: Flows, rng: random.Random, takers: list[str],
        night: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.play, self.cast, self.answers, self.flows, self.rng = play, cast, answers, flows, rng
        self.night = night  # kinds for which somebody comes round the clock
        self.before: dict[str, Callable[[Case, datetime], None]] = {}  # what is done before a step, by its full name
        self.takers = takers  # sign-in names of those who take most requests, as often as they do
        self.refused: Counter[str] = Counter()
        self.done = 0
        self._heap: list[tuple[datetime, int, Life]] = []
        self._away: dict[tuple[str, str], dict[str, int]] = {}
        self._last, self._led = 0, set[int]()  # the newest case looked at, and those that somebody leads
        self.theme: Any = None  # makes up what a case is about that the system opened
        play.follow = self.adopt

    def add(self, life: Life, at: datetime) -> None:
        heapq.heappush(self._heap, (at, len(self._heap) + self.done * 10_000, life))

    def run(self, progress: Any = None) -> None:
        """Plays every life up to the present."""
        while self._heap and self._heap[0][0] <= self.play.now:
            at, _n, life = heapq.heappop(self._heap)
            self.play.until(at)
            if life.case is None:
                self._open(life, at)
            else:
                self._go_on(life, at)
            self.play.react()
            self.adopt(at)
            if progress is not None:
                progress(at)

    def adopt(self, at: datetime) -> None:
        """Takes on the cases that the system opened: daily duties, follow-ups, what rooms ask of each other."""
        found = Case.objects.filter(org=self.play.org, pk__gt=self._last).order_by("id")
        for case in found.select_related("place", "party"):
            self._last = case.pk
            if case.pk not in self._led and case.closed_at is None:
                opener = next(iter(case.spec.openers()))
                self._next(Life(case.spec, opener, self.theme(case), case=case.pk), at)

    def _open(self, life: Life, at: datetime) -> None:
        customer = self.cast.online.get(life.theme["party"].pk) if life.theme.get("party") else None
        names = [self.rng.choice(self.takers) for _ in range(3)]
        accounts = [self.cast.accounts[name] for name in dict.fromkeys(names)]
        if customer is not None and self.rng.random() < 0.6:
            accounts.insert(0, customer)
        for account in (*accounts, *self.cast.asked(life.opener, None, self.rng)):
            entry = self._try(life, life.opener, account, None, at)
            if entry is not None:
                life.case = entry.stream_id
                self._led.add(entry.stream_id)
                self._next(life, at)
                return

    def _go_on(self, life: Life, at: datetime) -> None:
        case = Case.objects.get(pk=life.case)
        if case.closed_at is not None or case.state == life.goal or sum(life.taken.values()) >= life.most:
            return
        for name in self._order(life, case):
            if self._take(life, case.spec.steps[name], case, at):
                self._next(life, at)
                return
        life.refused += 1
        if life.refused < 3:
            self.add(life, self._awake(at + timedelta(hours=self.rng.uniform(3, 20))))

    def _take(self, life: Life, step: Step, case: Case, at: datetime) -> bool:
        prepare = self.before.get(repr(step))
        if prepare is not None:
            prepare(case, at)
        for account in self.cast.asked(step, case, self.rng):
            if self._try(life, step, account, case, at) is not None:
                self.cast.remember(step, case, account)
                return True
        return False

    def touch(self, case: Case, names: tuple[str, ...], at: datetime) -> bool:
        """Somebody acts on a case out of turn, by the first of these steps that is taken."""
        life = Life(case.spec, next(iter(case.spec.openers())), self.theme(case), case=case.pk)
        return any(
            self._take(life, case.spec.steps[name], case, at)
            for name in names if name in case.spec.steps and case.state in case.spec.steps[name].frm
        )  # fmt: skip

    def _try(self, life: Life, step: Step, account: Account, case: Case | None, at: datetime) -> Any:
        """One attempt; None when it was refused. Answers that do not fit are tried once more without the extras."""
        actor = self.cast.actor(account)
        scripted = life.script[0][2] if life.script and life.script[0][0] == step.name else {}
        for plain in (False, True):
            theme = {**life.theme, "given": scripted}
            said = {**self.answers.to(step, actor=actor, case=case, at=at, theme=theme, plain=plain), **scripted}
            if plain and "customer" in step.words and actor.staff_id:
                said["customer"] = life.theme["party"]
            files = {word: value for word, value in said.items() if isinstance(value, UploadedFile)}
            data = {word: value for word, value in said.items() if word not in files}
            try:
                entry = perform(
                    step.name, actor=actor, at=at, case=case, kind="" if case else life.kind.key, data=data, files=files
                )
            except (NotAllowed, Unknown):
                return None
            except Invalid as refusal:
                self.refused[f"{step!r}: {refusal.errors}"] += 1
                continue
            except Refusal as refusal:
                self.refused[f"{step!r}: {refusal.sentence}"] += 1
                return None
            life.taken[step.name] += 1
            self.done += 1
            if life.script:
                life.script.pop(0)
            return entry
        return None

    def _order(self, life: Life, case: Case) -> list[str]:
        """The steps from here: the one meant, then the others, the likeliest first more often than not."""
        if life.script:
            return [life.script[0][0]]
        weights = self._weights(life, case)
        order = [life.ahead] if life.ahead else []
        names = [name for name in weights if name != life.ahead]
        while names:
            name = self.rng.choices(names, [weights[one] for one in names])[0]
            names.remove(name)
            if weights[name] >= LIKELY or not order:
                order.append(name)
        return order

    def _weights(self, life: Life, case: Case) -> dict[str, float]:
        kind, state = case.spec, case.state
        told = self.flows.get(kind.key, {}).get(state)
        found: dict[str, float] = {}
        away = self._distance(kind, life.goal)
        for name, step in kind.steps.items():
            if state not in step.frm or life.taken[name] >= (1 if step.to == SAME or step.new_cycle else 4):
                continue
            if step.when and not matches(step.when, {fact: case.fact(fact) for fact in step.when}):
                continue
            if any(not life.taken[start] for need in step.needs for start in kind.commitments[need].starts):
                continue
            if told is not None and not life.goal:
                weight = told[name][0] if name in told else 0.0
            else:
                weight = self._likely(step, state, away)
            if "dept" in step.asks and life.theme.get("dept") is not None:
                weight *= 3.0 if life.theme["dept"] else 0.1
            if weight:
                found[name] = weight
        return found

    def _likely(self, step: Step, state: str, away: Mapping[str, int]) -> float:
        if step.name in SELDOM:
            return SELDOM[step.name]
        if step.name in NEVER or step.to in ("withdrawn", "given_up"):
            return 0.0
        if step.to == SAME:
            return 1.5
        return 8.0 if away.get(step.to, 99) < away.get(state, 99) else 0.8

    def _distance(self, kind: type[Kind], goal: str) -> dict[str, int]:
        if (kind.key, goal) not in self._away:
            self._away[(kind.key, goal)] = distances(kind, (goal,) if goal else kind.final)
        return self._away[(kind.key, goal)]

    def _next(self, life: Life, at: datetime) -> None:
        """What somebody means to do next, and when: by the flow of the state it is now in, at the life's own pace.

        Before a day on which it would lie untouched ends, the customer is told how it stands, most times.
        """
        if life.script:
            self.add(life, at + timedelta(minutes=life.script[0][1]))
            return
        case = Case.objects.get(pk=life.case)
        life.ahead = ""
        order = self._order(life, case)
        life.ahead = order[0] if order else ""
        told = self.flows.get(case.kind, {}).get(case.state, {}).get(life.ahead)
        low, high = (told[1], told[2]) if told else USUAL
        minutes = low + (high - low) * self.rng.betavariate(1.2, 3.2)
        due = self._awake(at + timedelta(minutes=minutes * life.pace), case.kind)
        evening = self._evening(at)
        steps = [name for name in self._daily(case.spec) if case.state in case.spec.steps[name].frm]
        if steps and evening < due and not life.goal and self.rng.random() < TELLS:
            life.ahead, due = steps[0], evening
        self.add(life, due)

    def _daily(self, kind: type[Kind]) -> list[str]:
        """The steps that keep a promise owed each day and leave the case where it is."""
        kept = [name for promise in kind.commitments.values() if promise.every for name in promise.kept_by]
        return [name for name in dict.fromkeys(kept) if kind.steps[name].to == SAME and not kind.steps[name].needs][:1]

    def _evening(self, at: datetime) -> datetime:
        """The end of the day's work, or of the next day's once it is near."""
        local = at.astimezone(site_zone())
        day = local.date() + timedelta(days=1 if local.time() >= LATE else 0)
        minutes = self.rng.uniform(-110, -10)
        return datetime.combine(day, DAY_ENDS, site_zone()).astimezone(at.tzinfo) + timedelta(minutes=minutes)

    def _awake(self, at: datetime, kind: str = "") -> datetime:
        """The moment itself within the day's work, else the next morning."""
        local = at.astimezone(site_zone())
        if AWAKE <= local.time() < ASLEEP or kind in self.night:
            return at
        day = local.date() + timedelta(days=1 if local.time() >= ASLEEP else 0)
        morning = datetime.combine(day, AWAKE, site_zone()).astimezone(at.tzinfo)
        return morning + timedelta(minutes=self.rng.uniform(2, 110))
