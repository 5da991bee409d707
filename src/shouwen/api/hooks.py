"""Webhooks over the API: which addresses are told of events; a secret is shown once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Schema, Status

from shouwen.api.app import api
from shouwen.api.bodies import body_of, not_right, one_value
from shouwen.api.keys import key_of, pk_of
from shouwen.api.paging import MOST, page_by_id
from shouwen.kernel import webhooks
from shouwen.kernel.models import Webhook
from shouwen.kernel.refusals import NotAllowed, Unknown


class HookOut(Schema):
    id: str
    url: str
    topics: list[str]
    created_at: datetime


class HookMade(HookOut):
    """`secret` signs each message (HMAC-SHA256 over `Shouwen-Timestamp`, a dot and the body); it is never shown again."""

    secret: str


class HookPage(Schema):
    items: list[HookOut]
    next: str | None


BODY = {
    "type": "object", "required": ["url"], "additionalProperties": False,
    "properties": {
        "url": {"type": "string", "maxLength": 400, "description": "http:// or https://"},
        "topics": {"type": "string", "maxLength": 400, "description": "*, a kind, or kind.step; several by space"},
    },
}  # fmt: skip


def hook_out(hook: Webhook) -> dict[str, Any]:
    return {
        "id": key_of("webhook", hook.pk), "url": hook.url, "topics": hook.topics.split(), "created_at": hook.created_at,
    }  # fmt: skip


def keeper(request: HttpRequest) -> None:
    if not webhooks.may_keep(request.actor):
        raise NotAllowed(_("Telling other systems is for the manager or the director."))


@api.get("/webhooks", response=HookPage, operation_id="webhooks", tags=["webhooks"], summary="Addresses told of events")
def hooks(request: HttpRequest, cursor: str = "", limit: int = Query(25, ge=1, le=MOST)) -> Any:
    keeper(request)
    rows = Webhook.objects.filter(org_id=request.actor.org_id, active=True)
    found, more = page_by_id(rows, after=cursor, most=limit)
    return {"items": [hook_out(hook) for hook in found], "next": more}


@api.post(
    "/webhooks", response={201: HookMade}, operation_id="webhook_add", tags=["webhooks"], summary="Tell another address",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}},
)  # fmt: skip
def add_hook(request: HttpRequest) -> Any:
    keeper(request)
    data = body_of(request)
    unknown = sorted(set(data) - {"url", "topics"})
    if unknown:
        raise not_right({word: [_("This is not asked here.")] for word in unknown})
    url, topics = (str(one_value(word, data.get(word) or "")) for word in ("url", "topics"))
    hook = webhooks.add(url, topics, actor=request.actor, at=request.at)
    return Status(201, {**hook_out(hook), "secret": hook.secret})


@api.delete(
    "/webhooks/{id}", response={204: None}, operation_id="webhook_end", tags=["webhooks"], summary="Tell it no more"
)
def end_hook(request: HttpRequest, id: str) -> Any:
    keeper(request)
    hook = Webhook.objects.filter(pk=pk_of("webhook", id) or 0, org_id=request.actor.org_id, active=True).first()
    if hook is None:
        raise Unknown(_("There is no such webhook."))
    webhooks.end(hook, actor=request.actor, at=request.at)
    return HttpResponse(status=204)
