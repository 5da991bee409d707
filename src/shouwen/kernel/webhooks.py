"""Webhooks: events told to an address outside, signed, retried by the outbox, never with personal words."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import secrets
import socket
from datetime import datetime
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel import journal
from shouwen.kernel.models import Entry, Outbox, Webhook
from shouwen.kernel.refusals import Invalid, NotAllowed


class Undelivered(Exception):
    """The other side did not take the message; the outbox tries again."""


def may_keep(actor: Actor) -> bool:
    """Telling another system of events is for the administrator, the manager and the director."""
    return actor.system or actor.admin or actor.holds("manager", "director")


def add(url: str, topics: str, *, actor: Actor, at: datetime) -> Webhook:
    """Another address to be told. Its secret is shown once, by whoever makes it; events named wrongly are refused."""
    _check_keeper(actor)
    parts = urlsplit(url)
    errors: dict[str, list[str]] = {}
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 400 or parts.username:
        errors["url"] = [_("A webhook address begins with http:// or https:// and holds no password.")]
    wanted = topics.split() or ["*"]
    wrong = [topic for topic in wanted if topic not in known_topics()]
    if wrong or len(" ".join(wanted)) > 400:
        errors["topics"] = [_("There is no such event: %(topics)s.") % {"topics": ", ".join(wrong)[:80]}]
    if errors:
        raise Invalid(_("Some answers are missing or not right."), errors=errors)
    with transaction.atomic():
        hook = Webhook.objects.create(
            org_id=actor.org_id, url=url, topics=" ".join(wanted), secret=secrets.token_urlsafe(32), created_at=at
        )
        _journal("add", hook, actor=actor, at=at)
    return hook


def end(hook: Webhook, *, actor: Actor, at: datetime) -> None:
    """Tells this address nothing more, what waits for it included; a second time changes nothing."""
    _check_keeper(actor)
    with transaction.atomic():
        if Webhook.objects.filter(pk=hook.pk, active=True).update(active=False):
            _journal("end", hook, actor=actor, at=at)


def _check_keeper(actor: Actor) -> None:
    if not may_keep(actor):
        raise NotAllowed(_("Telling other systems is for the manager or the director."))


def _journal(step: str, hook: Webhook, *, actor: Actor, at: datetime) -> None:
    saying = journal.Saying(step=step, happened_at=at, recorded_at=at, body={"url": hook.url, "topics": hook.topics})
    journal.append(journal.stream(hook.org_id, "webhook", str(hook.pk)), saying, actor=actor)


def known_topics() -> set[str]:
    """Everything a webhook may ask for: all, a kind, or one step of a kind."""
    from shouwen.kernel.registry import kinds  # the registry reads consumers, which read this

    return {"*", *kinds, *(f"{kind.key}.{step}" for kind in kinds.values() for step in kind.steps)}


def fan_out(message: Outbox, *, at: datetime) -> None:
    """One outbox row for each active webhook that wants this event, in the same transaction."""
    entry, case = message.entry, message.case
    if entry is None or case is None:
        return
    topic = f"{case.kind}.{entry.step}"
    for hook in Webhook.objects.filter(org_id=case.org_id, active=True).order_by("id"):
        wanted = hook.topics.split()
        if "*" in wanted or topic in wanted or case.kind in wanted:
            Outbox.objects.create(
                org_id=case.org_id, topic="webhook", case=case, entry=entry, ref=hook.pk, created_at=at, not_before=at
            )


def body_of(entry: Entry, no: str, kind: str) -> bytes:
    """What is sent: the event and its clock-readable facts; reserved facts and personal words stay here."""
    facts = {key: value for key, value in entry.facts.items() if not key.startswith("_")}
    body: dict[str, Any] = {
        "event": f"{kind}.{entry.step}", "case": no, "seq": entry.seq, "happened_at": entry.happened_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(), "state": entry.to_state, "cycle": entry.cycle, "facts": facts,
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over time stamp and body: the receiver recomputes it, and refuses old stamps."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def address_of(url: str) -> str:
    """The one address that is checked and then called, so that a name cannot point elsewhere a moment later."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Undelivered("a webhook address begins with http:// or https://")
    found = socket.getaddrinfo(
        parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM
    )
    address = str(found[0][4][0])
    if not ipaddress.ip_address(address).is_global and not settings.WEBHOOK_PRIVATE:
        raise Undelivered("this address lies inside the own network; allow it by SHOUWEN_WEBHOOK_PRIVATE=1")
    return address


def post(message: Outbox, *, at: datetime) -> None:
    """Sends one event to one webhook; anything but a 2xx answer is tried again later."""
    hook = Webhook.objects.filter(pk=message.ref or 0, active=True).first()
    if hook is None or message.entry is None or message.case is None:
        return
    body, stamp = body_of(message.entry, message.case.no, message.case.kind), str(int(at.timestamp()))
    parts, address = urlsplit(hook.url), address_of(hook.url)
    made = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=10)
    connection._create_connection = lambda to, *rest, **more: socket.create_connection(  # type: ignore[attr-defined]
        (address, to[1]), *rest, **more
    )
    headers = {
        "Content-Type": "application/json", "Shouwen-Timestamp": stamp, "Shouwen-Event": f"{message.case.no}:{message.entry.seq}",
        "Shouwen-Signature": signature(hook.secret, stamp, body),
    }  # fmt: skip
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        if not 200 <= answer.status < 300:
            raise Undelivered(f"the webhook answered {answer.status}")
    except OSError as error:
        raise Undelivered(str(error)) from error
    finally:
        connection.close()
