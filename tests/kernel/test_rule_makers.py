"""Who may change policies and calendars, and how far: an office of one community does not rule the others."""

from __future__ import annotations

import pytest

from shouwen.kernel import calendars, policies
from shouwen.kernel.models import PolicyVersion
from shouwen.kernel.refusals import NotAllowed
from shouwen.worktime import calendar
from tests.support import unchanged
from tests.world import MONDAY

OFFICES = {"director": {"site"}, "property_gm": {"site"}, "manager": {None, "site", "other"}}


def place(world, name):
    return world.places[name] if name else None


@pytest.mark.parametrize("who", [*OFFICES, "supervisor", "desk", "fang"])
@pytest.mark.parametrize("where", [None, "site", "other"])
def test_rules_are_changed_as_far_as_ones_office_reaches(world, who, where):
    actor, site = world.actor(who), place(world, where)
    changes = [
        lambda: policies.publish("complaint.minor", "12h", actor=actor, at=MONDAY, site=site),
        lambda: calendars.publish("site", calendar("cn").to_json(), actor=actor, at=MONDAY, site=site),
    ]
    for change in changes:
        if where in OFFICES.get(who, ()):
            change()
        else:
            with unchanged(), pytest.raises(NotAllowed):
                change()


def test_the_director_of_one_community_changes_it_on_the_page_and_no_other(world, client):
    client.force_login(world.accounts["director"])
    mine, other = world.places["site"], world.places["other"]
    page = client.get("/settings/policies/complaint.minor")
    assert (page.context["sites"], page.context["everywhere"], page.context["site"]) == ([mine], False, mine)
    address, form = "/settings/policies/complaint.minor", {"value": "12h", "note": "样例", "_publish": "1"}
    assert client.post(address, {**form, "site": str(other.pk)}).status_code == 403
    assert client.post(address, form).status_code == 302  # no community named: their own
    versions = PolicyVersion.objects.values_list("policy__site", "value")
    assert list(versions) == [(mine.pk, "12h")]


def test_an_announcement_for_all_is_not_offered_to_one_community(world, client):
    client.force_login(world.accounts["director"])
    page = client.get("/settings/calendars")
    assert page.context["everywhere"] is False and b'name="file"' not in page.content
    client.force_login(world.accounts["manager"])
    assert b'name="file"' in client.get("/settings/calendars").content
