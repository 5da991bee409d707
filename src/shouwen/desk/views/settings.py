"""Settings: what there is to set, and the policies with their versions and a preview before a change."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shouwen.desk import book
from shouwen.desk.views.gate import signed_in
from shouwen.ground.actors import Actor
from shouwen.ground.ids import typed_id
from shouwen.ground.models import Party, Place, Staff
from shouwen.kernel import accounts, webhooks, words
from shouwen.kernel import policies as changing
from shouwen.kernel.goals import PolicyRef
from shouwen.kernel.goals import policies as declared
from shouwen.kernel.models import PolicyVersion
from shouwen.kernel.reading import is_customer
from shouwen.kernel.refusals import Refusal
from shouwen.kernel.registers import registers
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.zones import site_zone

View = Callable[..., HttpResponse]


def keeps(*cards: str) -> Callable[[Actor], bool]:
    """Whoever edits one of these registers."""
    return lambda actor: any(registers[name].edits(actor) for name in cards if name in registers)


def may_connect(actor: Actor) -> bool:
    return webhooks.may_keep(actor) or accounts.may_keep(actor)


PERMITS: dict[str, Callable[[Actor], bool]] = {
    "people": keeps("staff", "holding"), "offices": keeps("office", "holding"), "places": keeps("place"),
    "organization": keeps("organization"), "calendars": changing.may_change, "policies": changing.may_change,
    "numbers": changing.may_change, "notices": changing.may_change, "connections": may_connect, "work": changing.may_change, "journal": changing.may_change,
    "storage": changing.may_change,
}  # fmt: skip


def label_of(section: str) -> str:
    return {
        "people": _("People"), "offices": _("Offices"), "places": _("Places"), "organization": _("Organization"),
        "calendars": _("Calendars"), "policies": _("Policies"), "numbers": _("Numbers"), "notices": _("What notices say"), "connections": _("Keys and webhooks"),
        "work": _("Worker and messages"), "journal": _("Journal"), "storage": _("Storage"),
    }[section]  # fmt: skip


def about(section: str) -> str:
    return {
        "people": _("who works here, their accounts, handing over"), "offices": _("who answers for what, and who stands in"),
        "places": _("communities, buildings, units"), "organization": _("name, zone, language"),
        "calendars": _("hours, closings, official years"), "policies": _("numbers of the handbook that you may change"),
        "numbers": _("how cases are numbered, and the last ones given"),
        "notices": _("the sentences of notices, in your own words"), "connections": _("who may ask from outside, and who is told"),
        "work": _("what waits, what failed, whether a worker lives"), "journal": _("what was changed by whom, and whether it is whole"),
        "storage": _("database, files, free space"),
    }[section]  # fmt: skip


def section(name: str) -> Callable[[View], View]:
    """A page of the settings: customers find nothing there, others without the right are told so."""

    def wrap(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_customer(request.actor) and not request.actor.admin:
                raise Http404
            if not PERMITS[name](request.actor):
                raise PermissionDenied
            request.section = name
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the settings with its list of sections beside it."""
    mine = [(name, label_of(name), about(name)) for name, permit in PERMITS.items() if permit(request.actor)]
    whole = {"sections": mine, "section": getattr(request, "section", ""), **context}
    if whole["section"]:
        whole["title"] = label_of(whole["section"])
    return render(request, f"desk/settings/{template}.html", whole, status=status)


@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """What there is to set, for whoever may set any of it."""
    if is_customer(request.actor) and not request.actor.admin:
        raise Http404
    if not any(permit(request.actor) for permit in PERMITS.values()):
        raise PermissionDenied
    return page(request, "settings", {})


@section("policies")
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy with its value in force and as delivered, and the clause it serves."""
    now = rulebook(request.actor.org_id, None)
    rows = []
    for key, ref in sorted(declared.items()):
        value, version = now.policy(key, ref.default, request.at)
        rows.append({
            "key": key, "title": book.policy_title(key), "clauses": ref.clause.split() or clauses_of(key), "value": value,
            "default": ref.default, "changed": version is not None and value != ref.default,
        })  # fmt: skip
    return page(request, "policies", {"policies": rows})


def clauses_of(key: str) -> list[str]:
    """The clauses of the promises that read a policy."""
    from shouwen.kernel.registry import kinds

    found = [kinds[kind].commitments[promise].clause for kind, promise in changing.promises_of(key)]
    return list(dict.fromkeys(clause for text in found for clause in text.split()))


@section("policies")
def policy(request: HttpRequest, key: str) -> HttpResponse:
    """One policy: its versions with who made them, and a change that is shown before it is made."""
    if key not in declared:
        raise Http404
    ref = declared[key]
    typed, running, note = (
        request.POST.get("value", ""),
        request.POST.get("to_running") == "on",
        request.POST.get("note", ""),
    )
    site = site_of(request, request.POST.get("site", ""))
    later = request.POST.get("effective_at", "").strip()
    context: dict[str, Any] = {
        "ref": ref,
        "typed": typed,
        "running": running,
        "note": note,
        "site": site,
        "later": later,
    }
    status = 200
    if request.method == "POST":
        try:
            value, start = said_value(request, ref, typed), moment_of(later)
            if start is not None and start < request.at:
                raise Refusal(_("A policy cannot begin in the past."), ref.clause)
            context["start"] = start
            if "_publish" in request.POST:
                changing.publish(
                    key, value, actor=request.actor, at=request.at, effective_at=start, to_running=running, note=note,
                    site=site,
                )  # fmt: skip
                messages.success(request, _("It holds. Clocks that move are counted anew within a minute."))
                return redirect(f"/settings/policies/{key}")
            context["preview"] = changing.preview(
                key, value, actor=request.actor, at=start or request.at, site=site, to_running=running, most=20_000
            )
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    context |= _as_it_stands(request, ref, site) | where_to_change(request.actor)
    return page(request, "policy", context, status=status)


def _as_it_stands(request: HttpRequest, ref: PolicyRef, site: Place | None) -> dict[str, Any]:
    """The value in force, the versions with who made them and why, and what the form needs to know of the policy."""
    org_id, key = request.actor.org_id, ref.key
    now = rulebook(org_id, site.pk if site else None).policy(key, ref.default, request.at)[0]
    versions = PolicyVersion.objects.filter(policy__org_id=org_id, policy__key=key).select_related(
        "entry__data", "policy__site"
    )
    rows = list(versions.order_by("-effective_at", "-id")[:30])
    makers = {
        one.pk: one.name
        for one in Staff.objects.filter(pk__in=[row.entry.actor_id for row in rows if row.entry.actor_id])
    }
    told = [
        {
            "version": row, "who": makers.get(row.entry.actor_id, _("the product itself")),
            "why": (row.entry.data.body or {}).get("note", ""), "coming": row.effective_at > request.at,
        }
        for row in rows
    ]  # fmt: skip
    holds: set[int | None] = set()
    for line in told:  # newest first: of each community the first that has begun is in force
        begun = not line["coming"] and line["version"].policy.site_id not in holds
        line["holds"] = begun
        if begun:
            holds.add(line["version"].policy.site_id)
    is_table = isinstance(ref.default, dict | list)
    segments = _segments(request, ref, now)
    return {
        "now_value": now, "versions": told,
        "is_table": is_table, "is_goal": changing.is_goal(ref),
        "table": json.dumps(now, ensure_ascii=False, indent=1) if is_table else "",
        "segments": segments, "differs": any(goal for _one, _label, goal in segments), "heading": book.policy_title(key), "clauses": ref.clause.split() or clauses_of(key),
    }  # fmt: skip


def _segments(request: HttpRequest, ref: PolicyRef, now: Any) -> list[tuple[str, str, str]]:
    """The sorts of customers that may have a time of their own, with what was typed or holds for each."""
    if not changing.varies(ref):
        return []
    holds = now if isinstance(now, dict) else {}
    typed = request.POST if request.method == "POST" else {}
    return [(one, words.label(one), typed.get(f"for_{one}", holds.get(one, ""))) for one in Party.SEGMENTS]


def said_value(request: HttpRequest, ref: PolicyRef, typed: str) -> Any:
    """The value typed, with the times for sorts of customers beside it where any was given."""
    value = as_declared(ref.key, typed)
    if not changing.varies(ref):
        return value
    others = {one: request.POST.get(f"for_{one}", "").strip() for one in Party.SEGMENTS}
    given = {one: goal for one, goal in others.items() if goal}
    return {"": value, **given} if given else value


def moment_of(text: str) -> datetime | None:
    """A moment as typed, in the site's zone; none where nothing was typed."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(_("Give a date and a time, such as 2026-11-24 17:30.")) from None
    return found if found.tzinfo else found.replace(tzinfo=site_zone())


def site_of(request: HttpRequest, text: str) -> Place | None:
    """The community named; where none is, all of them (None), or the first that is the actor's to change."""
    actor = request.actor
    if found := typed_id(text):
        return Place.objects.filter(org_id=actor.org_id, kind="community", pk=found).first()
    return None if changing.reaches(actor, None) else next(iter(where_to_change(actor)["sites"]), None)


def where_to_change(actor: Actor) -> dict[str, Any]:
    """The communities whose rules are the actor's to change, and whether those that hold everywhere are."""
    there = Place.objects.filter(org_id=actor.org_id, kind="community").order_by("code")
    return {
        "sites": [one for one in there if changing.reaches(actor, one)], "everywhere": changing.reaches(actor, None),
    }  # fmt: skip


def as_declared(key: str, text: str) -> Any:
    """What was typed, as the sort of value the policy has: text, number or table."""
    if isinstance(declared[key].default, str):
        return text.strip()
    try:
        return json.loads(text)
    except ValueError:
        return text
