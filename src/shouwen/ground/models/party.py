from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow


class Party(OrgRow):
    """A person or a company: customer, contractor, authority. The name is personal and may be erased."""

    KINDS = ("person", "company")

    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS], default="person")
    name = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=240, blank=True, default="")
    initials = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["org", "name"], name="party_name")]

    def __str__(self) -> str:
        return self.name


class ContactPoint(OrgRow):
    """A telephone number or e-mail address. `normal` is the searchable form, `shown` what was written."""

    KINDS = ("phone", "email")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=6, choices=[(kind, kind) for kind in KINDS])
    normal = models.CharField(max_length=120)
    shown = models.CharField(max_length=120)
    last4 = models.CharField(max_length=4, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "kind", "normal"], name="contact_once_per_party")]
        indexes = [
            models.Index(fields=["org", "normal"], name="contact_normal"),
            models.Index(fields=["org", "last4"], name="contact_last4"),
        ]

    def __str__(self) -> str:
        return self.shown


class Role(OrgRow):
    """What a party is at a place, from a date until a date: owner, tenant, family, occupier."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="roles")
    place = models.ForeignKey("ground.Place", on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "place", "role"], condition=Q(until_date__isnull=True), name="role_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")),
                name="role_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["place", "role"], name="role_place")]
