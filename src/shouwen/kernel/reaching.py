"""How and when a customer wants to be reached: every message and every call list of the product asks here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from shouwen.ground.models import ContactPoint, Party
from shouwen.kernel import mail
from shouwen.kernel.models import Notice, Outbox
from shouwen.kernel.zones import site_zone

TOPIC = "customer_notice"  # of a message that waits for the end of quiet hours
CLAUSE = "S6-1.13"
IN_WRITING = ("by_message", "by_email")  # customers who want no call


def free_at(party: Party, at: datetime) -> datetime | None:
    """From when the customer may be disturbed: now, or the end of the quiet hours; None for one who is not at all."""
    if party.wish == "not_at_all":
        return None
    start, end = party.quiet_from, party.quiet_until
    if start is None or end is None or start == end:
        return at
    local = at.astimezone(site_zone())
    now = local.time()
    within = start <= now < end if start < end else now >= start or now < end
    if not within:
        return at
    day = local.date() + timedelta(days=1) if start > end and now >= start else local.date()
    return datetime.combine(day, end, site_zone()).astimezone(at.tzinfo)


def remark(wish: str, start: time | None, end: time | None) -> str:
    """What stands beside a customer's name on a list from which people are called; nothing where nothing was wished."""
    if wish == "not_at_all":
        return _("do not call")
    if start is not None and end is not None:
        return _("not between %(start)s and %(end)s") % {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    if wish == "by_message":
        return _("by message, no call")
    return _("by e-mail, no call") if wish == "by_email" else ""


def may_call(contact: ContactPoint, at: datetime) -> bool:
    """Whether a number may be called at this moment."""
    wanted = contact.kind == "phone" and contact.may_call and contact.party.wish not in IN_WRITING
    return wanted and free_at(contact.party, at) == at


def send_to_customers(notices: Iterable[Notice], *, at: datetime) -> int:
    """Mails notices to customers who want to be told by e-mail; what falls into quiet hours waits for their end."""
    sent = 0
    if not settings.EMAIL_HOST:
        return sent
    for notice in notices:
        party = notice.party
        if party is None or notice.sent_at is not None or party.wish != "by_email" or party.erased_at is not None:
            continue
        free = free_at(party, at)
        if free is not None and free > at:
            _wait(notice, until=free, at=at)
            continue
        sent += _send(notice, party, at=at)
    return sent


def _wait(notice: Notice, *, until: datetime, at: datetime) -> None:
    waiting = Outbox.objects.filter(
        org_id=notice.org_id, topic=TOPIC, ref=notice.pk, done_at__isnull=True, not_before__gt=at
    )
    if not waiting.exists():
        Outbox.objects.create(org_id=notice.org_id, topic=TOPIC, ref=notice.pk, created_at=at, not_before=until)


def _send(notice: Notice, party: Party, *, at: datetime) -> int:
    """To the customer's own address alone, never to one that belongs to somebody else or must not be written to."""
    row = party.contacts.filter(kind="email", may_call=True, whose="").order_by("id").first()
    if row is None:
        return 0
    with translation.override(party.language or "zh-hans"):
        text = mail.sentence(notice)
        marks = {"Message-ID": f"<notice-{notice.pk}@{mail.HOST}>"}
        EmailMessage(text, f"{text}\n", to=[row.normal], headers=marks).send()
    notice.sent_at = at
    notice.save(update_fields=["sent_at"])
    return 1


__all__ = ["TOPIC", "free_at", "may_call", "remark", "send_to_customers"]
