"""Customers: who they are, how they are reached, what they are at which place, their documents and vehicles."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.ground import codes, identity, phones
from shouwen.ground.models import ContactPoint, Identity, Party, Pet, Role, Vehicle
from shouwen.ground.pinyin import sound
from shouwen.ground.sealing import fingerprint
from shouwen.kernel.indexing import index_party
from shouwen.kernel.registers import Register, held_by, staff
from shouwen.kernel.zones import local_date

keepers = held_by("desk", "steward", "supervisor", "director", "property_gm", "manager")
WHOLE = 10_000  # a share is counted in hundredths of a percent


def _sounds(party: Party, at: datetime) -> None:
    if party.erased_at is not None:
        raise ValidationError(_("This customer was erased; make a new card."))
    if party.merged_into_id is not None:
        raise ValidationError(_("This card was merged into another; edit that one."))
    party.name = " ".join(party.name.split())
    if not any(letter.isalnum() for letter in party.name):
        raise ValidationError({"name": _("A name has at least one letter or character.")})
    if party.referred_by_id == party.pk:
        raise ValidationError({"referred_by": _("Nobody brings themselves as a customer.")})
    full, initials = sound(party.name, person=party.kind == "person")
    party.pinyin, party.initials = full[:240], initials[:40]


def _number(contact: ContactPoint, at: datetime) -> None:
    contact.last4 = ""
    if contact.kind == "email":
        validate_email(contact.shown)
        contact.normal = contact.shown.strip().lower()
        return
    found = phones.normal(contact.shown)
    if found is None:
        raise ValidationError({"shown": _("This is no telephone number.")})
    contact.normal, contact.last4 = found, phones.last4(found)


def _part(role: Role, at: datetime) -> None:
    """Owners' shares of a place are never more than the whole; an agent acts by a document and until a day."""
    if role.role not in ("OWNER", "CO_OWNER") and role.share is not None:
        raise ValidationError({"share": _("Only owners hold shares.")})
    if role.role == "AGENT" and (not role.scope.strip() or role.until_date is None):
        raise ValidationError({"scope": _("Say for what the agent acts, and until which day.")})
    if role.share is None:
        return
    meanwhile = Q(until_date__isnull=True) | Q(until_date__gte=role.from_date)
    if role.until_date is not None:
        meanwhile &= Q(from_date__lte=role.until_date)
    others = Role.objects.filter(meanwhile, place_id=role.place_id, share__isnull=False).exclude(pk=role.pk)
    held = others.aggregate(sum=Sum("share"))["sum"] or 0
    if held + role.share > WHOLE:
        free = (WHOLE - held) / 100
        raise ValidationError(
            {"share": _("The owners' shares would exceed the whole; %(free)g %% is free.") % {"free": free}}
        )


def _document(row: Identity, at: datetime) -> None:
    """Checked by its own arithmetic; a refused one holds no number."""
    if row.refused:
        if row.number:
            raise ValidationError({"number": _("A refused document has no number here.")})
        row.fingerprint, row.valid_until_date = "", None
        return
    try:
        row.number = identity.checked(row.kind, row.number, today=local_date(at))
    except ValidationError as error:
        raise ValidationError({"number": error.messages}) from None
    row.fingerprint = fingerprint(row.number)


def _plate(row: Vehicle, at: datetime) -> None:
    found = codes.plate(row.plate)
    if not found:
        raise ValidationError({"plate": _("This is no number plate.")})
    row.plate = found


def _found_by(row: ContactPoint | Role | Vehicle, at: datetime) -> None:
    index_party(row.party_id, at=at)


party = Register(
    "party", Party, sees=staff, edits=keepers, prepare=_sounds, clause="S6-6.02",
    fields="kind name language segment source referred_by tax_title tags wish quiet_from quiet_until",
    after=lambda row, at: index_party(row.pk, at=at),
    sentences={
        "party_quiet_hours_both_or_neither": gettext_lazy("Quiet hours have a beginning and an end."),
        "party_not_referred_by_itself": gettext_lazy("Nobody brings themselves as a customer."),
    },
)  # fmt: skip
contact = Register(
    "contact", ContactPoint, card="party", sees=staff, edits=keepers, fields="party kind shown whose may_call",
    sensitive="shown normal", removable=True, prepare=_number, after=_found_by,
    sentences={"contact_once_per_party": gettext_lazy("This number stands on the card already.")},
)  # fmt: skip
role = Register(
    "role", Role, card="party", sees=staff, edits=keepers, clause="S6-2.02",
    fields="party place role from_date until_date share pays liable scope",
    dated="from_date until_date", key="party place role", prepare=_part, after=_found_by,
    sentences={
        "role_ends_after_start": gettext_lazy("The last day cannot lie before the first."),
        "role_open_once": gettext_lazy("The same holds in this time already; end it first."),
        "role_share_within_the_whole": gettext_lazy("A share lies between 0.01 % and 100 %."),
    },
)  # fmt: skip
document = Register(
    "identity", Identity, card="party", sees=keepers, edits=keepers, clause="S6-2.02",
    fields="party kind number valid_until_date refused", sensitive="number", removable=True, prepare=_document,
    sentences={
        "identity_one_of_a_kind": gettext_lazy("A document of this kind stands on the card already."),
        "identity_number_or_refused": gettext_lazy("Give the number, or say that it was refused."),
    },
)  # fmt: skip
vehicle = Register(
    "vehicle", Vehicle, card="party", sees=staff, edits=keepers, fields="party place plate looks from_date until_date",
    dated="from_date until_date", key="org plate", prepare=_plate, after=_found_by,
    sentences={
        "vehicle_open_once": gettext_lazy("This plate stands on a card already; end it there first."),
        "vehicle_ends_after_start": gettext_lazy("The last day cannot lie before the first."),
    },
)  # fmt: skip
pet = Register(
    "pet", Pet, card="party", sees=staff, edits=keepers, fields="party place kind name tag from_date until_date",
    dated="from_date until_date", key="party kind name", clause="S6-6.02",
    sentences={"pet_ends_after_start": gettext_lazy("The last day cannot lie before the first.")},
)  # fmt: skip

from shouwen.rooms.customers import care, starting  # noqa: E402, F401  (they enrol themselves; care needs `keepers`)
