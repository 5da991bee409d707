"""Pages for what went wrong: each says what it is and gives a way on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    return render(request, f"desk/errors/{name}.html", status=status)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, "forbidden", 403)


def unknown(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, "unknown", 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _page(request, "broken", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf", 403)
