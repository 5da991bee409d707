"""What somebody wants to be told of by mail. In the product one is told of everything, and some things always."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel import missed
from shouwen.kernel.models import Notice, NoticeOff

TOPICS = ("step", "alarm", "revised", "calendar.changed", "missed", "looks")
ALWAYS = ("missed", "looks")  # what nobody would learn otherwise


def label(topic: str) -> str:
    return {
        "step": _("What others did on my cases"), "alarm": _("What falls due"),
        "revised": _("Verdicts changed by what was recorded late"),
        "calendar.changed": _("Due times moved by a calendar"),
        "missed": _("What fell due while alarms could not be sent"), "looks": _("Unusual looks at protected values"),
    }[topic]  # fmt: skip


def topic_of(notice: Notice) -> str:
    """The topic under which a notice falls."""
    if notice.template in ("alarm", "revised", "calendar.changed"):
        return notice.template
    if notice.template == missed.TEMPLATE:
        return "missed"
    return "step" if notice.case_id else "looks"


def wants(notice: Notice, off: Iterable[tuple[int, str]]) -> bool:
    """Whether a notice is mailed to its person: what must be told always is."""
    topic = topic_of(notice)
    return topic in ALWAYS or (notice.staff_id, topic) not in set(off)


def off_of(staff_ids: Iterable[int], channel: str = "mail") -> set[tuple[int, str]]:
    """Who does not want which topic by a channel."""
    rows = NoticeOff.objects.filter(staff_id__in=list(staff_ids), channel=channel)
    return set(rows.values_list("staff_id", "topic"))


def choose(actor: Actor, wanted: Iterable[str]) -> None:
    """Keeps which topics are mailed; those that must be told stay on whatever was sent."""
    if actor.staff_id is None:
        return
    off = set(TOPICS) - set(ALWAYS) - set(wanted)
    with transaction.atomic():
        NoticeOff.objects.filter(staff_id=actor.staff_id, channel="mail").delete()
        NoticeOff.objects.bulk_create(
            [
                NoticeOff(org_id=actor.org_id, staff_id=actor.staff_id, topic=topic, channel="mail")
                for topic in sorted(off)
            ]
        )
