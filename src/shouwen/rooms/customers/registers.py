"""Customers: who they are, how they are reached, what they are at which place."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.ground import phones
from shouwen.ground.models import ContactPoint, Party, Role
from shouwen.ground.pinyin import sound
from shouwen.kernel.indexing import index_party
from shouwen.kernel.registers import Register, held_by, staff

keepers = held_by("desk", "steward", "supervisor", "director", "property_gm", "manager")


def _sounds(party: Party, at: datetime) -> None:
    if party.erased_at is not None:
        raise ValidationError(_("This customer was erased; make a new card."))
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


def _found_by(row: ContactPoint | Role, at: datetime) -> None:
    index_party(row.party_id, at=at)


party = Register(
    "party", Party, sees=staff, edits=keepers, fields="kind name language", prepare=_sounds,
    after=lambda row, at: index_party(row.pk, at=at),
)  # fmt: skip
contact = Register(
    "contact", ContactPoint, card="party", sees=staff, edits=keepers, fields="party kind shown", sensitive="shown normal",
    removable=True, prepare=_number, after=_found_by,
    sentences={"contact_once_per_party": gettext_lazy("This number stands on the card already.")},
)  # fmt: skip
role = Register(
    "role", Role, card="party", sees=staff, edits=keepers, fields="party place role from_date until_date",
    dated="from_date until_date", key="party place role", after=_found_by,
    sentences={
        "role_ends_after_start": gettext_lazy("The last day cannot lie before the first."),
        "role_open_once": gettext_lazy("The same holds in this time already; end it first."),
    },
)  # fmt: skip
