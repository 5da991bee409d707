from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import OrgRow


class SearchDoc(OrgRow):
    """The words by which something is found, one row an object. `tokens` is made by `ground.search`, never typed."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    tokens = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_doc_once")]
