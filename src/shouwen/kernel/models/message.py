from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow, Row


class Submission(OrgRow):
    """What came from outside, once: the same key with the same words gives the stored answer, with others a conflict."""

    source = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "source", "key"], name="submission_once")]


class Outbox(OrgRow):
    """Work that follows from a step, written in its transaction; the worker delivers it at least once."""

    topic = models.CharField(max_length=60)
    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ref = models.BigIntegerField(null=True)  # id of a row the handler loads: a notice, a webhook, a run
    stream_seq = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
                name="outbox_waiting",
            ),
        ]


class OutboxDone(Row):
    """Which consumer has had which message: a second delivery finds it and does nothing."""

    consumer = models.CharField(max_length=80)
    message = models.ForeignKey(Outbox, on_delete=models.CASCADE, related_name="done")
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "message"], name="outbox_done_once")]


class Notice(OrgRow):
    """Something told to somebody, in the product or by mail, because of an entry or an alarm."""

    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, null=True, related_name="notices")
    party = models.ForeignKey("ground.Party", on_delete=models.PROTECT, null=True, related_name="notices")
    case = models.ForeignKey("kernel.Case", on_delete=models.PROTECT, null=True, related_name="notices")
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    alarm = models.ForeignKey("kernel.Alarm", on_delete=models.CASCADE, null=True, related_name="+")
    template = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, default="app")
    words = models.JSONField(default=dict)  # never personal: numbers, states, due times
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "staff", "template", "channel"],
                condition=Q(staff__isnull=False, entry__isnull=False),
                name="notice_once_staff",
            ),
            models.UniqueConstraint(
                fields=["entry", "party", "template", "channel"],
                condition=Q(party__isnull=False, entry__isnull=False),
                name="notice_once_party",
            ),
            models.UniqueConstraint(
                fields=["alarm", "staff", "channel"], condition=Q(alarm__isnull=False), name="notice_once_alarm"
            ),
        ]
        indexes = [
            models.Index(fields=["staff", "created_at"], name="notice_staff"),
            models.Index(fields=["staff"], condition=Q(seen_at__isnull=True), name="notice_unseen"),
        ]


class Wording(OrgRow):
    """What a notice says in one language, in the organization's own words; the newest holds, an empty one gives them up."""

    key = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=300, blank=True)
    entry = models.ForeignKey("kernel.Entry", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["org", "key", "language", "made_at"], name="wording_newest")]


class NoticeOff(OrgRow):
    """A topic that somebody does not want to be told of by a channel."""

    staff = models.ForeignKey("ground.Staff", on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "topic", "channel"], name="notice_off_once")]


class Webhook(OrgRow):
    """An address outside that is told of events, each message signed with its secret (HMAC-SHA256)."""

    url = models.URLField(max_length=400)
    secret = models.CharField(max_length=200)
    topics = models.CharField(max_length=400, default="*")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class Consent(OrgRow):
    """A person's yes to a purpose: the words shown, how it was given, until withdrawn (PIPL arts 28–31)."""

    party = models.ForeignKey("ground.Party", on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=40)
    words_shown = models.TextField()
    given_at = models.DateTimeField()
    how = models.CharField(max_length=40)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "purpose"], condition=Q(withdrawn_at__isnull=True), name="consent_open_once"
            )
        ]


class Look(OrgRow):
    """Who looked at which protected value of whom, for what purpose, when."""

    staff = models.ForeignKey("ground.Staff", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("ground.Party", on_delete=models.PROTECT, null=True, related_name="looks")
    what = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=60)
    looked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["org", "looked_at"], name="look_at")]
