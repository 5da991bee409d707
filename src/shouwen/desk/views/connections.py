"""Keys and webhooks: who may ask from outside, who is told, and what became of each message."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shouwen.desk.views.settings import page, section
from shouwen.ground.ids import typed_id
from shouwen.ground.models import Account
from shouwen.kernel import accounts, tokens, webhooks
from shouwen.kernel.models import Outbox, Token, Webhook
from shouwen.kernel.refusals import Invalid, NotAllowed, Refusal

FEW = 20


def _page(request: HttpRequest, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    org_id = request.actor.org_id
    hooks = list(Webhook.objects.filter(org_id=org_id).order_by("-active", "-id"))
    sent = Outbox.objects.filter(org_id=org_id, topic="webhook", ref__in=[hook.pk for hook in hooks])
    rows = list(sent.select_related("entry", "case").order_by("-id")[: FEW * 5])
    deliveries = [(hook, [row for row in rows if row.ref == hook.pk][:FEW]) for hook in hooks]
    context = {
        "tokens": list(Token.objects.filter(org_id=org_id).select_related("account").order_by("revoked_at", "-id")[:100]),
        "may_tokens": accounts.may_keep(request.actor), "hooks": deliveries, "may_hooks": webhooks.may_keep(request.actor),
        "accounts": Account.objects.filter(org_id=org_id, is_active=True, staff__isnull=False).order_by("username"),
        "topics": sorted(webhooks.known_topics()), "errors": {}, **more,
    }  # fmt: skip
    return page(request, "connections", context, status=status)


@section("connections")
def connections(request: HttpRequest) -> HttpResponse:
    """Tokens with their last use, webhooks with their last deliveries."""
    return _page(request, {})


@require_POST
@section("connections")
def token(request: HttpRequest) -> HttpResponse:
    """Makes a token, whose text is shown once, or ends one at once."""
    if not accounts.may_keep(request.actor):
        raise PermissionDenied
    org_id = request.actor.org_id
    if "_revoke" in request.POST:
        pk = request.POST["_revoke"]
        found = Token.objects.filter(org_id=org_id, pk=typed_id(pk) or 0).first()
        if found is None:
            raise Http404
        tokens.revoke(found.pk, at=request.at)
        return redirect("/settings/connections")
    account = Account.objects.filter(
        org_id=org_id, username=request.POST.get("account", "").replace("\x00", "")
    ).first()
    if account is None:
        return _page(request, {"missing": _("Choose whose key it is.")}, status=422)
    if account.is_admin and not request.actor.admin:
        raise PermissionDenied
    try:
        days = request.POST.get("days", "")
        _made, text = tokens.make(
            account, name=request.POST.get("name", ""), at=request.at,
            days=min(int(days), 3650) if days.isdigit() and len(days) < 6 else None,
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, {"refusal": refusal}, status=refusal.status)
    return _page(request, {"new_token": text})


@require_POST
@section("connections")
def webhook(request: HttpRequest) -> HttpResponse:
    """Adds an address to be told, its secret shown once, or tells it nothing more."""
    org_id = request.actor.org_id
    try:
        if "_end" in request.POST:
            pk = request.POST["_end"]
            found = Webhook.objects.filter(org_id=org_id, pk=typed_id(pk) or 0).first()
            if found is None:
                raise Http404
            webhooks.end(found, actor=request.actor, at=request.at)
            return redirect("/settings/connections")
        made = webhooks.add(
            request.POST.get("url", ""), request.POST.get("topics", ""), actor=request.actor, at=request.at
        )
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except Refusal as refusal:
        errors = refusal.errors if isinstance(refusal, Invalid) else {}
        return _page(request, {"refusal": refusal, "errors": errors, "typed": request.POST}, status=refusal.status)
    return _page(request, {"new_secret": made.secret, "new_hook": made})
