from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwen.ground.models.base import OrgRow
from shouwen.ground.sealing import SealedField


def _choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


class Party(OrgRow):
    """A person or a company: customer, contractor, authority. The name is personal and may be erased."""

    KINDS = ("person", "company")
    SEGMENTS = ("household", "business", "critical", "vulnerable")
    SOURCES = ("from_move_in", "from_visit", "from_referral", "from_import", "from_elsewhere")
    WISHES = ("by_phone", "by_message", "by_email", "not_at_all")  # how the customer wants to be reached

    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS], default="person")
    name = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=240, blank=True, default="")
    initials = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    segment = models.CharField(max_length=12, choices=_choices(SEGMENTS), blank=True, default="")
    source = models.CharField(max_length=16, choices=_choices(SOURCES), blank=True, default="")
    referred_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="referred", db_index=False
    )
    tax_title = models.CharField(max_length=120, blank=True, default="")
    tags = models.CharField(max_length=200, blank=True, default="")
    wish = models.CharField(max_length=10, choices=_choices(WISHES), blank=True, default="")
    quiet_from = models.TimeField(null=True, blank=True)  # in the zone of the site
    quiet_until = models.TimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged", db_index=False
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="party_quiet_hours_both_or_neither",
            ),
            models.CheckConstraint(
                condition=Q(referred_by__isnull=True) | ~Q(referred_by=models.F("id")),
                name="party_not_referred_by_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "name"], name="party_name"),
            # an index of all, nearly all of them empty, is passed over for the whole table; these hold the few there are
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="party_merged"),
            models.Index(fields=["referred_by"], condition=Q(referred_by__isnull=False), name="party_referred"),
        ]

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
    whose = models.CharField(max_length=40, blank=True, default="")  # empty = the customer's own
    may_call = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "kind", "normal"], name="contact_once_per_party")]
        indexes = [
            models.Index(fields=["org", "normal"], name="contact_normal"),
            models.Index(fields=["org", "last4"], name="contact_last4"),
        ]

    def __str__(self) -> str:
        return self.shown


class Role(OrgRow):
    """What a party is at a place, from a date until a date. Who pays and who is liable are said apart from that.

    `share` is an owner's part in hundredths of a percent; an agent acts within `scope` by a document.
    """

    ROLES = ("OWNER", "CO_OWNER", "TENANT", "FAMILY", "TEMPORARY", "HOUSE_STAFF", "AGENT")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="roles")
    place = models.ForeignKey("ground.Place", on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=_choices(ROLES))
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    share = models.PositiveIntegerField(null=True, blank=True)
    pays = models.BooleanField(default=False)
    liable = models.BooleanField(default=False)
    scope = models.CharField(max_length=200, blank=True, default="")
    document = models.ForeignKey(
        "ground.File", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "place", "role"], condition=Q(until_date__isnull=True), name="role_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")),
                name="role_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=10_000), name="role_share_within_the_whole"
            ),
        ]
        indexes = [models.Index(fields=["place", "role"], name="role_place")]


class Identity(OrgRow):
    """An identity document: the number sealed at rest, found by its fingerprint. Or that it was refused, and only that."""

    KINDS = ("resident_id", "company_code", "passport", "travel_permit")
    DIES_WITH_PARTY = True

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=16, choices=_choices(KINDS))
    number = SealedField(blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    valid_until_date = models.DateField(null=True, blank=True)
    refused = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "kind"], name="identity_one_of_a_kind"),
            models.CheckConstraint(
                condition=Q(refused=True, fingerprint="") | (Q(refused=False) & ~Q(fingerprint="")),
                name="identity_number_or_refused",
            ),
        ]
        indexes = [models.Index(fields=["org", "fingerprint"], name="identity_fingerprint")]


class Vehicle(OrgRow):
    """A vehicle of a customer, by its plate, from a date until a date; where it stands, if it has a place."""

    DIES_WITH_PARTY = True

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="vehicles")
    place = models.ForeignKey("ground.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="vehicles")
    plate = models.CharField(max_length=12)
    looks = models.CharField(max_length=60, blank=True, default="")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "plate"], condition=Q(until_date__isnull=True), name="vehicle_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")),
                name="vehicle_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["org", "plate"], name="vehicle_plate")]

    def __str__(self) -> str:
        return self.plate


class Pet(OrgRow):
    """An animal kept in a home, with whose it is and its tag, from a date until a date."""

    KINDS = ("dog", "cat", "other_pet")
    DIES_WITH_PARTY = True

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="pets")
    place = models.ForeignKey("ground.Place", on_delete=models.PROTECT, related_name="pets")
    kind = models.CharField(max_length=10, choices=_choices(KINDS))
    name = models.CharField(max_length=40)
    tag = models.CharField(max_length=40, blank=True, default="")  # of its licence
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")),
                name="pet_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name
