"""Limits in words: what a policy's `30min` or `3..5wd` says to people."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shouwen.kernel import words
from shouwen.kernel.goals import Composite, FieldRef, PolicyRef
from shouwen.worktime import Goal, GoalError


def amount(n: int, unit: str) -> str:
    """A number of units: `30 分钟`, `3 个工作日`."""
    said = {
        "min": ngettext("%(n)d minute", "%(n)d minutes", n), "h": ngettext("%(n)d hour", "%(n)d hours", n),
        "wmin": ngettext("%(n)d working minute", "%(n)d working minutes", n),
        "wh": ngettext("%(n)d working hour", "%(n)d working hours", n), "d": ngettext("%(n)d day", "%(n)d days", n),
        "wd": ngettext("%(n)d working day", "%(n)d working days", n), "mo": ngettext("%(n)d month", "%(n)d months", n),
        "y": ngettext("%(n)d year", "%(n)d years", n),
    }  # fmt: skip
    return said[unit] % {"n": n}


def goal(value: Any) -> str:
    """A goal in words, of a table how many lines it has; what is no goal stays as it is written."""
    if isinstance(value, dict) and "" in value:
        return _("; ").join([goal(value[""]), *(f"{words.label(one)} {goal(value[one])}" for one in value if one)])
    if isinstance(value, (dict, list)):
        return ngettext("%(n)d item", "%(n)d items", len(value)) % {"n": len(value)}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, str):
        return str(value)
    try:
        found = Goal.parse(value)
    except GoalError:
        return value
    if found.upper is not None:
        return _("%(low)d to %(high)s") % {"low": found.n, "high": amount(found.upper, found.unit)}
    said = amount(found.n, found.unit)
    if isinstance(found.at, time):
        return _("%(goal)s, by %(at)s") % {"goal": said, "at": f"{found.at:%H:%M}"}
    return _("%(goal)s, at the same hour") % {"goal": said} if found.at else said


def limit(within: Any, value_of: Any) -> str:
    """How long a promise may take: a goal, the value of a policy (`value_of(ref)`), a time the customer gives."""
    if isinstance(within, PolicyRef):
        return goal(value_of(within))
    if isinstance(within, FieldRef):
        return words.label(within.fact)
    if isinstance(within, Composite):
        parts = _(", ").join(limit(part, value_of) for part in within.parts)
        text = _("the earliest of %(parts)s") if within.choose == "earliest" else _("the latest of %(parts)s")
        return text % {"parts": parts}
    return goal(within) if within else ""
