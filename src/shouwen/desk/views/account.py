"""One's own account: language, appearance, password, where one is signed in, keys of the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from shouwen.desk import cardforms, sessions
from shouwen.desk.views.gate import signed_in
from shouwen.ground.ids import typed_id
from shouwen.ground.models import Account, Office
from shouwen.kernel import choosing, tokens
from shouwen.kernel.models import Token
from shouwen.kernel.policies import may_change
from shouwen.kernel.reading import is_customer
from shouwen.kernel.refusals import Refusal


class Appearance(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("zh-hans", "中文"), ("en", "English")])
    appearance = forms.ChoiceField(
        label=gettext_lazy("Appearance"), choices=[("light", gettext_lazy("Light")), ("dark", gettext_lazy("Dark"))]
    )
    density = forms.ChoiceField(
        label=gettext_lazy("Rows"),
        required=False,
        choices=[("", gettext_lazy("Close")), ("roomy", gettext_lazy("Roomy"))],
    )


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Language, appearance and density, kept with the person; offices held, sessions and keys."""
    user, form = request.user, _appearance(request)
    if request.method == "POST" and form.is_valid():
        Account.objects.filter(pk=user.pk).update(**form.cleaned_data)
        response = redirect("/account")
        response.set_cookie(
            "language", form.cleaned_data["language"], max_age=365 * 86400, samesite="Lax", httponly=True
        )
        return response
    return _page(request, form, {})


def _page(request: HttpRequest, form: forms.Form, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    keys = Token.objects.filter(account=request.user, revoked_at__isnull=True).order_by("-id")
    offices = Office.objects.filter(pk__in=request.actor.office_ids).select_related("site", "building", "dept")
    context = {
        "form": form, "sessions": sessions.mine(request), "keys": list(keys[:50]), "may_keys": not is_customer(request.actor),
        "others": other_pages(request), "topics": _topics(request),
        "offices": [cardforms.office_name(office) for office in offices.order_by("id")], **more,
    }  # fmt: skip
    return render(request, "desk/account/account.html", context, status=status)


def _topics(request: HttpRequest) -> list[dict[str, Any]]:
    """What somebody of the staff may be told of, in the product and by mail."""
    if request.actor.staff_id is None:
        return []
    off = {
        channel: {topic for _staff, topic in choosing.off_of([request.actor.staff_id], channel)}
        for channel in choosing.CHANNELS
    }
    return [
        {
            "key": key, "label": choosing.label(key), "always": key in choosing.ALWAYS, "on": key not in off["mail"],
            "rings": key not in off["bell"],
        }
        for key in choosing.TOPICS
    ]  # fmt: skip


def other_pages(request: HttpRequest) -> list[tuple[str, str]]:
    """The pages for which the phone has no tab."""
    found = [
        ("/customers", _("Customers")),
        ("/estate", _("Buildings")),
        ("/handbook", _("Handbook")),
        ("/notices", _("Notices")),
    ]
    return [*found, ("/settings", _("Settings"))] if may_change(request.actor) else found


def _appearance(request: HttpRequest) -> Appearance:
    user = request.user
    chosen = {"language": user.language or "zh-hans", "appearance": user.appearance or "light", "density": user.density}
    return Appearance(request.POST if request.POST.get("language") else None, initial=chosen)


class NewPassword(forms.Form):
    old = forms.CharField(label=gettext_lazy("Present password"), widget=forms.PasswordInput)
    new = forms.CharField(label=gettext_lazy("New password"), widget=forms.PasswordInput)

    def __init__(self, user: Any, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError(_("This is not your present password."))
        return str(self.cleaned_data["old"])

    def clean_new(self) -> str:
        validate_password(self.cleaned_data["new"], self.user)
        return str(self.cleaned_data["new"])


@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Changing one's password; all other sessions of the account end."""
    form = NewPassword(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.user.set_password(form.cleaned_data["new"])
        request.user.must_change_password = False
        request.user.save(update_fields=["password", "must_change_password"])
        update_session_auth_hash(request, request.user)
        messages.info(request, _("The new password holds from now on."))
        return redirect("/account")
    return render(request, "desk/account/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@signed_in
def told(request: HttpRequest) -> HttpResponse:
    """Keeps of what one wants a mail and what the bell counts; what must be told is told whatever was chosen."""
    if request.actor.staff_id is None:
        raise Http404
    choosing.choose(request.actor, request.POST.getlist("topic"))
    if "_bell" in request.POST:  # the page that asks about the bell too
        choosing.choose(request.actor, request.POST.getlist("bell"), "bell")
    messages.success(request, _("Kept."))
    return redirect("/account")


@require_POST
@signed_in
def end_session(request: HttpRequest) -> HttpResponse:
    """Signs the account out elsewhere: one device, or all others."""
    if not sessions.end(request, request.POST.get("mark", "")):
        raise Http404
    messages.info(request, _("Signed out there."))
    return redirect("/account")


@require_POST
@signed_in
def key(request: HttpRequest) -> HttpResponse:
    """Makes a key of one's own, shown once, or ends one at once."""
    if is_customer(request.actor):
        raise Http404
    if "_revoke" in request.POST:
        pk = request.POST["_revoke"]
        mine = Token.objects.filter(account=request.user, pk=typed_id(pk) or 0).first()
        if mine is None:
            raise Http404
        tokens.revoke(mine.pk, at=request.at)
        return redirect("/account")
    try:
        _made, text = tokens.make(request.user, name=request.POST.get("name", ""), at=request.at, days=365)
    except Refusal as refusal:
        return _page(request, _appearance(request), {"refusal": refusal}, status=refusal.status)
    return _page(request, _appearance(request), {"new_token": text})
