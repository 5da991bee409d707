"""What was answered, as people read it: choices by their label, rows by their name, moments in the site's zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from shouwen.desk import clockwords
from shouwen.ground.models import Department, Party, Place, Staff
from shouwen.kernel import words
from shouwen.kernel.asks import CHANNELS, HOW_TOLD, OUTCOMES
from shouwen.kernel.kinds import Kind
from shouwen.kernel.manyfields import spoken
from shouwen.kernel.models import Case
from shouwen.kernel.reading import Line

ROWS: dict[str, type[models.Model]] = {
    "place": Place, "customer": Party, "staff": Staff, "assignee": Staff, "dept": Department,
}  # fmt: skip
CHOICES = {"channel": CHANNELS, "outcome": OUTCOMES, "how": HOW_TOLD}


def named(lines: Iterable[Line]) -> dict[tuple[type[models.Model], int], str]:
    """The names of all rows that these lines mention: at most one query for each table."""
    wanted: dict[type[models.Model], set[int]] = {}
    for line in lines:
        for word, value in _given(line).items():
            if word in ROWS and str(value).isdigit():
                wanted.setdefault(ROWS[word], set()).add(int(value))
    found = {}
    for model, ids in wanted.items():
        found.update({(model, pk): str(row) for pk, row in model._default_manager.in_bulk(ids).items()})
    return found


def said(kind: type[Kind], word: str, value: Any, *, now: datetime, names: Any = None) -> str:
    """One answer as text; nothing for an empty one."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, (dict, list)):
        return spoken(kind, value)
    if word == "month":
        return str(value)[:7]  # kept as its first day
    if word.endswith("_fen") and isinstance(value, int):
        return f"¥{value // 100}.{value % 100:02d}"
    if word in ROWS and names is not None and str(value).isdigit():
        return str(names.get((ROWS[word], int(value)), value))
    if isinstance(value, str) and value in (*kind.choices.get(word, ()), *CHOICES.get(word, ())):
        return words.label(value, f"{kind.key} {word}")
    if word.endswith("_at"):
        moment = value if isinstance(value, datetime) else _moment(value)
        return clockwords.when(moment, now) if moment else str(value)
    return str(value)


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _given(line: Line, step: Any = None) -> dict[str, Any]:
    """The words of a line, and those of its facts that were asked rather than set."""
    asked = {word: value for word, value in line.facts.items() if step is None or word in step.words}
    return {**asked, **(line.words or {})}


def answers(line: Line, kind: type[Kind], *, now: datetime, names: Any) -> list[tuple[str, str]]:
    """The answers of a line with the words they were asked by."""
    given = _given(line, kind.steps[line.step]) if line.step in kind.steps else line.words or {}
    rows = [
        (words.label(word, kind.key), said(kind, word, value, now=now, names=names)) for word, value in given.items()
    ]
    changed = [
        (words.label(name.split(".")[0], kind.key), verdicts(was, now_, kind)) for name, was, now_ in line.revised
    ]
    return [(label, text) for label, text in rows if text] + changed


def verdicts(was: str, now: str, kind: type[Kind]) -> str:
    """How a promise was found before something was recorded late, and after it."""
    return f"{words.label(was, kind.key)} → {words.label(now, kind.key) if now else _('not owed')}"


def facts(case: Case, *, now: datetime) -> list[tuple[str, str]]:
    """What the kind keeps of the case beside what every case has; what nobody has answered yet is left out."""
    found = []
    for field in case.spec.sheet._meta.concrete_fields:
        value = getattr(case.sheet, field.attname)
        if field.name == "case" or (field.has_default() and value == field.get_default()):
            continue
        if field.is_relation:
            value = getattr(case.sheet, field.name)
        text = said(case.spec, field.name, value, now=now)
        if isinstance(field, models.CharField) and words.known(text):
            text = words.label(text, case.kind)
        if text:
            found.append((words.label(field.name, case.kind), text))
    return found
