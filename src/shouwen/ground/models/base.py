"""What every table has: an identifier made in Python, and the organization it belongs to."""

from __future__ import annotations

from django.db import models

from shouwen.ground.ids import new_id


class Row(models.Model):
    """A row with an identifier of its own making, known before it is saved."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class OrgRow(Row):
    """A row of one organization; no key ever crosses organizations."""

    org = models.ForeignKey("ground.Organization", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
