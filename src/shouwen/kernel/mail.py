"""Notices by e-mail, through the SMTP server of the installation, in the language of whoever gets them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from shouwen.kernel import choosing, missed, tells, watching, wordings, words
from shouwen.kernel.models import Notice
from shouwen.kernel.zones import site_zone

HOST = "shouwen.invalid"  # the part of message ids that names no machine


def sentence(notice: Notice, said: wordings.Said | None = None) -> str:
    """What a notice says: which case, what happened or what is due; never a customer's words.

    `said` are the organization's own sentences, read once by whoever shows many notices.
    """
    case, said = notice.case, wordings.said_of(notice.org_id) if said is None else said
    if notice.template == "calendar.changed":
        return wordings.say("calendar.changed", _listed(notice), said)
    if notice.template == missed.TEMPLATE:
        return wordings.say("missed", _listed(notice), said)
    if case is None:
        return looks_sentence(notice) if notice.template == watching.TEMPLATE else words.label(notice.template)
    if notice.template == "alarm":
        due = datetime.fromisoformat(notice.words["due_at"]).astimezone(site_zone())
        values = {"no": case.no, "promise": words.label(notice.words["key"], case.kind), "due": f"{due:%m-%d %H:%M}"}
        return wordings.say("alarm", values, said)
    if notice.template == tells.REVISED:
        return wordings.say("revised", {"no": case.no, "changes": _changes(notice)}, said)
    _kind, step = notice.template.split(".", 1)
    values = {"no": case.no, "kind": words.label(case.kind), "step": words.label(step, f"{case.kind} do")}
    return wordings.say("step", values, said)


def _changes(notice: Notice) -> str:
    """Which promises were found otherwise: “reply” late → kept."""
    assert notice.case is not None
    kind = notice.case.kind
    return ", ".join(
        _("“%(promise)s” %(was)s → %(now)s")
        % {
            "promise": words.label(name.split(".")[0], kind), "was": words.label(was, kind),
            "now": words.label(now, kind) if now else _("not owed"),
        }
        for name, was, now in notice.words["changed"]
    )  # fmt: skip


def _listed(notice: Notice) -> dict[str, Any]:
    """What a notice about many cases counts, with some of them by number."""
    return {**notice.words, "cases": ", ".join(notice.words["cases"])}


def looks_sentence(notice: Notice) -> str:
    """Unusual looking: how many customers, never which ones nor by whom; that stands in the log of looks."""
    if notice.words["why"] == "many":
        return (
            _("Somebody opened protected values of %(count)d customers within an hour; see the log of looks.")
            % notice.words
        )
    return (
        _(
            "Somebody opened protected values of %(count)d customers outside their buildings today; see the log of looks."
        )
        % notice.words
    )


def send_notices(notices: QuerySet[Notice], *, at: datetime) -> int:
    """Mails each notice that has not been sent to staff with an address; nothing without a mail server."""
    sent = 0
    if not settings.EMAIL_HOST:
        return sent
    waiting = list(notices.filter(sent_at__isnull=True).select_related("staff", "staff__account", "case"))
    off = choosing.off_of({notice.staff_id for notice in waiting if notice.staff_id})
    for notice in waiting:
        if notice.staff is None or not notice.staff.email or not choosing.wants(notice, off):
            continue
        account = getattr(notice.staff, "account", None)
        with translation.override((account and account.language) or "zh-hans"):
            text = sentence(notice)
            body = f"{text}\n\n{settings.SITE_URL}/cases/{notice.case.no}\n" if notice.case else f"{text}\n"
            marks = {"Message-ID": f"<notice-{notice.pk}@{HOST}>"}  # sent again after a crash, it is the same message
            EmailMessage(text, body, to=[notice.staff.email], headers=marks).send()
        notice.sent_at = at
        notice.save(update_fields=["sent_at"])
        sent += 1
    return sent
