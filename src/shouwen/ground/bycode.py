"""Conditions on rows by what related rows are called (`owner__number`), asked by id: then an index of the own table serves."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from shouwen.ground.models import Department, Place, Staff

RELATED = {
    "place": Place, "site": Place, "building": Place, "dept": Department, "owner": Staff, "first_contact": Staff,
}  # fmt: skip
MOST = 500  # rows of one organization that may share a code: a unit's number in each community


def by_codes(conditions: Mapping[str, str], org_id: int) -> Q:
    """All of these conditions; a code that nothing has finds nothing."""
    found = Q(org_id=org_id)
    for name, value in conditions.items():
        relation, _, code = name.partition("__")
        if not code:
            found &= Q(**{name: value})
            continue
        rows = RELATED[relation]._default_manager.filter(org_id=org_id, **{code: value})
        found &= Q(**{f"{relation}_id__in": list(rows.order_by("id").values_list("id", flat=True)[:MOST])})
    return found
