"""Questions with several answers on the page: lines of a quote, points of a checklist; what was typed stays."""

from __future__ import annotations

from datetime import timedelta

from shouwen.kernel.models import Answer, Case
from shouwen.rooms.requests.models import QuoteLine
from tests.support import act
from tests.world import MONDAY


def on_site(world) -> Case:
    case = act(world, "open", kind="repair", trade="electric")
    case = act(world, "assign", case, assignee=world.staff["fitter"].number)
    return act(world, "arrive", case, who="fitter", at=MONDAY + timedelta(minutes=9))


def test_a_quote_is_typed_line_by_line(world, visit):
    case = on_site(world)
    page = visit("fitter").get(f"/cases/{case.no}").content.decode()
    assert page.count('name="lines-0-item"') == 1 and 'name="lines-2-unit_fen"' in page

    typed = {
        "lines-0-item": "开关", "lines-0-quantity": "1", "lines-0-unit_fen": "4500",
        "lines-2-item": "人工", "lines-2-quantity": "2", "lines-2-unit_fen": "3000", "_rev": case.rev, "_key": "k1",
    }  # fmt: skip
    assert visit("fitter").post(f"/cases/{case.no}/quote", typed).status_code == 302
    assert list(QuoteLine.objects.order_by("position").values_list("item", "quantity", "unit_fen")) == [
        ("开关", 1, 4500), ("人工", 2, 3000),
    ]  # fmt: skip
    assert "开关 1 ¥45.00" in visit("fitter").get(f"/cases/{case.no}").content.decode()


def test_a_checklist_left_open_is_shown_again_with_what_was_answered(world, visit):
    case = on_site(world)
    asked = visit("fitter").get(f"/cases/{case.no}").content.decode()
    assert 'name="points-power_off" required>' in asked, "the browser leads to the point that is open"
    typed = {
        "result": "换了开关", "told": "已通电试用", "points-sign": "done", "points-covers": "done", "points-tidy": "no",
        "points-tidy-note": "灰还没扫", "_rev": case.rev, "_key": "k1",
    }  # fmt: skip
    response = visit("fitter").post(f"/cases/{case.no}/finish", typed)
    page = response.content.decode()
    assert response.status_code == 422 and "断电操作" in page and "灰还没扫" in page

    sent = visit("fitter").post(f"/cases/{case.no}/finish", {**typed, "points-power_off": "done", "_key": "k2"})
    assert sent.status_code == 302
    assert set(Answer.objects.values_list("item", "value", "bad")) == {
        ("sign", "done", False), ("covers", "done", False), ("tidy", "no", True), ("power_off", "done", False),
    }  # fmt: skip


def test_the_days_list_shows_on_the_page_of_the_clearing_list(world, visit, moment):
    from shouwen.kernel.daily import open_due

    repair = act(world, "open", kind="repair", who="desk")
    open_due(world.org.pk, moment.at)
    case = Case.objects.get(kind="clearance", site=world.places["site"])
    page = visit("supervisor").get(f"/cases/{case.no}").content.decode()
    assert repair.no in page and "迟了" in page
    printed = visit("supervisor").get(f"/cases/{case.no}/print/clearing_list")
    assert printed.status_code == 200 and repair.no in printed.content.decode()
