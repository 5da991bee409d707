"""What an actor may read of a case: the same for page, print, API and export. A customer sees what was told to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shouwen.ground.actors import Actor
from shouwen.ground.models import Staff
from shouwen.ground.prepared import Prepared
from shouwen.kernel import words
from shouwen.kernel.models import Attachment, Case, Entry
from shouwen.kernel.steps_taken import remember


@dataclass(frozen=True)
class Line:
    """One entry as a reader sees it: when, what, who, the words said (None = erased), the files given."""

    seq: int
    step: str
    label: str
    happened_at: datetime
    recorded_at: datetime
    actor: str
    actor_number: str
    on_behalf: str
    from_state: str
    to_state: str
    cycle: int
    public: bool
    clause: str
    facts: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] | None = None
    files: tuple[Attachment, ...] = ()
    revised: tuple[tuple[str, str, str], ...] = ()  # verdicts that this late record changed: promise, before, after

    @property
    def recorded_late(self) -> bool:
        """Written down more than five minutes after it happened."""
        return (self.recorded_at - self.happened_at).total_seconds() > 300


def is_customer(actor: Actor) -> bool:
    """Somebody who reads as the customer: no office of the house."""
    return actor.staff_id is None and not actor.system


def lines_of(case: Case, *, actor: Actor, public_only: bool = False) -> list[Line]:
    """The journal of a case, oldest first, in three queries whatever its length."""
    only_public = public_only or is_customer(actor)
    rows = _ENTRIES.objects(case_id=case.pk)
    remember(case, ((entry.step, entry.cycle) for entry in rows))
    ids = {pk for entry in rows for pk in (entry.actor_id, entry.on_behalf_id) if pk}
    people = {staff.pk: staff for staff in Staff.objects.filter(pk__in=ids)} if ids else {}
    files: dict[int, list[Attachment]] = {}
    for one in _FILES.objects(case_id=case.pk):
        files.setdefault(one.entry_id, []).append(one)
    found = []
    for entry in rows:
        step = case.spec.steps.get(entry.step)
        public = bool(step and (step.public or step.opens))
        if only_public and not public:
            continue
        found.append(_line(entry, case, people, public, tuple(files.get(entry.pk, ())), only_public))
    return found


_ENTRIES = Prepared(
    lambda case_id: Entry.objects.filter(stream_type="case", stream_id=case_id).select_related("data").order_by("seq"),
    case_id=int,
)
_FILES = Prepared(
    lambda case_id: Attachment.objects.filter(case_id=case_id).select_related("file").order_by("id"), case_id=int
)


def _line(
    entry: Entry, case: Case, people: dict[int, Staff], public: bool, files: tuple[Attachment, ...], only_public: bool
) -> Line:
    step = case.spec.steps.get(entry.step)
    who = people.get(entry.actor_id or 0)
    name = who.name if who else words.label("customer") if entry.party_id else words.label("system")
    body = entry.data.body
    if only_public and body is not None:
        body = {word: value for word, value in body.items() if word in PUBLIC_WORDS or word in case.spec.public}
    stood_for = people.get(entry.on_behalf_id or 0)
    return Line(
        entry.seq, entry.step, words.label(entry.step, f"{case.kind} do"), entry.happened_at, entry.recorded_at, name,
        who.number if who else "", stood_for.name if stood_for else "", entry.from_state, entry.to_state, entry.cycle,
        public, step.clause if step else "",
        {} if only_public else {k: v for k, v in entry.facts.items() if not k.startswith("_")}, body,
        tuple(one for one in files if one.public or not only_public),
        () if only_public else tuple((name, was, now) for name, was, now in entry.facts.get("_revised", ())),
    )  # fmt: skip


PUBLIC_WORDS = ("told", "words", "answer", "result", "decision", "how", "letter", "sign_off")
