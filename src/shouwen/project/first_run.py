"""The first-run page of an empty installation: organization, first administrator, trade, first list of units."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shouwen.desk import sessions
from shouwen.kernel.refusals import Invalid, Refusal
from shouwen.packs import beginning
from shouwen.packs.choice import packs
from shouwen.project import schema

LOOPBACK = ("127.0.0.1", "::1")
NEAR = ("localhost", "127.0.0.1", "[::1]", "testserver")
LIST_MOST = 2_000_000  # bytes of a list


def code() -> str:
    """What opens the first-run page from another machine; `shouwen serve` prints it. It ends with the first sign-in."""
    return salted_hmac("shouwen.first-run", "code", algorithm="sha256").hexdigest()[:16]


def at_the_machine(request: HttpRequest) -> bool:
    """Whether whoever asks sits at the machine itself: a loopback address, asked for by it, no proxy between."""
    passed_on = (
        "X-Forwarded-For" in request.headers or "Forwarded" in request.headers or settings.SECURE_PROXY_SSL_HEADER
    )
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    return request.META.get("REMOTE_ADDR") in LOOPBACK and host in NEAR and not passed_on


class Beginning(forms.Form):
    """What is asked on the first day."""

    organization = forms.CharField(label=gettext_lazy("Name of the company or office"), max_length=120)
    community = forms.CharField(label=gettext_lazy("First community"), max_length=40)
    pack = forms.ChoiceField(label=gettext_lazy("Trade"))
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    username = forms.CharField(label=gettext_lazy("Sign-in name"), max_length=60)
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput)
    again = forms.CharField(label=gettext_lazy("Password again"), widget=forms.PasswordInput)
    buildings = forms.IntegerField(label=gettext_lazy("Buildings"), min_value=1, max_value=60, required=False)
    entrances = forms.IntegerField(label=gettext_lazy("Entrances of each"), min_value=1, max_value=12, required=False)
    floors = forms.IntegerField(label=gettext_lazy("Floors"), min_value=1, max_value=60, required=False)
    flats = forms.IntegerField(label=gettext_lazy("Units a floor"), min_value=1, max_value=20, required=False)
    units = forms.CharField(
        label=gettext_lazy("Or a list of units"), required=False, max_length=LIST_MOST, widget=forms.Textarea
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        chinese = (get_language() or "zh").startswith("zh")
        self.fields["pack"].choices = [(one.key, one.name_zh if chinese else one.name_en) for one in packs().values()]
        for name, field in self.fields.items():
            kind = getattr(field.widget, "input_type", "")
            field.widget.attrs |= {
                "class": "form-select" if kind == "select" else "form-control",
                "id": f"first-{name}",
            }
        self.fields["units"].widget.attrs["rows"] = 5

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return str(self.cleaned_data["password"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") != data["password"]:
            self.add_error("again", _("The two passwords differ."))
        listed = beginning.read(data.get("units") or "")
        for sentence in listed.wrong[:10]:
            self.add_error("units", sentence)
        sizes = [data.get(name) for name in ("buildings", "entrances", "floors", "flats")]
        data["homes"] = listed.homes or (beginning.planned(*[size or 1 for size in sizes]) if any(sizes) else [])
        if len(data["homes"]) > beginning.MOST:
            self.add_error("buildings", _("At most %(most)d units at once.") % {"most": beginning.MOST})
        return data


def first_run(request: HttpRequest) -> HttpResponse:
    """Asks, makes everything, signs the first administrator in. Afterwards there is no such page."""
    if not schema.empty():
        raise Http404
    given = request.POST.get("code") or request.GET.get("code", "")
    if not at_the_machine(request) and not constant_time_compare(given, code()):
        return render(request, "desk/first_run_closed.html", status=403)
    form = Beginning(request.POST or None, initial={"buildings": 1, "entrances": 1, "floors": 6, "flats": 2})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _begin(request, form.cleaned_data)
        except Refusal as caught:
            refusal = caught
            for name, texts in caught.errors.items() if isinstance(caught, Invalid) else ():
                form.add_error(name if name in form.fields else None, texts)
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/first_run.html", {"form": form, "refusal": refusal, "code": given}, status=status)


def _begin(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    first = beginning.First(data["name"], data["username"], data["password"])
    account = beginning.begin(
        packs()[data["pack"]], name=data["organization"], community=data["community"], first=first, homes=data["homes"],
        at=request.at,
    )  # fmt: skip
    language = getattr(request, "LANGUAGE_CODE", "zh-hans")
    type(account).objects.filter(pk=account.pk).update(language=language)
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    sessions.begin(request)
    return redirect("/first-run/done")


def done(request: HttpRequest) -> HttpResponse:
    """What to do next, for whoever has just begun."""
    if request.actor is None or not request.actor.admin:
        raise Http404
    return render(request, "desk/first_run_done.html")
