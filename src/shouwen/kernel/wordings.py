"""What notices say, in the organization's own words: versions, placeholders that are checked, a preview."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from string import Formatter
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel import journal, policies
from shouwen.kernel.models import Wording
from shouwen.kernel.refusals import Invalid, NotAllowed, Unknown

LANGUAGES = ("zh-hans", "en")
LONGEST = 300
Said = Mapping[tuple[str, str], str]


def delivered(key: str) -> str:
    """The sentence as delivered, in the language of the moment, with `%(name)s` for what is put in."""
    return {
        "step": lambda: _("%(no)s (%(kind)s): %(step)s."),
        "alarm": lambda: _("%(no)s: “%(promise)s” is due at %(due)s."),
        "revised": lambda: _("%(no)s: %(changes)s, since something was recorded late."),
        "calendar.changed": lambda: _(
            "The working calendar changed: %(moved)d of your due times moved, %(final)d became final. %(cases)s"
        ),
        "missed": lambda: _(
            "While alarms could not be sent, %(count)d of them fell due for you. The first cases: %(cases)s"
        ),
    }[key]()


SAMPLES: dict[str, dict[str, Callable[[], Any]]] = {
    "step": {"no": lambda: "TS2611-0001", "kind": lambda: _("Complaint"), "step": lambda: _("taken up")},
    "alarm": {"no": lambda: "TS2611-0001", "promise": lambda: _("reply"), "due": lambda: "11-24 18:00"},
    "revised": {"no": lambda: "TS2611-0001", "changes": lambda: _("“reply” late → kept")},
    "calendar.changed": {"moved": lambda: 3, "final": lambda: 1, "cases": lambda: "TS2611-0001"},
    "missed": {"count": lambda: 2, "cases": lambda: "TS2611-0001, BX2611-0002"},
}
NEEDED = {"step": ("no",), "alarm": ("no", "due"), "revised": ("no",), "calendar.changed": (), "missed": ("count",)}


def said_of(org_id: int) -> Said:
    """The organization's own sentences by key and language, in one query."""
    found: dict[tuple[str, str], str] = {}
    rows = Wording.objects.filter(org_id=org_id).order_by("made_at", "id")
    for key, language, text in rows.values_list("key", "language", "text"):
        found[(key, language)] = text
    return found


def say(key: str, values: Mapping[str, Any], said: Said) -> str:
    """A sentence with its values put in: the organization's own, else as delivered."""
    own = said.get((key, "zh-hans" if (get_language() or "zh").startswith("zh") else "en"))
    return own.format_map(values) if own else delivered(key) % values


def written(key: str, language: str) -> str:
    """The sentence as delivered, written as people edit it: `{no}`."""
    with override(language):
        return re.sub(r"%\((\w+)\)[sd]", r"{\1}", delivered(key))


def sample(key: str, language: str, text: str) -> str:
    """How a sentence would read, with invented values."""
    text = checked(key, text)
    with override(language):
        return text.format_map({name: value() for name, value in SAMPLES[key].items()})


def checked(key: str, text: str) -> str:
    """The sentence as stored; refused where it names what there is not, or leaves out what must be said."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        raise _wrong(_("A notice has at most %(most)d characters.") % {"most": LONGEST})
    try:
        parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        raise _wrong(_("A curly bracket is open or closed alone; write {no} for a placeholder.")) from None
    known = ", ".join(f"{{{name}}}" for name in SAMPLES[key])
    for name, form, turned in parts:
        if name not in SAMPLES[key] or form or turned:
            wrong = f"{{{name}{'!' + turned if turned else ''}{':' + form if form else ''}}}"
            raise _wrong(
                _("There is no placeholder %(wrong)s here; there are %(known)s.") % {"wrong": wrong, "known": known}
            )
    missing = [f"{{{name}}}" for name in NEEDED[key] if name not in [part[0] for part in parts]]
    if missing:
        raise _wrong(_("The notice must say %(missing)s.") % {"missing": ", ".join(missing)})
    return text


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, errors={"text": [sentence]})


def reword(key: str, language: str, text: str, *, actor: Actor, at: datetime) -> Wording:
    """Lets a sentence hold from now on; an empty one gives the sentence as delivered back."""
    if key not in SAMPLES or language not in LANGUAGES:
        raise Unknown(_("There is no such notice."))
    if not policies.reaches(actor, None):
        raise NotAllowed(_("What notices say is changed by an office of the whole organization."))
    text = checked(key, text) if text.strip() else ""
    with transaction.atomic():
        saying = journal.Saying(
            step="reword", happened_at=at, recorded_at=at, facts={"key": key, "language": language}, body={"text": text}
        )
        entry = journal.append(journal.stream(actor.org_id, "wording", f"{key}@{language}"), saying, actor=actor)
        return Wording.objects.create(
            org_id=actor.org_id, key=key, language=language, text=text, entry=entry, made_at=at
        )
