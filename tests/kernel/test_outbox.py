"""The outbox: delivered at least once, each effect once, and nobody waits for another machine."""

from __future__ import annotations

from http.client import HTTPConnection

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection

from shouwen.kernel import outbox
from shouwen.kernel.models import Notice, Outbox, OutboxDone, Webhook
from shouwen.kernel.perform import perform
from tests.world import MONDAY


def open_job(world) -> Outbox:
    entry = perform(
        "open", actor=world.actor("desk"), at=MONDAY, kind="job", data={"place": "1-1-101", "words": "滴水"}
    )
    return Outbox.objects.get(entry=entry, topic="entry")


def with_address(world) -> None:
    steward = world.staff["steward1"]
    steward.email = "steward@example.org"
    steward.save()


@pytest.mark.django_db(transaction=True)
def test_mail_and_webhooks_are_sent_outside_any_transaction(world, settings, monkeypatch):
    """A slow mail server or webhook must not hold SQLite's one writer."""
    calls = []

    def sends(message, *args, **named):
        calls.append(("mail", connection.in_atomic_block))

    def posts(self, *args, **named):
        calls.append(("webhook", connection.in_atomic_block))
        raise OSError("nobody answers")

    monkeypatch.setattr(EmailMessage, "send", sends)
    monkeypatch.setattr(HTTPConnection, "request", posts)
    settings.EMAIL_HOST, settings.WEBHOOK_PRIVATE = "localhost", True
    with_address(world)
    hook = Webhook.objects.create(org=world.org, url="http://127.0.0.1:9/", secret="s", created_at=MONDAY)
    open_job(world)

    while outbox.drain("worker", at=MONDAY):
        pass

    assert sorted(calls) == [("mail", False), ("webhook", False)]
    waiting = Outbox.objects.get(topic="webhook", ref=hook.pk)
    assert (waiting.done_at, waiting.tries, waiting.error) == (None, 1, "post: Undelivered: nobody answers")


def test_a_message_delivered_twice_has_each_effect_once(world, settings):
    settings.EMAIL_HOST = "localhost"
    with_address(world)
    message = open_job(world)

    outbox.deliver(message, at=MONDAY)
    outbox.deliver(message, at=MONDAY)

    assert len(mail.outbox) == Notice.objects.filter(sent_at__isnull=False).count() == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<notice-")
    assert OutboxDone.objects.filter(message=message).count() == len(outbox.consumers["entry"])
