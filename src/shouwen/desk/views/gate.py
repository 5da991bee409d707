"""The door: signing in and out, and its language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from shouwen.desk import sessions
from shouwen.desk.clockwords import one_look
from shouwen.ground.models import Organization

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """For people who are signed in; others sign in first and come back here. A first password must be changed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor is None or not request.user.is_active:
            door = f"/sign-in?{urlencode({'next': come_back(request)})}"
            return HttpResponse(status=204, headers={"HX-Redirect": door}) if request.htmx else redirect(door)
        if request.user.must_change_password and request.path not in ("/account/password", "/sign-out"):
            return redirect("/account/password")
        with one_look():
            return view(request, *args, **kwargs)

    return guarded


def come_back(request: HttpRequest) -> str:
    """The page to return to: the one asked for; for a form or a part of a page, the page it stands on."""
    if request.method == "GET" and not request.htmx:
        return request.get_full_path()
    shown = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "/"
    parts = urlsplit(shown)
    here = url_has_allowed_host_and_scheme(shown, {request.get_host()}, require_https=request.is_secure())
    return f"{parts.path}?{parts.query}" if here and parts.query else parts.path if here else "/"


class SignIn(forms.Form):
    username = forms.CharField(label=gettext_lazy("Sign-in name"), max_length=60)
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput)


def safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    fine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if fine else "/"


def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. Too many wrong passwords for a name from one address lock that pair for a quarter of an hour."""
    if request.actor is not None:
        return redirect(safe_next(request))
    if request.method == "GET" and not Organization.objects.exists():
        return redirect("/first-run")
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = authenticate(request, **form.cleaned_data)
        if found is not None and found.is_active:
            login(request, found)
            sessions.begin(request)
            return redirect(safe_next(request))
        form.add_error(None, _("Name or password is not right. After eight tries wait a quarter of an hour."))
    status = 200 if request.method == "GET" else 422
    return render(request, "desk/account/sign_in.html", {"form": form, "next": safe_next(request)}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/sign-in")


def language(request: HttpRequest) -> HttpResponse:
    """The language of the door, before anybody is signed in."""
    response = redirect(safe_next(request))
    if request.GET.get("to") in ("zh-hans", "en"):
        response.set_cookie("language", request.GET["to"], max_age=365 * 86400, samesite="Lax", httponly=True)
    return response
