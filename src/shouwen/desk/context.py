"""What every page's frame shows: counts, unseen notices, appearance. Bounded queries, none for strangers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from shouwen.desk import counts
from shouwen.kernel.policies import may_change


def frame(request: HttpRequest) -> dict[str, Any]:
    """`rail`, `notices`, `theme`, `density`, `now`; lazily, so that pages without a frame ask nothing."""
    actor = getattr(request, "actor", None)
    found: dict[str, Any] = {"now": getattr(request, "at", None), "actor": actor, "theme": "light", "density": ""}
    if actor is None:
        return found
    user = request.user
    found["theme"], found["density"] = user.appearance or "light", user.density
    found["over"] = SimpleLazyObject(lambda: counts.cases("over", actor=actor, now=request.at))
    found["notices"] = SimpleLazyObject(lambda: counts.unseen(actor))
    found["may_settings"] = may_change(actor)
    return found
