"""What the product itself does with each entry and alarm after commit: index it, mail it, post it to webhooks."""

from __future__ import annotations

from datetime import datetime

from shouwen.kernel import indexing, mail, reaching, watching, webhooks
from shouwen.kernel.models import Notice, Outbox
from shouwen.kernel.outbox import consumer


@consumer("entry", "index")
def index(message: Outbox, at: datetime) -> None:
    if message.case is not None:
        indexing.index_case(message.case, at=at)


@consumer("entry", "mail", calls_out=True)
def mail_entry(message: Outbox, at: datetime) -> None:
    mail.send_notices(Notice.objects.filter(entry=message.entry), at=at)
    told = Notice.objects.filter(entry=message.entry, party__isnull=False, sent_at__isnull=True)
    reaching.send_to_customers(told.select_related("party", "case"), at=at)


@consumer(reaching.TOPIC, "mail", calls_out=True)
def mail_customer(message: Outbox, at: datetime) -> None:
    told = Notice.objects.filter(pk=message.ref or 0, sent_at__isnull=True)
    reaching.send_to_customers(told.select_related("party", "case"), at=at)


@consumer("alarm", "mail", calls_out=True)
def mail_alarm(message: Outbox, at: datetime) -> None:
    mail.send_notices(Notice.objects.filter(alarm_id=message.ref or 0), at=at)


@consumer("calendar", "mail", calls_out=True)
def mail_calendar(message: Outbox, at: datetime) -> None:
    mail.send_notices(Notice.objects.filter(entry=message.entry), at=at)


@consumer("missed", "mail", calls_out=True)
def mail_missed(message: Outbox, at: datetime) -> None:
    mail.send_notices(Notice.objects.filter(pk=message.ref or 0), at=at)


@consumer(watching.TEMPLATE, "mail", calls_out=True)
def mail_looks(message: Outbox, at: datetime) -> None:
    mail.send_notices(Notice.objects.filter(entry=message.entry), at=at)


@consumer("entry", "webhooks")
def post_entry(message: Outbox, at: datetime) -> None:
    webhooks.fan_out(message, at=at)


@consumer("webhook", "post", calls_out=True)
def post(message: Outbox, at: datetime) -> None:
    webhooks.post(message, at=at)
