"""People and offices: who works here, their accounts, who answers for what, standing in, handing everything over."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.desk import cardforms
from shouwen.desk.counts import bounded
from shouwen.desk.views.settings import page, section
from shouwen.ground.actors import Actor, Held, held_at
from shouwen.ground.models import Account, Holding, Office, Staff
from shouwen.kernel import accounts, handover
from shouwen.kernel.access import visible_to
from shouwen.kernel.models import Case
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal
from shouwen.kernel.registers import register


def holdings_now(org_id: int, at: datetime) -> Any:
    """Offices held or stood in for at a moment, or promised for later."""
    running = Q(until_at__isnull=True) | Q(until_at__gt=at)
    rows = Holding.objects.filter(running, org_id=org_id)
    return rows.select_related("staff", "office__site", "office__building", "office__dept").order_by(
        "stand_in", "from_at", "id"
    )


@section("people")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, with offices and account; those who left apart."""
    org_id = request.actor.org_id
    held: dict[int, list[str]] = defaultdict(list)
    for row in holdings_now(org_id, request.at):
        held[row.staff_id].append(said(row, request.at))
    names = {account.staff_id: account for account in Account.objects.filter(org_id=org_id, staff__isnull=False)}
    open_cases = Case.objects.filter(org_id=org_id, closed_at__isnull=True, owner__isnull=False).order_by()
    owned = dict(open_cases.values_list("owner_id").annotate(Count("id")))
    rows = [
        {"staff": one, "offices": held[one.pk], "account": names.get(one.pk), "owned": owned.get(one.pk, 0)}
        for one in Staff.objects.filter(org_id=org_id).order_by("left_date", "number")
    ]
    here = [row for row in rows if row["staff"].left_date is None]
    context = {"here": here, "left": [row for row in rows if row["staff"].left_date is not None],
               "may_add": register("staff").edits(request.actor)}  # fmt: skip
    return page(request, "people", context)


def said(row: Holding, at: datetime) -> str:
    """A holding in one line: the office, standing in, from or until when."""
    text = cardforms.office_name(row.office)
    if row.stand_in:
        text = _("%(office)s (standing in)") % {"office": text}
    if row.from_at > at:
        text = _("%(office)s from %(day)s") % {"office": text, "day": f"{row.from_at:%m-%d}"}
    return text


def _person(request: HttpRequest, number: str) -> Staff:
    found = Staff.objects.filter(org_id=request.actor.org_id, number=number.replace("\x00", "")).first()
    if found is None:
        raise Http404
    return found


@section("people")
def person(request: HttpRequest, number: str) -> HttpResponse:
    """One person: offices, account, and what would change hands if they left."""
    staff = _person(request, number)
    return _page(request, staff, {})


def _page(request: HttpRequest, staff: Staff, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    belongings = handover.preview(staff, actor=request.actor)
    others = Staff.objects.filter(org_id=staff.org_id, left_date__isnull=True).exclude(pk=staff.pk).order_by("number")
    context = {
        "staff": staff, "heading": staff.name, "account": Account.objects.filter(staff=staff).first(),
        "held": [(row, said(row, request.at)) for row in holdings_now(staff.org_id, request.at).filter(staff=staff)],
        "belongings": belongings, "others": others, "may_accounts": accounts.may_keep(request.actor),
        "may_edit": register("staff").edits(request.actor), "may_hold": register("holding").edits(request.actor),
        "errors": {}, **more,
    }  # fmt: skip
    return page(request, "person", context, status=status)


@require_POST
@section("people")
def account(request: HttpRequest, number: str) -> HttpResponse:
    """Makes, renews, disables or enables the account of a person; a first password is shown once."""
    staff = _person(request, number)
    found = Account.objects.filter(staff=staff).first()
    try:
        if found is None:
            admin = request.POST.get("admin") == "on"
            name = request.POST.get("username", "")
            _made, text = accounts.make(name, actor=request.actor, at=request.at, staff=staff, admin=admin)
            return _page(request, staff, {"first": text})
        if "_password" in request.POST:
            text = accounts.new_password(found, actor=request.actor, at=request.at)
            return _page(request, staff, {"first": text})
        if "_disable" in request.POST or "_enable" in request.POST:
            accounts.switch(found, "_enable" in request.POST, actor=request.actor, at=request.at)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except Refusal as refusal:
        errors = refusal.errors if isinstance(refusal, Invalid) else {}
        return _page(
            request, staff, {"refusal": refusal, "errors": errors, "typed": request.POST}, status=refusal.status
        )
    return redirect(f"/settings/people/{staff.number}")


@require_POST
@section("people")
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Hands over everything of a person; what could not go is named case by case."""
    staff = _person(request, number)
    to = Staff.objects.filter(org_id=staff.org_id, number=request.POST.get("to", "").replace("\x00", "")).first()
    if to is None:
        return _page(request, staff, {"missing": _("Choose to whom.")}, status=422)
    try:
        run = handover.hand_over_all(
            staff, to, actor=request.actor, at=request.at, note=request.POST.get("note", "")[:400]
        )
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except Refusal as refusal:
        return _page(request, staff, {"refusal": refusal}, status=refusal.status)
    stuck = list(run.items.exclude(outcome="handed over").values_list("subject", "outcome"))
    numbers = dict(Case.objects.filter(pk__in=[pk for pk, _outcome in stuck]).values_list("pk", "no"))
    done = run.total - len(stuck)
    messages.info(request, _("%(n)d cases and all offices went to %(name)s.") % {"n": done, "name": to.name})
    return _page(request, staff, {"stuck": [(numbers.get(pk, ""), outcome) for pk, outcome in stuck]})


@section("offices")
def offices(request: HttpRequest) -> HttpResponse:
    """Every office with who holds it and who stands in; empty ones are named first."""
    by_office: dict[int, list[Holding]] = defaultdict(list)
    for row in holdings_now(request.actor.org_id, request.at):
        by_office[row.office_id].append(row)
    rows = []
    for office in Office.objects.filter(org_id=request.actor.org_id).select_related(
        "site", "building", "dept", "reports_to"
    ):
        held = by_office[office.pk]
        now = [row for row in held if row.from_at <= request.at]
        rows.append({
            "office": office, "name": cardforms.office_name(office), "above": cardforms.office_name(office.reports_to),
            "holders": [row for row in now if not row.stand_in], "standing": [row for row in held if row.stand_in],
            "coming": [row for row in held if not row.stand_in and row.from_at > request.at], "vacant": not now,
        })  # fmt: skip
    rows.sort(key=lambda row: (not row["vacant"], row["name"]))
    context = {
        "rows": rows,
        "may_add": register("office").edits(request.actor),
        "may_hold": register("holding").edits(request.actor),
    }
    return page(request, "offices", context)


@section("offices")
def appoint(request: HttpRequest) -> HttpResponse:
    """Gives an office or a stand-in from a time on: first shows what the person then sees and answers for."""
    card = register("holding")
    context: dict[str, Any] = {"errors": {}, "heading": _("Give an office")}
    status, typed = 200, None
    if request.method == "POST":
        typed = cardforms.typed_in(card, request.POST)
        try:
            if "_keep" in request.POST:
                card.add(typed, actor=request.actor, at=request.at, note=request.POST.get("note", "")[:400])
                return redirect("/settings/offices")
            context["preview"] = preview(typed, actor=request.actor, at=request.at)
        except NotAllowed as refusal:
            context["refusal"], status = refusal, refusal.status
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
            context["errors"] = refusal.errors if isinstance(refusal, Invalid) else {}
    given = {name: value for name, value in request.GET.items() if name in card.fields}
    form = cardforms.form_of(
        card, actor=request.actor, typed=request.POST.dict() if typed is not None else given or None
    )
    context["fields"] = [(field, context["errors"].get(field.name, ())) for field in form]
    return page(request, "appoint", context, status=status)


def preview(typed: dict[str, Any], *, actor: Actor, at: datetime) -> dict[str, Any]:
    """How many open cases somebody would see with an office, against now, and how many they would answer for."""
    pk = {name: int(typed[name]) if str(typed.get(name, "")).isdigit() else 0 for name in ("office", "staff")}
    office = Office.objects.filter(org_id=actor.org_id, pk=pk["office"]).first()
    staff = Staff.objects.filter(org_id=actor.org_id, pk=pk["staff"]).first()
    if office is None or staff is None:
        raise Refusal(_("Choose the office and the person first."))
    start = typed["from_at"] if isinstance(typed.get("from_at"), datetime) else at
    held = held_at(staff.pk, max(start, at))
    more = Held(office.pk, office.role, office.site_id, office.building_id, office.dept_id, bool(typed.get("stand_in")))

    def seen(offices: tuple[Held, ...]) -> str:
        who = Actor(org_id=actor.org_id, staff_id=staff.pk, name=staff.name, offices=offices)
        return bounded(visible_to(who).filter(closed_at__isnull=True))

    return {
        "staff": staff, "office": cardforms.office_name(office), "now": seen(held), "then": seen((*held, more)),
        "answers": bounded(Case.objects.filter(owner_office=office, closed_at__isnull=True)),
    }  # fmt: skip
