"""The estate: communities, buildings, units and what else a request can be about."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shouwen.ground import codes
from shouwen.ground.models import Place
from shouwen.kernel.registers import Register, held_by, staff
from shouwen.rooms.estate.models import AreaCard


def _where(place: Place, at: datetime) -> None:
    """Community, building and path follow from the place above; a place cannot move to another community."""
    _drawn(place)
    above = place.parent
    if above is None:
        if place.kind != "community":
            raise ValidationError({"parent": _("Say in which place it lies.")})
        place.site = place.building = None
        place.path = f"/{place.pk}/"
        return
    if above.path.startswith(f"{place.path or '-'}"):
        raise ValidationError({"parent": _("A place cannot lie within itself.")})
    site = above.site_id or (above.pk if above.kind == "community" else None)
    if place.site_id not in (None, site):
        raise ValidationError({"parent": _("A place stays in its community.")})
    place.site_id = site
    place.building_id = above.building_id or (above.pk if above.kind == "building" else None)
    place.path = f"{above.path}{place.pk}/"


def _drawn(place: Place) -> None:
    """A home's code in its one form says entrance, storey and position in the drawing of its building."""
    place.code = codes.spoken(place.code) or place.code.strip()
    if place.kind in ("unit", "shop"):
        found = codes.drawn(place.code)
        place.door, place.storey, place.position = found if found is not None else ("", None, None)


def _below(place: Place, at: datetime) -> None:
    """What lies in a moved place moves with it."""
    for child in Place.objects.filter(parent=place).order_by("id"):
        building = place.building_id or (place.pk if place.kind == "building" else None)
        path = f"{place.path}{child.pk}/"
        if (child.path, child.building_id) != (path, building):
            Place.objects.filter(pk=child.pk).update(path=path, building_id=building)
            child.path, child.building_id = path, building
            _below(child, at)


def _of_its_area(card: AreaCard, at: datetime) -> None:
    """Only what is kept of such an area."""
    kept = AreaCard.FIELDS.get(card.place.sort)
    if kept is None:
        raise ValidationError(_("Say first what type of area this is."))
    names = {name for names in AreaCard.FIELDS.values() for name in names} - set(kept)
    wrong = [name for name in sorted(names) if getattr(card, name) not in (None, "")]
    if wrong:
        raise ValidationError({name: _("This is not kept of such a place.") for name in wrong})


keepers = held_by("desk", "supervisor", "director", "property_gm", "manager")
place = Register(
    "place", Place, sees=staff, edits=keepers,
    fields="kind parent code name state sort gross_dm2 inner_dm2", prepare=_where, after=_below, clause="S5-8",
    sentences={
        "place_code_once_in_a_site": gettext_lazy("This code is taken in the community."),
        "place_lies_in_a_place": gettext_lazy("Say in which place it lies."),
        "place_inner_area_within_gross": gettext_lazy("The area inside cannot exceed the gross area."),
    },
)  # fmt: skip
area_card = Register(
    "area_card", AreaCard, card="place", sees=staff, edits=keepers, prepare=_of_its_area, clause="S5-8",
    fields="place rooms people unit_name seats beds for_whom sign trade open_from open_until",
    sentences={"area_hours_both_or_neither": gettext_lazy("Opening hours have a beginning and an end.")},
)  # fmt: skip
