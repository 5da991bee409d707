"""What notices say: each sentence in both languages, its placeholders, a preview before it holds, its versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shouwen.desk.views.settings import page, section
from shouwen.ground.models import Staff
from shouwen.kernel import choosing, policies, wordings
from shouwen.kernel.models import Wording
from shouwen.kernel.refusals import Refusal

LANGUAGES = {"zh-hans": "中文", "en": "English"}
VERSIONS = 10


def placeholder(name: str) -> str:
    return {
        "no": _("number of the case"), "kind": _("what it is: complaint, repair …"), "step": _("what was done"),
        "promise": _("what was promised"), "due": _("by when, month and day, hour and minute"),
        "moved": _("how many due times moved"), "final": _("how many became final"), "count": _("how many"),
        "changes": _("which promises, from what to what"),
        "cases": _("some of the cases, by number"),
    }[name]  # fmt: skip


@section("notices")
def wording(request: HttpRequest) -> HttpResponse:
    """Every sentence; one is looked at with invented values, then let hold, or given back as delivered."""
    key, language, text = (request.POST.get(name, "") for name in ("key", "language", "text"))
    tried: dict[str, Any] = {"key": key, "language": language, "text": text}
    status = 200
    if request.method == "POST":
        try:
            if "_look" in request.POST and key in wordings.SAMPLES and language in LANGUAGES:
                tried["shown"] = wordings.sample(key, language, text)
            else:
                given = "" if "_back" in request.POST else text
                wordings.reword(key, language, given, actor=request.actor, at=request.at)
                messages.success(request, _("Notices say so from now on."))
                return redirect("/settings/notices")
        except Refusal as refusal:
            tried["refusal"], status = refusal, refusal.status
    context = {"rows": _rows(request, tried), "may_reword": policies.reaches(request.actor, None)}
    return page(request, "wording", context, status=status)


def _rows(request: HttpRequest, tried: dict[str, Any]) -> list[dict[str, Any]]:
    org_id = request.actor.org_id
    said, versions = wordings.said_of(org_id), _versions(org_id)
    rows = []
    for key, samples in wordings.SAMPLES.items():
        languages = []
        for language, label in LANGUAGES.items():
            own = said.get((key, language), "")
            line: dict[str, Any] = {
                "language": language, "label": label, "own": own, "delivered": wordings.written(key, language),
                "versions": versions.get((key, language), [])[:VERSIONS],
            }  # fmt: skip
            line["text"] = own or line["delivered"]
            if (tried["key"], tried["language"]) == (key, language):
                line |= {name: tried[name] for name in ("text", "shown", "refusal") if name in tried}
            languages.append(line)
        names = [(f"{{{name}}}", placeholder(name)) for name in samples]
        rows.append({"key": key, "label": choosing.label(key), "names": names, "languages": languages})
    return rows


def _versions(org_id: int) -> dict[tuple[str, str], list[tuple[Wording, str]]]:
    """The versions of every sentence, newest first, each with who made it."""
    rows = list(Wording.objects.filter(org_id=org_id).select_related("entry").order_by("-made_at", "-id"))
    makers = {one.pk: one.name for one in Staff.objects.filter(pk__in={row.entry.actor_id for row in rows})}
    found: dict[tuple[str, str], list[tuple[Wording, str]]] = {}
    for row in rows:
        who = makers.get(row.entry.actor_id or 0, _("the product itself"))
        found.setdefault((row.key, row.language), []).append((row, who))
    return found
