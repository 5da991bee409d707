"""Intake, one box: who is it, what is it, what do we promise. One form that keeps everything until it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from shouwen.desk import callers, guessing, promising
from shouwen.desk.dressing import dress, layout
from shouwen.desk.views.gate import signed_in
from shouwen.kernel import words
from shouwen.kernel.access import visible_to
from shouwen.kernel.asks import form_for
from shouwen.kernel.kinds import Step
from shouwen.kernel.models import Case, Entry, Submission
from shouwen.kernel.offers import openers
from shouwen.kernel.perform import perform
from shouwen.kernel.refusals import Invalid, Refusal

GUESS = "_guess."
NOT_ASKED = ("csrfmiddlewaretoken", "kind", "q", "customer", "new_name", "new_phone")


@dataclass
class Call:
    """What the page knows so far: the ways to open, the one chosen, the caller, and what was typed."""

    request: HttpRequest
    ways: list[Step]
    asked: dict[str, str]
    step: Step | None
    person: callers.Person | None

    @property
    def data(self) -> dict[str, str]:
        """The answers to the questions of the step; the caller's home stands for a place not yet given."""
        found = {
            key: value for key, value in self.asked.items()
            if not key.startswith("_") and key not in NOT_ASKED and value != ""
        }  # fmt: skip
        if self.person is not None:
            found.setdefault("place", self.person.home)
            if self.step is not None and "customer" in self.step.words:
                found["customer"] = str(self.person.party.pk)
        return {key: value for key, value in {**found, **self.guesses}.items() if value}

    @property
    def guesses(self) -> dict[str, str]:
        """The choices that nobody made, as the words make them plain; the page says what it had put there itself."""
        return guessing.guessed(self.step, self.asked, self.marks) if self.step is not None else {}

    @property
    def marks(self) -> dict[str, str]:
        return {key.removeprefix(GUESS): value for key, value in self.asked.items() if key.startswith(GUESS)}


@signed_in
def intake(request: HttpRequest) -> HttpResponse:
    """The page; every button of it sends the whole form, so that nothing typed is ever lost."""
    asked = {key: value.replace("\x00", "") for key, value in (request.POST or request.GET).items()}
    do = asked.get("_do", "")
    ways = openers(request.actor, at=request.at)
    step = _chosen(ways, asked.get("_kind") or asked.get("kind", ""))
    customer = "" if do == "other" else do[5:] if do.startswith("pick.") else asked.get("customer", "")
    call = Call(request, ways, asked, step, callers.one(customer, request.actor, at=request.at))
    if request.method == "POST" and do == "save" and step is not None:
        return _save(call, step)
    if request.method == "POST" and do.startswith("join."):
        return _join(call, do[5:])
    if request.htmx and do == "who":
        return render(request, "desk/parts/people.html", _who(call))
    if request.htmx and do == "promises":
        return render(request, "desk/parts/promised.html", {**_what(call, typed=True), **_twins(call), "swapped": True})
    return _page(call)


def _chosen(ways: list[Step], text: str) -> Step | None:
    """The way that was chosen (`complaint.open`, or the first of a kind); the only one where there is but one."""
    kind, _dot, name = text.partition(".")
    found = [step for step in ways if step.kind.key == kind and name in ("", step.name)]
    return found[0] if found else ways[0] if len(ways) == 1 else None


def _page(call: Call, *, refusal: Refusal | None = None) -> HttpResponse:
    request, step = call.request, call.step
    kinds: dict[str, Step] = {}
    for way in call.ways:
        kinds.setdefault(way.kind.key, way)
    same = [way for way in call.ways if step is not None and way.kind is step.kind]
    context = {
        "kinds": [(words.label(key), way, step is not None and way.kind is step.kind) for key, way in kinds.items()],
        "ways": same if len(same) > 1 else [], "step": step, "refusal": refusal, "staff": request.actor.staff_id,
        "key": call.asked.get("_key", "")[:60] or get_random_string(20), "count": call.asked.get("_call", "1")[:2],
        "typed": request.method == "POST", **_who(call), **_what(call, typed=request.method == "POST", refusal=refusal),
        **_twins(call), "done": _done(call) if request.method == "GET" else None,
    }  # fmt: skip
    context["focus"] = "words" if refusal is not None and not context["new_errors"] else _focus(call)
    if context["focus"] == "words" and context["fields"]:
        asked = context["fields"]["first"]
        empty = [field for field in asked if field.errors] or [field for field in asked if not field.value()]
        for field in empty[:1]:
            field.field.widget.attrs["autofocus"] = True
    return render(request, "desk/intake.html", context, status=refusal.status if refusal else 200)


def _focus(call: Call) -> str:
    """Where the hands go next: the caller, the kind, or the words."""
    if call.step is not None and (
        call.person is not None or call.asked.get("_kind") or not call.request.actor.staff_id
    ):
        return "words"
    return "kinds" if call.person is not None or call.asked.get("_do") == "other" or call.asked.get("_done") else "who"


def _who(call: Call) -> dict[str, Any]:
    actor, at, text = call.request.actor, call.request.at, call.asked.get("q", "")[:60]
    found = [] if call.person or call.asked.get("_do") == "other" else callers.find(text, actor, at=at)
    nobody = bool(text.strip()) and not found and call.person is None
    return {
        "person": call.person, "people": found, "q": "" if call.asked.get("_do") == "other" else text,
        "new": nobody and callers.may_add(actor), "nobody": nobody,
        "new_name": call.asked.get("new_name", "" if callers.as_number(text) else text if nobody else "")[:120],
        "new_phone": call.asked.get("new_phone", callers.as_number(text))[:30],
    }  # fmt: skip


def _what(call: Call, *, typed: bool, refusal: Refusal | None = None) -> dict[str, Any]:
    """The questions, and what these answers promise. Errors stand only after an attempt to save."""
    request, step = call.request, call.step
    if step is None:
        return {"promises": [], "fields": None, "say": "", "new_errors": {}}
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    bound = form_for(step, actor=request.actor, case=None, data=call.data, files=request.FILES)
    rows = promising.promises(step, bound, actor=request.actor, at=request.at)
    form = bound if refusal is not None else form_for(step, actor=request.actor, case=None, initial=call.data)
    for name, texts in errors.items():
        if name in form.fields and name not in form.errors:
            form.add_error(name, texts)
    fields = layout(dress(form, before="q"))
    for key in ("first", "more"):
        fields[key] = [field for field in fields[key] if field.name != "customer" or not request.actor.staff_id]
    guesses = call.guesses
    asked = [*fields["first"], *fields["more"]] if guesses else []
    return {
        "guesses": {
            word: guesses.get(word) or call.marks.get(word) or options[0]
            for word, options in guessing.guessable(step).items()
        }, "chosen": [field for field in asked if field.name in guesses] if typed else [],
        "promises": rows, "fields": fields, "new_errors": {key: errors[key] for key in errors if key.startswith("new_")},
        "say": promising.to_say(step, rows, actor=request.actor, at=request.at) if request.actor.staff_id else "",
    }  # fmt: skip


def _twins(call: Call) -> dict[str, Any]:
    party = call.person.party if call.person else None
    found = callers.twins(call.request.actor, party=party, place=call.data.get("place", ""))
    return {"twins": [case for case in found if case.no != call.asked.get("_done")], "step": call.step}


def _save(call: Call, step: Step) -> HttpResponse:
    """Takes the request down, with a new customer where one was named, in one act."""
    request, asked = call.request, call.asked
    key = asked.get("_key", "")[:60]
    entry = _saved(request, key)
    if entry is None:
        try:
            with transaction.atomic():
                data = call.data
                wanted = asked.get("new_name", "").strip() or asked.get("new_phone", "").strip()
                if call.person is None and wanted and "customer" in step.words and callers.may_add(request.actor):
                    party = callers.add(
                        asked.get("new_name", ""), asked.get("new_phone", ""), actor=request.actor, at=request.at
                    )
                    data["customer"] = str(party.pk)
                entry = perform(
                    step.name,
                    actor=request.actor,
                    at=request.at,
                    kind=step.kind.key,
                    data=data,
                    files=request.FILES,
                    key=key,
                )
        except Refusal as refusal:
            return _page(call, refusal=refusal)
    case = Case.objects.get(pk=entry.stream_id)
    if "code" in entry.once:
        code = _("Code to follow it: %(code)s. Read it out now; it is not shown again.") % {"code": entry.once["code"]}
        messages.success(request, code)
    if request.actor.staff_id is None:
        return redirect(f"/cases/{case.no}")
    count = asked.get("_call", "1")
    more = {"_done": case.no, "customer": str(case.party_id or ""), "place": asked.get("place", "")}
    more["_call"] = str(int(count) + 1) if count.isdigit() and len(count) < 3 else "2"
    return redirect(f"/intake?{urlencode({name: value for name, value in more.items() if value})}")


def _saved(request: HttpRequest, key: str) -> Entry | None:
    """The entry of the same form, if it was sent before: pressed twice, taken down once."""
    if not key:
        return None
    source = f"{request.actor.source}:{request.actor.account_id}"
    found = (
        Submission.objects.filter(org_id=request.actor.org_id, source=source, key=key).select_related("entry").first()
    )
    return found.entry if found else None


def _join(call: Call, no: str) -> HttpResponse:
    """The same matter once more: the words go to the open case as a note, no second case is opened."""
    case = visible_to(call.request.actor).filter(no=no).first()
    said = call.data.get("words", "")
    if case is None:
        return _page(call)
    query = urlencode({"step": "note", "note": said}) if said else urlencode({"step": "note"})
    return redirect(f"/cases/{case.no}?{query}")


def _done(call: Call) -> dict[str, Any] | None:
    """What was just taken down: its number, large enough to read out, and what was promised."""
    no = call.asked.get("_done", "")
    case = visible_to(call.request.actor).filter(no=no).first() if no else None
    if case is None:
        return None
    return {"case": case, "say": promising.kept(case, at=call.request.at, actor=call.request.actor)}
