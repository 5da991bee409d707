"""The edge of the web: the clock is read here, once a request, and the actor is named here; both are passed down."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from shouwen.ground.actors import actor_for


class Edge:
    """Sets `request.at` (UTC) and `request.actor` (None for strangers), and the language of the person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()
        request.actor = None
        language = request.COOKIES.get("language", "")
        if not request.path.startswith(("/static/", "/api/")) and request.user.is_authenticated:
            request.actor = actor_for(request.user, at=request.at)
            language = request.user.language or language
        if language not in ("zh-hans", "en"):
            language = "zh-hans"
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
