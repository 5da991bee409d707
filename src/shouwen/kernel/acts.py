"""The inside of `perform`: a case begun, its columns written, its state moved, its entry, clocks, notices and outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _

from shouwen.ground.ids import new_id
from shouwen.ground.models import File, Party, Place, Staff
from shouwen.ground.offices import Roster
from shouwen.kernel import asks, clocks, journal, numbers, participants, tells
from shouwen.kernel.backdating import BACKDATE, furthest
from shouwen.kernel.canonical import plain
from shouwen.kernel.fold import Event, Timeline
from shouwen.kernel.kinds import SAME
from shouwen.kernel.limits import SEGMENT
from shouwen.kernel.models import Attachment, Case, Entry, Outbox
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.who import roster_of

if TYPE_CHECKING:
    from shouwen.kernel.perform import Act

TITLE = 40  # characters of the first words that make a title where none is given


def begin(act: Act) -> Case:
    """The new case and its sheet, written under a provisional number; the real one is taken last."""
    kind, data = act.step.kind, act.cleaned
    pk = new_id()
    case = Case(
        id=pk, org_id=act.actor.org_id, kind=kind.key, no=f"~{pk}", state=act.step.to, opened_at=act.happened_at,
        folded_at=act.at, parent=act.parent, root_id=act.parent.root_key if act.parent else None,
        channel=data.get("channel") or ("system" if act.actor.system else "web" if act.actor.staff_id is None else "counter"),
        party=data.get("customer") or (Party.objects.filter(pk=act.actor.party_id).first() if act.actor.party_id else None),
        title=data.get("title") or _title(data),
    )  # fmt: skip
    participants.nobody_yet(case)
    place_at(case, data.get("place") or (act.parent.place if act.parent else None))
    roster = roster_of(case, act.happened_at)
    name_owner(case, roster, act)
    heard_by = data.get("heard_by")
    case.first_contact_id = (heard_by.pk if heard_by else act.actor.staff_id) or _first_asked(act) or case.owner_id
    case.save(force_insert=True)
    case.sheet = kind.sheet(case=case)
    return case


def _first_asked(act: Act) -> int | None:
    """Who was asked first of the case out of which the system opens this one."""
    if act.cause is None or act.cause.stream_type != "case":
        return None
    found: int | None = Case.objects.values_list("first_contact_id", flat=True).get(pk=act.cause.stream_id)
    return found


def _title(data: Mapping[str, Any]) -> str:
    words = str(data.get("words") or "").strip().splitlines()
    return words[0][:TITLE] if words else ""


def place_at(case: Case, place: Place | None) -> None:
    """Puts the case at a place, with its community and building."""
    case.place = place
    if place is not None:
        case.site_id = place.site_id or (place.pk if place.kind == "community" else None)
        case.building_id = place.building_id or (place.pk if place.kind == "building" else None)


def name_owner(case: Case, roster: Roster, act: Act) -> None:
    """The office that answers: the kind's own, else upward; never the one complained about, and never nobody."""
    named = act.cleaned.get(participants.AGAINST)
    against = participants.complained_about(case) | ({named.pk} if named is not None else set())
    target = case.spec.owner.appoint(case, roster)
    if target is not None and target.office_id and target.staff_id and target.staff_id not in against:
        case.owner_office_id, case.owner_id = target.office_id, target.staff_id
        return
    for role in ("supervisor", "director", "property_gm", "company_gm", "manager"):
        post = roster.find(role, tells.reach_of(case))
        if post is not None and post.staff_id is not None and post.staff_id not in against:
            case.owner_office_id, case.owner_id = post.office_id, post.staff_id
            return
    for post in roster.posts if against else ():  # a small house: whoever is left answers, the complaint is not refused
        if post.staff_id is not None and post.staff_id not in against:
            case.owner_office_id, case.owner_id = post.office_id, post.staff_id
            return
    raise Refusal(_("Nobody holds an office that answers for this place; name one first."), "S6-2.07")


def check_time(act: Act, case: Case, events: list[Event]) -> None:
    """A step may be recorded later than it happened, within a policy, and never before what it builds on."""
    if act.happened_at >= act.at:
        return
    if not (act.trusted or act.actor.system):
        earliest = furthest(act.actor, case, at=act.at)
        if act.happened_at < earliest:
            raise Refusal(
                _("That lies further back than you may record. Ask the supervisor or the director to record it."),
                BACKDATE.clause,
            )
    if not events:
        return
    if act.happened_at < events[0].happened_at:
        raise Refusal(_("That is before the case was opened."))
    moved = [e.happened_at for e in events if e.to_state != e.from_state]
    setting = {word for word in (*act.cleaned, *act.step.sets) if word in case.spec.facts and act.step.writes}
    said = [e.happened_at for e in events if setting & set(e.facts)]
    after = max([*(moved if act.step.moves or act.step.new_cycle else []), *said], default=act.happened_at)
    if act.happened_at < after:
        raise Refusal(_("That is before the step it builds on; give the time at which it happened after that."))


def write(act: Act, case: Case) -> dict[str, Any]:
    """Writes the answers into the columns of case, sheet and cycle sheet; returns the facts that were set."""
    kind, data = case.spec, {**act.step.settings(case, act.cleaned, act.happened_at), **act.cleaned}
    data = data if act.step.writes else {}
    if act.step.new_cycle:
        case.cycle += 1
    facts: dict[str, Any] = {}
    cycle_values: dict[str, Any] = {}
    sheet_columns: list[str] = []
    for word, value in data.items():
        if word in kind.facts:
            facts[word] = plain(value)
        if _on_case(case, word, value, act):
            continue
        if asks.in_cycle(kind, word):
            cycle_values[word] = value
        elif asks.column(kind, word) is not None and not (word == "words" and case.sheet.words):
            setattr(case.sheet, word, value)  # words once said stay; what is said later stands in its own entry
            sheet_columns.append(word)
    if act.step.opens:
        for fact in kind.facts:
            facts.setdefault(fact, plain(case.fact(fact)))
        case.sheet.save(force_insert=True)
    elif sheet_columns:
        case.sheet.save(update_fields=sheet_columns)
    if cycle_values and kind.cycle_sheet is not None:
        kind.cycle_sheet._default_manager.update_or_create(case=case, cycle=case.cycle, defaults=cycle_values)
    return facts


def _on_case(case: Case, word: str, value: Any, act: Act) -> bool:
    """Words every kind shares are columns of the case itself."""
    if word == "place":
        if not act.step.opens:
            place_at(case, value)
            name_owner(case, roster_of(case, act.happened_at), act)
    elif word == "customer":
        case.party = value
    elif word == "staff":
        _hand_over(case, value, act)
    elif word == participants.AGAINST:
        participants.name_against(case, value, at=act.happened_at)
        if value.pk == case.owner_id:
            name_owner(case, roster_of(case, act.happened_at), act)
    elif word in ("dept", "assignee", "channel", "grade", "title"):
        setattr(case, word, value)
    else:
        return False
    return True


def _hand_over(case: Case, staff: Staff, act: Act) -> None:
    """The case goes to a person by name; an office they hold here answers on, else the person does.

    Where it is said whose part goes over, and they do not answer for the case, whoever does stays.
    """
    if act.step.name != "hand_over":
        return
    roster, whose = roster_of(case, act.happened_at), act.cleaned.get("whose")
    held = roster.post(case.owner_office_id) if case.owner_office_id else None
    answers = {case.owner_id, held.staff_id if held else None}
    if whose is not None and not answers & {whose.pk, staff.pk}:
        return
    post = next((p for p in roster.posts if p.staff_id == staff.pk and p.dept_id is None), None)
    case.owner_office_id, case.owner_id = post.office_id if post else None, staff.pk


def finish(act: Act, case: Case, *, from_state: str, events: list[Event], changed: dict[str, Any]) -> Entry:
    """Moves, journals, keeps the clocks, tells, and leaves one outbox row; the case is saved last, with its number."""
    kind, step = case.spec, act.step
    to_state = from_state if step.to == SAME else step.to
    case.state, case.rev = to_state, case.rev + 1
    if act.happened_at < act.at and step.to == SAME and events:  # a late note does not move the case as it stands now
        case.state = from_state
    _end_times(act, case, to_state, moves=step.moves)
    roster = roster_of(case, act.happened_at)
    facts = {**changed, **_reserved(act, case, roster, events)}
    saying = _saying(act, case, from_state, to_state, facts)
    if act.happened_at < act.at and events:
        saying = replace(saying, facts={**facts, **_revised(act, case, saying, events)})
    entry = journal.append(case, saying, actor=act.actor)
    _attach(act, case, entry)
    _rows(act, case, entry)
    for effect in step.effects:
        effect(case, act.cleaned, entry)
    clocks.refold(case, at=act.at, events=[*events, Event.of(entry)], fresh=step.opens)
    tells.tell(step, case, entry, roster, actor=act.actor)
    tells.tell_revised(case, entry, roster, actor=act.actor)
    Outbox(
        org_id=case.org_id, topic="entry", case=case, entry=entry, stream_seq=entry.seq, created_at=act.at,
        not_before=act.at,
    ).save(force_insert=True)  # fmt: skip
    if step.opens:
        case.no = numbers.case_number(case.org_id, kind.number, at=act.happened_at)
    case.save(force_update=True)
    return entry


def _revised(act: Act, case: Case, saying: journal.Saying, events: list[Event]) -> dict[str, Any]:
    """An entry recorded late says itself which verdicts on record it changes (S6-1.08)."""
    this = Event(
        events[-1].seq + 1, saying.step, saying.happened_at, saying.from_state, saying.to_state, saying.cycle, saying.facts or {}
    )  # fmt: skip
    case.folded_at = max(case.folded_at, act.at)
    changed = clocks.revised(case, [*events, this])
    return {"_revised": [list(one) for one in changed]} if changed and act.step.name != "excuse" else {}


def _end_times(act: Act, case: Case, to_state: str, *, moves: bool) -> None:
    if act.step.name in case.spec.resolved_by:
        case.resolved_at = act.happened_at
    if moves:
        ended = to_state in case.spec.ends()
        case.closed_at = act.happened_at if ended else None
        if not ended and act.step.new_cycle:
            case.resolved_at = None


def _reserved(act: Act, case: Case, roster: Roster, events: list[Event]) -> dict[str, Any]:
    """Facts the kernel itself adds: who owes each promise now, the place, an excuse, an override; no personal words."""
    facts: dict[str, Any] = {}
    before: Mapping[str, Any] = Timeline(events).owed[-1][1] if events else {}
    owed = {"": [case.owner_office_id, case.owner_id]}
    against = participants.complained_about(case)
    for promise in case.spec.commitments.values():
        found = (who.find(case, roster) for who in promise.owed_by)
        target = next((t for t in found if t and not (t.staff_id and t.staff_id in against)), None)
        pair = [target.office_id, target.staff_id] if target else None
        if pair is not None and pair != owed[""]:
            owed[promise.key] = pair
        elif promise.key in before and before[promise.key] is not None:
            owed[promise.key] = None  # type: ignore[assignment]
    moved = {key: pair for key, pair in owed.items() if before.get(key, "?" if key == "" else None) != pair}
    if moved:
        facts["_owed"] = moved
    if act.step.opens or "place" in act.cleaned:
        facts["_place"], facts["_site"] = case.place_id, case.site_id
    named = case.party if act.step.opens or "customer" in act.cleaned else None
    if named is not None and (named.segment or not act.step.opens):
        facts[SEGMENT] = named.segment
    if act.step.name == "excuse":
        facts["_excuse"] = act.cleaned["clock"]
    if act.step.override:
        facts["_override"] = True
    for mark in act.step.marks:
        facts |= mark(act, case)
    return facts


def _saying(act: Act, case: Case, from_state: str, to_state: str, facts: dict[str, Any]) -> journal.Saying:
    columns = case.spec.facts if act.step.writes else ()
    body = {word: value for word, value in act.cleaned.items() if word not in columns and not _is_upload(value)}
    stands_in = next(
        (held for held in act.actor.offices if held.stand_in and held.office_id == case.owner_office_id), None
    )
    return journal.Saying(
        step=act.step.name, happened_at=act.happened_at, recorded_at=act.at, from_state=from_state, to_state=to_state,
        cycle=case.cycle, facts=facts, body=body, cause=act.cause,
        on_behalf_id=case.owner_id if stands_in and case.owner_id != act.actor.staff_id else None,
    )  # fmt: skip


def _rows(act: Act, case: Case, entry: Entry) -> None:
    """Lines and answered points as rows of their own tables, beside the entry that says them."""
    given, model = act.cleaned.get("lines"), case.spec.lines
    if given and model is not None:
        before = model._default_manager.filter(case=case, cycle=case.cycle).aggregate(last=Max("turn"))["last"] or 0
        model._default_manager.bulk_create(
            model(case=case, cycle=case.cycle, turn=before + 1, position=place, **line)
            for place, line in enumerate(given, start=1)
        )
    if act.step.points is not None and act.cleaned.get("points"):
        act.step.points.keep(act.cleaned["points"], case=case, entry=entry)


def _is_upload(value: Any) -> bool:
    return hasattr(value, "chunks")


def _attach(act: Act, case: Case, entry: Entry) -> None:
    """Stores what was uploaded; the entry names each file by the hash of its content."""
    for word, value in act.cleaned.items():
        if not (_is_upload(value) or isinstance(value, File)):
            continue
        from shouwen.ground import files  # Pillow is loaded only where something was uploaded

        stored = value if isinstance(value, File) else files.keep(value, org_id=case.org_id, purpose=word, at=act.at)
        Attachment(
            org_id=case.org_id, case=case, entry=entry, file=stored, word=word, public=act.step.public
        ).save(force_insert=True)  # fmt: skip
