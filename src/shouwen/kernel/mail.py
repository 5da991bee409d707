"""Notices by e-mail, through the SMTP server of the installation, in the language of whoever gets them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from shouwen.kernel import missed, watching, words
from shouwen.kernel.models import Notice
from shouwen.kernel.zones import site_zone

HOST = "shouwen.invalid"  # the part of message ids that names no machine


def sentence(notice: Notice) -> str:
    """What a notice says: which case, what happened or what is due; never a customer's words."""
    case = notice.case
    if case is None:
        known = {
            "calendar.changed": calendar_sentence, missed.TEMPLATE: missed_sentence, watching.TEMPLATE: looks_sentence,
        }  # fmt: skip
        return known[notice.template](notice) if notice.template in known else words.label(notice.template)
    if notice.template == "alarm":
        due = datetime.fromisoformat(notice.words["due_at"]).astimezone(site_zone())
        return _("%(no)s: “%(promise)s” is due at %(due)s.") % {
            "no": case.no, "promise": words.label(notice.words["key"], case.kind), "due": f"{due:%m-%d %H:%M}",
        }  # fmt: skip
    _kind, step = notice.template.split(".", 1)
    return _("%(no)s (%(kind)s): %(step)s.") % {
        "no": case.no, "kind": words.label(case.kind), "step": words.label(step, case.kind),
    }  # fmt: skip


def calendar_sentence(notice: Notice) -> str:
    """A changed calendar, once a person: how many of their due times moved or became final, and some of the cases."""
    return _("The working calendar changed: %(moved)d of your due times moved, %(final)d became final. %(cases)s") % {
        "moved": notice.words["moved"], "final": notice.words["final"], "cases": ", ".join(notice.words["cases"]),
    }  # fmt: skip


def missed_sentence(notice: Notice) -> str:
    """What fell due while no alarm could be sent: how many, and some of the cases."""
    return _("While alarms could not be sent, %(count)d of them fell due for you. The first cases: %(cases)s") % {
        "count": notice.words["count"], "cases": ", ".join(notice.words["cases"]),
    }  # fmt: skip


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
    for notice in notices.filter(sent_at__isnull=True).select_related("staff", "staff__account", "case"):
        if notice.staff is None or not notice.staff.email:
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
