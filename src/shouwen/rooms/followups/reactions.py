"""What has ended is asked about as its policy says; what was answered badly is opened again."""

from __future__ import annotations

from datetime import datetime

from shouwen.ground.actors import system_actor
from shouwen.kernel import sample
from shouwen.kernel.goals import policy
from shouwen.kernel.models import Case, CaseActor, Entry, EntryData
from shouwen.kernel.outbox import ANY, reaction
from shouwen.kernel.participants import AGAINST, name_against
from shouwen.kernel.perform import perform
from shouwen.kernel.registry import kinds
from shouwen.kernel.rooms import shut
from shouwen.kernel.rulebook import rulebook

POLICY = policy("followup.kinds", {}, clause="S6-2.28")  # kind: never, unrated, always, "sample 10"; else as declared


@reaction(ANY)
def plan(entry: Entry, at: datetime) -> None:
    """Opens the follow-up of a case that has just ended by its own end, where its policy wants one."""
    if entry.from_state == entry.to_state:
        return
    case = Case.objects.select_related("party", "place").get(pk=entry.stream_id)
    if shut(kinds["followup"], case.org_id, at=at):
        return
    if entry.to_state != case.spec.final[0] or case.party_id is None or case.place_id is None:
        return
    why = wanted(case, entry.cycle, at=entry.happened_at)
    if not why:
        return
    opened = perform(
        "open", kind="followup", actor=system_actor(case.org_id), at=at, cause=entry,
        key=f"followup:{case.pk}:{entry.cycle}",
        data={
            "place": case.place, "customer": case.party, "about": case, "why": why, "turn": str(entry.cycle),
            "title": case.title or case.no,
        },
    )  # fmt: skip
    asked = Case.objects.get(pk=opened.stream_id)
    for row in CaseActor.objects.filter(case=case, role=AGAINST, staff__isnull=False).select_related("staff"):
        if row.staff is not None:
            name_against(asked, row.staff, at=at)


def wanted(case: Case, cycle: int, *, at: datetime) -> str:
    """Why a case is followed up: its policy's first word, or nothing."""
    table, _version = rulebook(case.org_id, case.site_id).policy(POLICY.key, POLICY.default, at)
    rule, *share = str(table.get(case.kind) or case.spec.follow_up).split()
    if rule == "unrated" and not getattr(case.sheet, "score", ""):
        return rule
    if rule == "sample":
        seed = sample.seed_of(case.org_id, f"followup.{case.kind}", at=at)
        return rule if sample.drawn(seed, f"{case.no}.{cycle}", int(share[0] if share else 0)) else ""
    return rule if rule == "always" else ""


@reaction("followup.record")
@reaction("followup.rate")
def open_again(entry: Entry, at: datetime) -> None:
    """A bad answer opens the case it was about for another round, by that kind's own step."""
    followup = Case.objects.get(pk=entry.stream_id)
    about = Case.objects.get(pk=followup.sheet.about_id)
    step = about.spec.steps.get(about.spec.reopens)
    if not followup.sheet.bad or step is None or about.state not in step.frm:
        return
    body = EntryData.objects.values_list("body", flat=True).get(entry=entry) or {}
    perform(
        step.name, actor=system_actor(about.org_id), at=at, case=about, cause=entry, key=f"followup:{entry.pk}",
        data={"words": body.get("words") or followup.no},
    )  # fmt: skip
