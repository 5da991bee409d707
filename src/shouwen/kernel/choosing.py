"""What somebody wants to be told of: by mail, and by the bell. The list of notices holds everything, some things ring always."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext as _

from shouwen.ground.actors import Actor
from shouwen.kernel import missed
from shouwen.kernel.models import Notice, NoticeOff

TOPICS = ("step", "alarm", "revised", "calendar.changed", "missed", "looks")
ALWAYS = ("missed", "looks")  # what nobody would learn otherwise
CHANNELS = ("mail", "bell")
NAMED = ("alarm", "revised", "calendar.changed")  # notices whose topic is called as their template is


def label(topic: str) -> str:
    return {
        "step": _("What others did on my cases"), "alarm": _("What falls due"),
        "revised": _("Verdicts changed by what was recorded late"),
        "calendar.changed": _("Due times moved by a calendar"),
        "missed": _("What fell due while alarms could not be sent"), "looks": _("Unusual looks at protected values"),
    }[topic]  # fmt: skip


def topic_of(notice: Notice) -> str:
    """The topic under which a notice falls."""
    if notice.template in NAMED:
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


def ringing(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Those of these notices that their person wants the bell to count."""
    named = [When(template=one, then=Value(one)) for one in NAMED]
    rest = [When(template=missed.TEMPLATE, then=Value("missed")), When(case__isnull=False, then=Value("step"))]
    topic = Case(*named, *rest, default=Value("looks"))
    off = NoticeOff.objects.filter(staff_id=OuterRef("staff_id"), channel="bell", topic=OuterRef("of"))
    return rows.annotate(of=topic).exclude(Exists(off))


def choose(actor: Actor, wanted: Iterable[str], channel: str = "mail") -> None:
    """Keeps which topics are told by a channel; those that must be told stay on whatever was sent."""
    if actor.staff_id is None:
        return
    off = set(TOPICS) - set(ALWAYS) - set(wanted)
    with transaction.atomic():
        NoticeOff.objects.filter(staff_id=actor.staff_id, channel=channel).delete()
        NoticeOff.objects.bulk_create(
            [
                NoticeOff(org_id=actor.org_id, staff_id=actor.staff_id, topic=topic, channel=channel)
                for topic in sorted(off)
            ]
        )
