"""Which customer a command means: by telephone number, exact name or row number; several that fit are named."""

from __future__ import annotations

from typing import Any

import typer

from shouwen.project.tongue import _


def customer(who: str) -> Any:
    """The one customer; else says why not and ends the command."""
    from django.db.models import Q

    from shouwen.ground import phones
    from shouwen.ground.models import Party

    number = phones.normal(who)
    wanted = Q(name=who) | (Q(contacts__normal=number) if number else Q(pk__in=[]))
    if who.isdigit() and len(who) > 12:
        wanted |= Q(pk=int(who))
    found = list(Party.objects.filter(wanted, erased_at__isnull=True).distinct().order_by("id")[:10])
    if len(found) == 1:
        return found[0]
    print(_("There is no such customer.") if not found else _("Several customers fit; name one by its row number:"))
    for party in found:
        print(f"    {party.pk}  {party.name}")
    raise typer.Exit(1)
