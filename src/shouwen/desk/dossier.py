"""A case as paper tells it: each entry with its words spelled out, by cycle, with the verdicts of the clocks it ended."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.desk import clockwords, sayings
from shouwen.ground import files
from shouwen.kernel import words
from shouwen.kernel.kinds import Kind
from shouwen.kernel.models import Attachment, Case, Clock
from shouwen.kernel.reading import Line
from shouwen.kernel.zones import site_zone

EVER = datetime(2000, 1, 1, tzinfo=UTC)  # no form says "today"
Kinded = type[Kind]
PICTURES = ("image/png", "image/jpeg", "image/webp")
WORKED = ("cause", "measure", "result")


@dataclass(frozen=True)
class Said:
    """One answer of an entry: the word's label, and the value as people read it."""

    word: str
    label: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """An entry on paper: what was said, and how the promises it ended stood."""

    line: Line
    sort: str = "flow"
    said: tuple[Said, ...] = ()
    verdicts: tuple[str, ...] = ()
    erased: bool = False

    def get(self, word: str) -> str:
        return next((one.text for one in self.said if one.word == word), "")

    def rest(self, *known: str) -> list[Said]:
        return [one for one in self.said if one.word not in known]

    @property
    def worked(self) -> list[Said]:
        """Cause, measure and result, in this order."""
        return sorted((one for one in self.said if one.word in WORKED), key=lambda one: WORKED.index(one.word))


@dataclass
class Turn:
    """One cycle (处理轮次) with its paragraphs in order."""

    cycle: int
    paragraphs: list[Paragraph] = field(default_factory=list)

    @property
    def work(self) -> list[Paragraph]:
        """What the house did in this cycle, in order: passed on, judged, worked, told."""
        return [one for one in self.paragraphs if one.sort in ("flow", "worked", "told")]

    @property
    def asked(self) -> list[Paragraph]:
        """What the customer said of it: each follow-up of this cycle."""
        return [one for one in self.paragraphs if one.sort == "asked"]


@dataclass(frozen=True)
class Signature:
    """A signature drawn on the screen, or the photo of a signed slip."""

    source: str
    at: datetime
    by: str
    drawn: bool


SILENT = ("note", "inform", "take_up")  # for colleagues, or counted day by day in the row of promises


def sort_of(case: Case, name: str, given: dict[str, Any]) -> str:
    """What an entry is on paper: `opened`, `worked`, `told`, `asked` (a follow-up), `moved` (a promise), `silent`, `flow`."""
    step, promises = case.spec.steps.get(name), case.spec.commitments
    if step is not None and step.opens:
        return "opened"
    if name in SILENT:
        return "silent"
    follow_up = promises.get("followed_up")
    if (step is not None and step.new_cycle) or (follow_up is not None and name in follow_up.kept_by):
        return "asked"
    if any(name in (*one.postpone[:1], *one.agree[:1]) for one in promises.values()):
        return "moved"
    if any(word in given for word in WORKED):
        return "worked"
    return "told" if "told" in given else "flow"


def moment(at: datetime, *, year: int | None = None) -> str:
    """A moment as a form writes it: without the year where it is the year of the form."""
    local = at.astimezone(site_zone())
    return f"{local:%m-%d %H:%M}" if local.year == year else f"{local:%Y-%m-%d %H:%M}"


def spelled(kind: Kinded, word: str, value: Any, *, names: Any = None) -> str:
    """A value of the journal as a form writes it: money and moments in full, all else as the case page says it."""
    if value in (None, "", False) or isinstance(value, (dict, list)):
        return ""
    if value is True:
        return words.label(word, kind.key)
    if word.endswith("_fen") and isinstance(value, int):
        return money(value)
    if word.endswith("_at"):
        return moment(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    text = sayings.said(kind, word, value, now=EVER, names=names)
    return words.label(text) if text.isascii() and text.isidentifier() and words.known(text) else text


def money(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02d}"


def verdict_of(clock: Clock, *, year: int | None = None) -> str:
    """How a promise ended, in words: `按时`, `逾期完成 2 分`, `未兑现`."""
    said = words.label(clock.verdict or "running")
    if clock.verdict == "late" and clock.stopped_at:
        said = f"{said} {clockwords.span((clock.stopped_at - clock.due_at).total_seconds())}"
    if clock.verdict == "excused" and clock.original:
        said = _("%(verdict)s (was %(original)s)") % {"verdict": said, "original": words.label(clock.original)}
    return said


def paragraphs(case: Case, lines: list[Line], clocks: Iterable[Clock]) -> list[Paragraph]:
    """Every line with its words spelled out; the pictures and keys of the product itself left aside."""
    names, ended = sayings.named(lines), {}
    for clock in clocks:
        if clock.stopped_by and clock.verdict in ("kept", "late", "excused"):
            ended.setdefault(clock.stopped_by, []).append(clock)
    found = []
    for line in lines:
        step = case.spec.steps.get(line.step)
        given = {**line.facts, **(line.words or {})}
        asked = [word for word in (*(step.words if step else ()), *given) if word in given]
        asked = [word for word in asked if step is None or word in step.words or word not in step.sets]
        said = tuple(
            Said(word, words.label(word, case.kind), text)
            for word in dict.fromkeys(asked)
            if (text := spelled(case.spec, word, given[word], names=names))
        )
        verdicts = tuple(
            _("%(verdict)s, due %(due)s")
            % {"verdict": verdict_of(clock), "due": moment(clock.due_at, year=line.happened_at.year)}
            for clock in ended.get(line.seq, ())
            if not case.spec.commitments[clock.key].every
        )
        found.append(Paragraph(line, sort_of(case, line.step, given), said, verdicts, line.words is None))
    return found


def turns(case: Case, rows: Iterable[Paragraph]) -> list[Turn]:
    """The paragraphs by cycle. What opens a cycle belongs to the one it ended: the customer's verdict on it."""
    found: dict[int, Turn] = {}
    for row in rows:
        step, cycle = case.spec.steps.get(row.line.step), row.line.cycle
        if step is not None and step.new_cycle and cycle > 1:
            cycle -= 1
        found.setdefault(cycle, Turn(cycle)).paragraphs.append(row)
    return [found[cycle] for cycle in sorted(found)]


def standing(case: Case, clocks: Iterable[Clock]) -> list[tuple[str, str]]:
    """How every promise of the case stands: each once, those owed day by day as kept of owed."""
    once: list[tuple[str, str]] = []
    daily: dict[str, list[int]] = {}
    for clock in clocks:
        promise = case.spec.commitments.get(clock.key)
        if promise is None:
            continue
        if promise.every:
            if clock.verdict in ("kept", "late", "broken"):
                counts = daily.setdefault(promise.label, [0, 0])
                counts[0] += clock.verdict == "kept"
                counts[1] += 1
            continue
        name = promise.label
        if case.cycle > 1:
            name = _("%(promise)s (cycle %(n)d)") % {"promise": name, "n": clock.cycle}
        said = verdict_of(clock) if clock.verdict else _("due %(due)s") % {"due": moment(clock.due_at)}
        once.append((name, said))
    return once + [(label, f"{kept} / {owed}") for label, (kept, owed) in daily.items()]


def signatures(lines: Iterable[Line]) -> list[Signature]:
    """Signatures given on the case, oldest first; an erased one is left out."""
    found = []
    for line in lines:
        for one in line.files:
            if one.word in ("sign_off", "slip") and (source := embedded(one)):
                found.append(Signature(source, line.happened_at, line.actor, one.word == "sign_off"))
    return found


def embedded(one: Attachment) -> str:
    """A picture as the page itself holds it, so that a form loads nothing while it is set."""
    if one.file.mime not in PICTURES:
        return ""
    try:
        with files.open_file(one.file) as content:
            return f"data:{one.file.mime};base64,{base64.b64encode(content.read()).decode()}"
    except FileNotFoundError:
        return ""


def seal_code(root: str) -> str:
    """The beginning of a seal as people compare it by eye: three groups of four."""
    return " ".join(root[start : start + 4] for start in (0, 4, 8)).upper()
