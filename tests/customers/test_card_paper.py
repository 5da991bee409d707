"""The customer card on paper: what the page shows to its reader, numbers of documents masked, changes kept."""

from __future__ import annotations

import pytest

from shouwen.kernel.models import Look
from shouwen.kernel.registers import register
from tests.customers.test_page import NUMBER, PHONE, page_of
from tests.customers.test_page import fang as fang
from tests.support import a_case
from tests.world import MONDAY

pytestmark = pytest.mark.clause("S4-1")


def test_the_basics_stand_on_one_card_with_what_was_changed(world, fang):
    register("party").edit(
        fang, {"segment": "critical", "source": "from_visit", "tags": "老客户"}, actor=world.actor("desk"), at=MONDAY
    )
    case = a_case(world, "enquiry", customer=str(fang.pk), words="水费怎么算")
    answer = page_of(world, "desk").get(f"/customers/{fang.pk}/print")
    paper = answer.content.decode()
    for text in (
        "方小满",
        "1-1-101",
        PHONE,
        "重要客户",
        "走访",
        "老客户",
        case.no,
        f"••••{NUMBER[-4:]}",
        "更改",
        "顾南星",
    ):
        assert text in paper, text
    assert NUMBER not in paper and "no-store" in answer.headers["Cache-Control"]
    assert f"/customers/{fang.pk}/print" in page_of(world, "desk").get(f"/customers/{fang.pk}").content.decode()


@pytest.mark.parametrize(("who", "status", "clear"), [("elsewhere", 200, False), ("fitter", 200, False), ("fang", 404, False), ("nobody", 404, False), ("steward1", 200, True)])  # fmt: skip
def test_the_card_shows_no_more_than_the_page(world, fang, who, status, clear):
    answer = page_of(world, who).get(f"/customers/{fang.pk}/print")
    assert answer.status_code == status and (PHONE in answer.content.decode()) == clear


@pytest.mark.clause("S6-1.13")
def test_who_printed_a_card_stands_on_the_page_and_in_the_log(world, fang):
    steward = page_of(world, "steward1")
    steward.get(f"/customers/{fang.pk}/print")
    page_of(world, "nobody").get(f"/customers/{fang.pk}/print")
    look = Look.objects.get()
    assert (look.staff, look.party, look.what, look.purpose) == (
        world.staff["steward1"],
        fang,
        "party.paper",
        "for_paper",
    )
    assert "登记卡 · 打印" in " ".join(steward.get(f"/customers/{fang.pk}").content.decode().split())
