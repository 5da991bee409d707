"""Components as template tags with named parameters; unknown ones raise."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shouwen.desk import clockwords
from shouwen.kernel import words
from shouwen.kernel.models import Case, Clock
from shouwen.kernel.zones import site_zone

register = template.Library()


@register.simple_tag
@cache
def mark(name: str) -> SafeString:
    """A state's shape from the sprite, for the eye alone."""
    return format_html(
        '<svg class="sw-mk" aria-hidden="true"><use href="{}#{}"/></svg>', static("vendor/marks.svg"), name
    )


@register.simple_tag
def chip(clock: Clock, *, now: datetime, site: int | None) -> SafeString:
    """A clock: shape, word, exact time; one that runs is named, so that an open page can count it down."""
    found = clockwords.chip(clock, now=now, site_id=site)
    if clock.verdict is not None or not clock.pk:
        return chip_of(found)
    return mark_safe(f'<span class="sw-clk {_class(found)}" data-clock="{clock.pk}">{_inner(found)}</span>')


def chip_of(found: clockwords.Chip) -> SafeString:
    return mark_safe(f'<span class="sw-clk {_class(found)}">{_inner(found)}</span>')


@register.simple_tag
def chip_class(clock: Clock, *, now: datetime, site: int | None) -> str:
    """The class of a chip that is a button: its state."""
    return _class(clockwords.chip(clock, now=now, site_id=site))


@register.simple_tag
def chip_inner(clock: Clock, *, now: datetime, site: int | None) -> SafeString:
    """Shape, word and time alone, for a chip that is a button."""
    return _inner(clockwords.chip(clock, now=now, site_id=site))


def _class(found: clockwords.Chip) -> str:
    return f"sw-{found.state}{' sw-prov' if found.provisional else ''}"


def _inner(found: clockwords.Chip) -> SafeString:
    shape = ring(found.share) if found.ring else mark(found.state)
    return mark_safe(f"{shape}<span>{escape(found.word)}</span><i>{escape(found.time)}</i>")


@cache
def ring(share: int) -> SafeString:
    """How much of the time is left, as a ring."""
    return format_html(
        '<svg class="sw-ring" viewBox="0 0 16 16" aria-hidden="true"><circle class="sw-a" cx="8" cy="8" r="6"/>'
        '<circle class="sw-z" cx="8" cy="8" r="6" pathLength="100" stroke-dasharray="{} 100" '
        'transform="rotate(-90 8 8)"/></svg>', share,
    )  # fmt: skip


@register.simple_tag
def word(name: str, kind: str = "") -> str:
    """The label of a word in the reader's language."""
    return words.label(name, kind)


@register.simple_tag
def choice(case: Case, word: str) -> str:
    """The label of a value that was chosen: `grade`, `channel`."""
    return words.label(getattr(case, word), f"{case.kind} {word}")


@register.simple_tag
def again(field: BoundField) -> SafeString:
    """The field alone, to take the place of the one that stands on the page."""
    return field.as_widget(attrs={"hx-swap-oob": "true"})


@register.simple_tag
def hint(name: str, kind: str = "") -> str:
    return words.hint(name, kind)


@register.filter
def when(at: datetime | None, now: datetime) -> str:
    """A moment as said aloud, seen from now."""
    return clockwords.when(at, now) if at else ""


@register.filter
def moment(at: datetime | None) -> str:
    """A moment in full, in the site's zone."""
    return f"{at.astimezone(site_zone()):%Y-%m-%d %H:%M}" if at else ""


@register.filter
def listed(names: Any) -> str:
    """Several names in one line, parted as the language does it."""
    return _(", ").join(str(name) for name in names)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if mapping else None


@register.simple_tag
def verdict_word(name: str) -> str:
    return words.label(name) if name else _("running")


@register.simple_tag
def day_line(now: datetime) -> str:
    """The day as people say it: `11 月 24 日 星期二 · 14:08`."""
    local = now.astimezone(site_zone())
    return _("%(day)s · %(time)s") % {"day": date_format(local, _("D j M")), "time": f"{local:%H:%M}"}
