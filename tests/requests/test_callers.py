"""Who calls and whose request it is may be two people: both are written down, and only the customer is told and shown it."""

from __future__ import annotations

import pytest

from shouwen.ground.actors import Actor
from shouwen.kernel import erase
from shouwen.kernel.models import Case, Entry, EntryData, Notice
from shouwen.kernel.reading import lines_of
from tests.support import act
from tests.world import MONDAY

CALLER = "女儿 方念，139 0022 0286"
KINDS = ("enquiry", "repair", "assistance", "suggestion", "complaint")


@pytest.mark.clause("S6-1.12")
@pytest.mark.parametrize("kind", KINDS)
def test_the_caller_stands_beside_the_customer(world, kind):
    fang = world.parties["fang"]
    case = act(world, "open", kind=kind, who="desk", customer=str(fang.pk), caller=CALLER)

    assert (case.party, case.sheet.caller) == (fang, CALLER)
    notices = Notice.objects.filter(case=case, party__isnull=False)
    assert set(notices.values_list("party", flat=True)) <= {fang.pk}, "the customer is told, not whoever called"
    shown = lines_of(case, actor=Actor(org_id=case.org_id), public_only=True)
    assert CALLER not in str([line.words for line in shown])
    assert CALLER in str([line.words for line in lines_of(case, actor=world.actor("desk"))])


@pytest.mark.parametrize("kind", KINDS)
def test_the_caller_goes_with_the_customer(world, kind):
    fang = world.parties["fang"]
    case = act(world, "open", kind=kind, who="desk", customer=str(fang.pk), caller=CALLER)
    act(world, "withdraw", case)
    erase.erase_party(fang, actor=world.actor("manager"), at=MONDAY, reason="asked")

    assert Case.objects.get(pk=case.pk).sheet.caller == ""
    bodies = EntryData.objects.filter(entry__in=Entry.objects.filter(stream_type="case", stream_id=case.pk))
    assert CALLER not in str(list(bodies.values_list("body", flat=True)))
