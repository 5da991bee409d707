"""The demo's story: three months of a community's service desk that end now, with a present day full of work."""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from shouwen.ground.models import Organization
from shouwen.kernel.kinds import Kind, Step
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registry import kinds
from shouwen.kernel.takeover import Save
from shouwen.kernel.zones import local_date, midnight
from shouwen.packs.answers import Answers
from shouwen.packs.lives import Cast, Life, Walk
from shouwen.packs.property import cast, community
from shouwen.packs.simulation import Play
from shouwen.rooms.clearance import queries as clearing
from shouwen.rooms.complaints import sample

HERE = Path(__file__).parent
DAYS, SEED = 91, 20_261
NAME, PASSWORD, SPAN = cast.ORGANIZATION, cast.PASSWORD, timedelta(days=DAYS + 1)
QUIET_DAY, BUSY_DAY = 1, 2  # requests of a day of the past, at least and at most
RECENT, LEFT = 42, 8  # requests of the last two days; older ones left lying
FRESH = 6  # requests just taken, whose first promise is due before the day is over
SHARE = {"complaint": 5, "enquiry": 4, "repair": 6}  # how often each kind is asked for; others count 1
HOURS = (0, 0, 0, 0, 0, 0, 1, 3, 8, 10, 10, 8, 4, 5, 7, 8, 8, 7, 7, 6, 5, 3, 1, 1)  # when people come, by hour
TAKERS = ("gunanxing", "baiyuan", "qiaoyinuo", "gunanxing", "baiyuan", "linzhixia", "zhoumuye", "jiangwanqing")
MOST_FLATS = 10  # homes a floor and entrance in a large community
NIGHT = ("repair", "assistance")  # somebody comes round the clock
FEW = 3  # promises that everybody with an office below the managers has before them today
STORY = (
    ("open", 0.0, {"words": "卫生间顶板渗水，滴到洗衣机上，楼上上周刚装修完。", "elsewhere": True, "channel": "phone"}),
    ("refer", 12.0, {"dept": "engineering", "note": "请今天上门看楼上卫生间防水。"}),
    ("acknowledge", 14.0, {}),
    ("inform", 50.0, {"told": "工程部下午三点上门，管家陪同。", "how": "phone"}),
    (
        "give_back", 240.0,
        {"cause": "顶板原防水涂层开裂。", "measure": "基层清理，涂防水两遍。", "result": "当日复看未见渗水。"},
    ),
    ("tell", 35.0, {"told": "防水已补做，请您留意两天，有水马上来电。", "how": "phone"}),
    ("unsatisfied", 1050.0, {"how": "phone", "words": "刷过的地方又滴水了，这样不行。"}),
    ("refer", 20.0, {"dept": "engineering", "note": "客户不满意，请与楼上业主约时间凿开查看。"}),
    ("acknowledge", 10.0, {}),
    ("inform", 120.0, {"told": "楼上业主同意明早九点开工，做完闭水二十四小时再给您看。", "how": "in_person"}),
    (
        "give_back", 1440.0,
        {
            "cause": "楼上淋浴间止水带未闭合。", "measure": "凿开重做止水带与防水层，闭水二十四小时。",
            "result": "两次复看无渗漏，顶板已干。",
        },
    ),
    ("tell", 30.0, {"told": "闭水合格，顶板已重新粉刷。", "how": "in_person"}),
    ("satisfied", 300.0, {"how": "in_person"}),
)  # fmt: skip


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


class Story:
    """Who comes when and with what; everything follows from the seed and from `now`."""

    def __init__(self, org: Organization, *, now: datetime, days: int = DAYS, recent: int = RECENT) -> None:
        self.rng, self.now, self.recent = random.Random(SEED), now, recent
        self.start = midnight(local_date(now) - timedelta(days=days))
        self.place = community.build(org, at=self.start, rng=self.rng)
        self.play = Play(org, start=self.start, now=now)
        people = {name: account.staff for name, account in self.place.staff.items() if account.staff}
        answers = Answers(_toml("phrases.toml"), people, self.rng)
        actors = Cast(self.place.staff, self.place.online, at=now)
        self.walk = Walk(
            self.play, actors, answers, flows=_toml("flows.toml"), rng=self.rng, takers=[*TAKERS], night=NIGHT
        )  # fmt: skip
        self.openers = self._openers(actors)
        self.walk.theme = self._theme_of
        self.walk.before = {"clearance.sign": self._clear, "complaint_sample.done": self._check}

    def _openers(self, actors: Cast) -> list[tuple[Step, float]]:
        """The opening steps somebody of the cast may take, with their weight; the one called `open` is the usual one."""
        found = []
        for kind in kinds.values():
            usable = [
                step for step in kind.openers()
                if "place" in step.words and any(not actors.hopeless(step, one) for one in self.place.staff.values())
            ]  # fmt: skip
            for step in usable:
                weight = SHARE.get(kind.key, 1) * (1.0 if step.name == "open" else 0.18)
                found.append((step, weight))
        return found

    def plan(self) -> None:
        """Every life of the three months: the first customer's, the daily ones, the recent and the forgotten ones."""
        self._first_customer()
        day = local_date(self.start)
        last = local_date(self.now) - timedelta(days=2)
        while day < last:
            weekend = day.weekday() >= 5
            for _ in range(self.rng.randint(QUIET_DAY, BUSY_DAY) - weekend):
                self._someone(midnight(day) + self._hour())
            day += timedelta(days=1)
        for _ in range(self.recent):
            self._recent(self._someone_at(self.rng.uniform(0.4, 46)))
        for _ in range(self.recent * LEFT // RECENT):
            life = self._someone_at(self.rng.uniform(50, 220))
            self._add(life, most=self.rng.choice((1, 2, 3)))
        self._standing()
        urgent = [step for step, _weight in self.openers if step.kind.key in SHARE and step.name == "open"]
        for number in range(FRESH if self.recent else 0):
            self._add((self._life(urgent[number % len(urgent)]), self._ago(self.rng.uniform(0.1, 0.7))), most=1)

    def _standing(self) -> None:
        """Cases that stand still today, one or two of each kind whose promises can pause."""
        for step, _weight in self.openers:
            pauses = {state for promise in step.kind.commitments.values() for state in promise.pauses}
            if step.name == "open":
                for state in sorted(pauses):
                    for _ in range(2):
                        self._add((self._life(step), self._ago(self.rng.uniform(24, 60))), goal=state)

    def _hour(self) -> timedelta:
        hour = self.rng.choices(range(24), HOURS)[0]
        return timedelta(hours=hour, minutes=self.rng.randrange(60), seconds=self.rng.randrange(60))

    def _ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def _someone(self, at: datetime) -> None:
        self._add((self._life(self._opener()), at))

    def _someone_at(self, hours: float) -> tuple[Life, datetime]:
        return self._life(self._opener()), self._ago(hours)

    def _recent(self, pair: tuple[Life, datetime]) -> None:
        pair[0].pace *= 2.2
        self._add(pair)

    def _add(self, pair: tuple[Life, datetime], *, most: int = 99, goal: str = "") -> None:
        life, at = pair
        life.most, life.goal = most, goal
        self.walk.add(life, at)

    def _opener(self) -> Step:
        steps, weights = zip(*self.openers, strict=True)
        chosen: Step = self.rng.choices(steps, weights)[0]
        return chosen

    def _clear(self, case: Case, at: datetime) -> None:
        """Before a day is signed, each late or forgotten line of it is acted on, most days."""
        if self.rng.random() < 0.9:
            for line in clearing.listing(case, at=at):
                if line.waits:
                    self.walk.touch(line.case, ("inform", "note"), at)

    def _check(self, case: Case, at: datetime) -> None:
        """The manager looks at each complaint of the week's sample before the week is done."""
        for one in sample.unchecked(case):
            self.walk.touch(one, ("check_up",), at)

    def _theme_of(self, case: Case) -> dict[str, Any]:
        """What a case that nobody of the cast opened is about."""
        return {**self._said(case.kind), "place": case.place, "party": case.party}

    def _said(self, kind: str) -> dict[str, Any]:
        phrases = _toml("phrases.toml")
        return {
            **self.rng.choice(phrases.get(kind) or phrases["complaint"]),
            "fitter": self.place.staff["luotiesheng"].staff,
        }

    def _life(self, step: Step) -> Life:
        theme = self._said(step.kind.key)
        home = self.rng.choice(self.place.homes)
        theme["party"] = self.rng.choice(self.place.living[home.pk])
        shared = ("电梯", self.place.lifts), ("车库", self.place.common), ("大堂", self.place.common)
        theme["place"] = next(
            (self.rng.choice(places) for word, places in shared if word in theme["words"] and self.rng.random() < 0.6), home
        )  # fmt: skip
        pace = self.rng.choice((0.5, 0.7, 0.8, 1.0, 1.0, 1.3)) * (5.0 if self.rng.random() < 0.06 else 1.0)
        return Life(step.kind, step, theme, pace=pace)

    def _first_customer(self) -> None:
        """The leaking ceiling, told in full: another department, not satisfied, a second turn, signed."""
        kind: type[Kind] | None = kinds.get("complaint")
        if kind is None or any(name not in kind.steps for name, _minutes, _said in STORY):
            return
        home = next(home for home in self.place.homes if home.code == cast.FIRST_CUSTOMER[1])
        theme = {"place": home, "party": self.place.living[home.pk][0], "words": STORY[0][2]["words"]}
        day = local_date(self.now) - timedelta(days=6)
        day -= timedelta(days=max(0, day.weekday() - 4))
        life = Life(kind, kind.steps["open"], theme, script=[*STORY])
        self.walk.add(life, midnight(day) + timedelta(hours=9, minutes=12))

    def share_out(self) -> int:
        """Whoever has fewer than a few promises before them today is given some, by the supervisor and in writing."""
        clocks = Clock.objects.filter(org=self.place.org, verdict__isnull=True)
        busy = Counter(clocks.values_list("owed_by_id", flat=True))
        chief, moved = self.walk.cast.actor(self.place.staff["heqian"]), 0
        cases = list(Case.objects.filter(org=self.place.org, closed_at__isnull=True).order_by("-opened_at")[:120])
        self.rng.shuffle(cases)
        for name in ("gunanxing", "baiyuan", "qiaoyinuo", "luotiesheng", "heqian"):
            staff = self.place.staff[name].staff
            while staff and busy[staff.pk] < FEW and cases:
                case = cases.pop()
                live = Clock.objects.filter(case=case, verdict__isnull=True).count()
                if busy[case.owner_id or 0] - live < FEW:
                    continue
                try:
                    said = {"staff": staff, "note": "管家今天外出办证，由你跟到底。"}
                    perform("hand_over", actor=chief, at=self.play.at, case=case, data=said)
                except Refusal:
                    continue
                busy[staff.pk] += live
                moved += 1
        return moved


def settle(org: Organization, *, at: datetime, number: int, people: int, save: Save) -> None:
    """One more community, for about so many people; the first of them brings offices over all communities."""
    homes = people / (1 + community.FAMILIES)
    flats = max(1, min(MOST_FLATS, round(homes / (2 * sum(cast.TALL)))))
    community.build(org, at=at, rng=random.Random(number), number=number, flats=flats, save=save)
    if number == 2:
        community.headquarters(org, at=at)


def tell(
    org: Organization, *, now: datetime, days: int = DAYS, recent: int = RECENT,
    progress: Callable[[int, str], None] | None = None,
) -> Story:  # fmt: skip
    """Makes the community and plays its history up to `now`; the caller wraps it into one transaction."""
    story = Story(org, now=now, days=days, recent=recent)
    whole = (now - story.start).total_seconds()

    def shown(at: datetime) -> None:
        if progress is not None:
            progress(int(100 * (at - story.start).total_seconds() / whole), f"{local_date(at)}")

    story.plan()
    story.walk.run(shown)
    story.play.until(now - timedelta(minutes=20))
    story.share_out()
    story.play.finish()
    if progress is not None:
        progress(100, f"{local_date(now)}")
    return story
