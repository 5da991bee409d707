from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.db.models import F, Q

from shouwen.ground.models.base import OrgRow


class Stream(OrgRow):
    """The head of a chain that is not a case: a policy, a calendar, a register's card. A case carries its own head."""

    key = models.CharField(max_length=120)
    stream_type = models.CharField(max_length=40)
    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "stream_type", "key"], name="stream_once")]


class Entry(OrgRow):
    """One thing that happened, never changed again. `facts` are what clocks read; personal words lie in `EntryData`.

    `happened_at` is when it happened, `recorded_at` when it was written down (both UTC).
    """

    stream_type = models.CharField(max_length=40)
    stream_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    step = models.CharField(max_length=40)
    actor_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)  # Staff; null = system
    party_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)  # acting customer
    on_behalf_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(
        null=True
    )  # Staff stood in for
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    from_state = models.CharField(max_length=30, blank=True, default="")
    to_state = models.CharField(max_length=30, blank=True, default="")
    cycle = models.PositiveSmallIntegerField(default=1)
    facts = models.JSONField(default=dict)
    cause_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)
    once: Mapping[str, str] = MappingProxyType({})  # shown to whoever took the step, and never again: a code

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream_type", "stream_id", "seq"], name="entry_seq_once"),
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("recorded_at")), name="entry_happened_before_recorded"
            ),
        ]
        indexes = [models.Index(fields=["org", "recorded_at", "id"], name="entry_recorded")]

    def __str__(self) -> str:
        return f"{self.stream_type} {self.stream_id} #{self.seq} {self.step}"


class EntryData(models.Model):
    """The erasable words of an entry. Its salted digest stands in the chain, so erasing leaves the chain provable."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="data")
    salt = models.CharField(max_length=32, null=True)
    body = models.JSONField(null=True)
    erased_by: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)


class Seal(OrgRow):
    """A day's seal (封签): the hash over every head that moved since the seal before, whatever its date."""

    day = models.DateField()
    sealed_at = models.DateTimeField()
    heads = models.BinaryField()  # compressed lines `type id seq hash`
    count = models.PositiveIntegerField()
    prev = models.CharField(max_length=64, blank=True, default="")
    root = models.CharField(max_length=64)
    printed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "day"], name="seal_once_a_day")]
