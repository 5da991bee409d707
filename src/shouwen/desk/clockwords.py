"""What a clock says to people: shape, word and time, in the reader's language. The page is true when printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwen.kernel import words
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.registry import kinds
from shouwen.kernel.rulebook import Rulebook, rulebook
from shouwen.kernel.zones import site_zone
from shouwen.worktime import Calendar
from shouwen.worktime.explain import ExplainLine, explain

SOON = 0.2  # the last fifth of the working time


@dataclass(frozen=True)
class Chip:
    """A clock as shown: `state` is the class and shape, `share` the part left (0–100) for the ring."""

    state: str
    word: str
    time: str
    share: int = 0
    provisional: bool = False

    @property
    def ring(self) -> bool:
        return self.state in ("run", "soon")


def span(seconds: float) -> str:
    """A length of time in its two largest units: `1 小时 20 分`, `18 分`."""
    minutes = max(0, round(seconds / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, mins = divmod(rest, 60)
    if days:
        return (
            _("%(days)d d %(hours)d h") % {"days": days, "hours": hours} if hours else _("%(days)d d") % {"days": days}
        )
    if hours:
        return (
            _("%(hours)d h %(mins)d min") % {"hours": hours, "mins": mins}
            if mins
            else _("%(hours)d h") % {"hours": hours}
        )
    return _("%(mins)d min") % {"mins": mins}


def when(at: datetime, now: datetime) -> str:
    """A moment as said aloud: today, tomorrow or yesterday by name, else month and day; 24:00 for the end of a day."""
    local, today = at.astimezone(site_zone()), now.astimezone(site_zone()).date()
    clock = f"{local:%H:%M}"
    day = local.date()
    if clock == "00:00":
        day, clock = day - timedelta(days=1), "24:00"
    away = (day - today).days
    if -1 <= away <= 1:
        name = _("today") if away == 0 else _("tomorrow") if away == 1 else _("yesterday")
        return f"{name} {clock}"
    return f"{day:%m-%d} {clock}" if day.year == today.year else f"{day} {clock}"


def left(clock: Clock, calendar: Calendar, now: datetime) -> str:
    """How much is left: in working days from one on, else in hours and minutes."""
    worked = calendar.working_days_between(
        calendar.date_of(now), calendar.date_of(clock.due_at - timedelta(microseconds=1))
    )
    if clock.goal.endswith("wd") and worked >= 1:
        return _("%(n)d working days") % {"n": worked} if worked != 1 else _("1 working day")
    return span((clock.due_at - now).total_seconds())


def chip(clock: Clock, *, now: datetime, site_id: int | None) -> Chip:
    """The chip of one clock at a moment."""
    if clock.verdict is not None:
        return _ended(clock, now)
    calendar = calendar_of(clock, site_id)
    due = when(clock.due_at, now)
    if clock.paused_at is not None:
        rest = span(max(0.0, (clock.due_at - clock.paused_at).total_seconds()))
        return Chip(
            "paused",
            _("Paused · %(left)s left") % {"left": rest},
            _("since %(at)s") % {"at": when(clock.paused_at, now)},
        )
    if clock.due_at < now:
        over = span((now - clock.due_at).total_seconds())
        return Chip("over", _("%(over)s over") % {"over": over}, _("was due %(due)s") % {"due": due})
    if clock.opens_at is not None and clock.opens_at > now:
        return Chip("notyet", _("from %(at)s") % {"at": when(clock.opens_at, now)}, _("by %(due)s") % {"due": due})
    share = share_left(clock, calendar, now)
    word = _("%(left)s left") % {"left": left(clock, calendar, now)}
    time = _("by %(due)s") % {"due": due}
    if clock.postponed:
        time = _("postponed once, now %(due)s") % {"due": due}
    if clock.provisional:
        time = _("%(time)s (provisional)") % {"time": time}
    return Chip("soon" if share < SOON * 100 else "run", word, time, share, clock.provisional)


def share_left(clock: Clock, calendar: Calendar, now: datetime) -> int:
    whole, rest = calendar.elapsed(clock.starts_at, clock.due_at), calendar.elapsed(now, clock.due_at)
    if whole <= 0:
        whole, rest = int((clock.due_at - clock.starts_at).total_seconds()), int((clock.due_at - now).total_seconds())
    return max(0, min(100, round(100 * rest / whole))) if whole > 0 else 0


_looked: ContextVar[dict[tuple[int, int | None], Rulebook] | None] = ContextVar("rulebooks", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Within one page the rules are looked up once, however many clocks it shows."""
    token = _looked.set({})
    try:
        yield
    finally:
        _looked.reset(token)


def _rules(org_id: int, site_id: int | None) -> Rulebook:
    looked = _looked.get()
    if looked is None:
        return rulebook(org_id, site_id)
    if (org_id, site_id) not in looked:
        looked[(org_id, site_id)] = rulebook(org_id, site_id)
    return looked[(org_id, site_id)]


def calendar_of(clock: Clock, site_id: int | None) -> Calendar:
    promise = kinds[clock.kind].commitments[clock.key]
    return _rules(clock.org_id, site_id).calendar(promise.calendar, clock.starts_at)[0]


def _ended(clock: Clock, now: datetime) -> Chip:
    due = _("was due %(due)s") % {"due": when(clock.due_at, now)}
    gap = span(abs((clock.due_at - clock.stopped_at).total_seconds())) if clock.stopped_at else ""
    verdict = clock.verdict or ""
    if verdict == "kept":
        return Chip("kept", _("Kept"), _("%(gap)s early") % {"gap": gap})
    if verdict == "late":
        return Chip("late", _("Late"), _("by %(gap)s") % {"gap": gap})
    if verdict == "broken":
        return Chip("broken", _("Broken"), due)
    if verdict == "agreed_later":
        return Chip("later", _("Agreed later"), due)
    if verdict == "postponed":
        return Chip("postponed", _("Postponed"), due)
    if verdict == "excused":
        return Chip("excused", _("Excused"), _("was %(verdict)s") % {"verdict": words.label(clock.original or "")})
    return Chip("void", _("Void"), _("no longer owed"))


def count(clock: Clock, case: Case) -> list[ExplainLine]:
    """The count behind a clock's due time, line by line; a time that people set has one line."""
    calendar = calendar_of(clock, case.site_id)
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    pauses = [(p.from_at, p.until_at) for p in clock.pauses.all()] if clock.pk else []
    if clock.goal and not case.spec.commitments[clock.key].every:
        return explain(calendar, clock.starts_at, clock.goal, pauses=pauses, language=language)
    zone = site_zone()
    start, due = clock.starts_at.astimezone(zone), clock.due_at.astimezone(zone)
    if case.spec.commitments[clock.key].every:
        return [
            ExplainLine(f"{start:%m-%d}", _("owed again each working day while open")),
            ExplainLine(f"{due:%m-%d %H:%M}", _("due at close of business")),
        ]
    what = (
        _("already past its limit: one working day from then")
        if clock.late_start
        else _("a time agreed with the customer")
    )
    return [ExplainLine(f"{start:%m-%d %H:%M}", what), ExplainLine(f"{due:%m-%d %H:%M}", _("due"))]
