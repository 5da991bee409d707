"""Every page of the route table as three people see it, by plain HTTP: it opens or says why, and its forms need no script."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from shouwen.desk.urls import urlpatterns
from shouwen.ground.models import Account
from shouwen.kernel.models import Case, Clock, PolicyVersion
from tests.support import a_case, act

PEOPLE = ("desk", "supervisor", "director")
ANSWERS = (200, 304, 403)  # it opens, is unchanged, or says whom to ask; never 404 or 500


class Forms(HTMLParser):
    """The forms of a page with the names they send, and the controls that nobody could name aloud."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.open: dict[str, Any] | None = None
        self.in_label = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = {
                "action": found.get("action", ""),
                "method": found.get("method", "get"),
                "sends": False,
                "names": [],
            }
            self.forms.append(self.open)
        elif tag == "label":
            self.in_label += 1
            self.labelled.add(found.get("for", ""))
        elif tag == "button" and self.open is not None and found.get("type", "submit") == "submit":
            self.open["sends"] = True
        elif tag in ("input", "select", "textarea") and found.get("type") not in ("hidden", "submit"):
            if not self.in_label:
                self.controls.append(found)
            if self.open is not None:
                self.open["names"].append(found.get("name", ""))
                self.open["sends"] |= found.get("type") == "search"  # Enter sends a form with one field

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        if tag == "label":
            self.in_label -= 1

    @property
    def nameless(self) -> list[dict[str, str]]:
        return [
            one for one in self.controls
            if not (one.get("aria-label") or one.get("aria-labelledby") or (one.get("id") and one["id"] in self.labelled))
        ]  # fmt: skip


@pytest.fixture
def pages(world) -> dict[str, list[str]]:
    """Addresses by route: each parameter of the table gets a row that is there."""
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101", customer=str(world.parties["fang"].pk))
    a_case(world, "repair")
    home, person, staff = world.places["1-1-101"], world.parties["fang"], world.staff["steward1"]
    building = world.places["b1"]
    filled = {
        "cases/<str:no>": [f"/cases/{one.no}" for one in Case.objects.order_by("id")[:12]],
        "cases/<str:no>/here": [f"/cases/{case.no}/here"],
        "cases/<str:no>/print/<slug:form>": [f"/cases/{case.no}/print/complaint_form"],
        "handbook/kinds/<slug:key>": ["/handbook/kinds/complaint"],
        "handbook/<str:key>": ["/handbook/S6-2.08"],
        "settings/policies/<str:key>": ["/settings/policies/complaint.minor"],
        "settings/people/<str:number>": [f"/settings/people/{staff.number}"],
        "settings/cards/<slug:name>": ["/settings/cards/staff"],
        "settings/cards/<slug:name>/new": ["/settings/cards/staff/new"],
        "settings/cards/<slug:name>/<str:pk>": [f"/settings/cards/staff/{staff.pk}"],
        "settings/calendars/<slug:key>": ["/settings/calendars/site"],
        "customers/<int:pk>": [f"/customers/{person.pk}"],
        "estate/<int:pk>": [f"/estate/{building.pk}"],
        "estate/places/<int:pk>": [f"/estate/places/{home.pk}"],
        "estate/<int:pk>/lay-out": [f"/estate/{building.pk}/lay-out"],
    }
    return filled


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_opens_or_says_why_and_its_forms_need_no_script(name, visit, pages, world):
    if name == "director":
        Account.objects.filter(pk=world.accounts["director"].pk).update(is_admin=True)
    client, looked, wrong = visit(name), 0, []
    for route in (str(one.pattern) for one in urlpatterns):
        addresses = pages.get(route, [] if "<" in route else [f"/{route}"])
        for address in addresses:
            response = client.get(address, follow=True)
            if response.status_code == 405:  # what only takes a form
                continue
            found = response.status_code
            if found not in ANSWERS and not (name != "director" and found == 404):
                wrong.append((address, found))
            if found != 200 or "text/html" not in response.get("Content-Type", ""):
                continue
            looked += 1
            read = Forms(response.content.decode())
            wrong += [(address, "form that cannot be sent", form["action"]) for form in read.forms if not form["sends"]]
            wrong += [(address, "no label", control) for control in read.nameless]
    assert wrong == []
    assert looked > (25 if name == "director" else 12)


def test_main_acts_are_done_by_plain_forms(world, visit, moment):
    desk = visit("desk")
    sent = {"_do": "save", "kind": "complaint.open", "place": "1-1-101", "words": "灯坏了"}
    assert desk.post("/intake", sent, follow=True).status_code == 200
    case = Case.objects.get()
    steward = visit("steward1")
    done = steward.post(f"/cases/{case.no}/take_up", {"_rev": case.rev}, follow=True)
    assert "已记下" in done.content.decode()
    director = visit("director")
    shown = director.post("/settings/policies/complaint.minor", {"value": "12h", "_look": "1", "to_running": "on"})
    assert shown.context["preview"].looked_at == 1
    director.post(
        "/settings/policies/complaint.minor", {"value": "12h", "_publish": "1", "site": shown.context["site"].pk}
    )
    assert PolicyVersion.objects.get().value == "12h"
    desk.post("/account", {"language": "en", "appearance": "dark", "density": ""})
    assert Account.objects.get(pk=world.accounts["desk"].pk).appearance == "dark"
    assert Clock.objects.filter(case=case, verdict__isnull=True).exists()
    moment.at += timedelta(minutes=1)
    assert steward.post("/notices/seen").status_code == 302
