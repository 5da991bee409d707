"""Where customers come from is counted, and who brought them; for those who manage."""

from __future__ import annotations

from datetime import date

import pytest

from shouwen.ground.models import Party, Role
from shouwen.kernel import erase
from shouwen.rooms.customers import merging, origins
from tests.customers.test_cards import add
from tests.customers.test_page import page_of
from tests.world import MONDAY

pytestmark = pytest.mark.clause("S1-1")


@pytest.fixture
def brought(world):
    """Fang brought three, one of whom lives here; Zeng brought one."""
    fang, zeng = world.parties["fang"], world.parties["zeng"]
    made = [
        add(
            world, "party", kind="company", name=f"小店{n}", source="from_referral", referred_by=who, segment="business"
        )
        for n, who in enumerate((fang, fang, fang, zeng))
    ]
    add(world, "role", party=made[0], place=world.home, role="TENANT", from_date=date(2026, 1, 1))
    return made


def test_sources_sorts_and_bringers_are_counted(world, brought):
    found = origins.counted(world.org.pk, at=MONDAY)
    assert dict(found["sources"])["from_referral"] == 4 and dict(found["segments"])["business"] == 4
    assert (found["brought"], found["still"]) == (4, 1)
    assert [(party.name, n) for party, n in found["bringers"]] == [("方小满", 3), ("曾如初", 1)]


def test_who_ended_is_not_here_and_merged_and_erased_ones_count_for_whom_they_are(world, brought):
    Role.objects.filter(party=brought[0]).update(until_date=date(2026, 2, 1))
    merging.merge(world.parties["zeng"], world.parties["fang"], actor=world.actor("supervisor"), at=MONDAY)
    erase.erase_party(brought[1], actor=world.actor("manager"), at=MONDAY, reason="asked")
    found = origins.counted(world.org.pk, at=MONDAY)
    assert (found["brought"], found["still"]) == (3, 0)
    assert [(party.name, n) for party, n in found["bringers"]] == [("方小满", 3)]


def test_on_the_page_for_those_who_manage(world, brought):
    Party.objects.filter(pk=brought[3].pk).update(segment="")
    html = page_of(world, "supervisor").get("/customers/origins").content.decode()
    assert "<dt>客户介绍</dt><dd>4</dd>" in html and "<dt>商户</dt><dd>3</dd>" in html and "方小满" in html
    assert "/customers/origins" in page_of(world, "supervisor").get("/customers").content.decode()
    for who in ("desk", "fitter", "fang"):
        assert page_of(world, who).get("/customers/origins").status_code == 404
