from __future__ import annotations

from django.db import models

from shouwen.ground.models.base import Row


class Organization(Row):
    """The company or office that runs the handbook. `rules_rev` rises with each new version of a policy or calendar."""

    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    language = models.CharField(max_length=10, default="zh-hans")
    pack = models.CharField(max_length=40, default="property")
    rules_rev = models.PositiveIntegerField(default=0)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
