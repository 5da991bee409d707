"""Today and the bell: what is due next, what is owed, what is new; nothing of others."""

from __future__ import annotations

from datetime import timedelta

from shouwen.kernel.models import Notice
from tests.support import act
from tests.world import MONDAY


def test_the_next_thing_stands_above_with_the_act_that_stops_it(world, visit, moment):
    later = act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY, words="后来的")
    first = act(
        world, "open", kind="complaint", who="desk", place="1-1-102", at=MONDAY - timedelta(hours=3), words="先来的"
    )
    act(world, "take_up", first, who="steward1", at=MONDAY)
    strip = visit("steward1").get("/").content.decode().split('class="sw-next"')[1].split("</section>")[0]
    assert first.no in strip and later.no not in strip and 'data-key="Enter"' in strip


def test_past_due_stands_apart_and_paused_last(world, visit, moment):
    act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY)
    client = visit("steward1")
    assert "<b>已超</b>" not in client.get("/").content.decode()
    moment.at = MONDAY + timedelta(days=2)
    html = visit("steward1").get("/").content.decode()
    assert "<b>已超</b>" in html and "sw-clk sw-over" in html


def test_what_is_owed_today_is_counted_with_what_is_done(world, visit, moment):
    case = act(world, "open", kind="enquiry", who="desk", place="1-1-101", at=MONDAY - timedelta(days=3))
    act(world, "open", kind="enquiry", who="desk", place="1-1-102", at=MONDAY - timedelta(days=3))
    client = visit("steward1")
    row = "<span>次日前答复</span><b>{} <small>/ 2</small></b>"
    assert row.format(2) in client.get("/").content.decode()
    act(world, "reply", case, who="steward1", at=moment.at)
    assert row.format(1) in client.get("/").content.decode()


def test_those_who_lead_see_each_person(world, visit, moment):
    act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY - timedelta(days=3))
    html = visit("supervisor").get("/").content.decode()
    assert f'<a href="/cases?owner={world.staff["steward1"].number}">林知夏</a>' in html
    assert "sw-team" not in visit("desk").get("/").content.decode()


def test_nothing_owed_says_so_and_gives_the_next_act(world, visit, moment):
    html = visit("steward1").get("/").content.decode()
    assert "您现在没有欠着的时限" in html and 'href="/intake"' in html and "sw-next" not in html


def test_the_bell_counts_what_is_new_and_costs_nothing_unchanged(world, visit, moment):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    Notice.objects.create(
        org=world.org, staff=world.staff["steward1"], case=case, template="complaint.open", created_at=moment.at
    )
    client = visit("steward1")
    count = Notice.objects.filter(staff=world.staff["steward1"], seen_at__isnull=True).count()
    first = client.get("/notices/bell")
    assert str(count) in first.content.decode() and first["ETag"]
    again = client.get("/notices/bell", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    assert client.post("/notices/seen").status_code == 302
    assert client.get("/notices/bell", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert not Notice.objects.filter(staff=world.staff["steward1"], seen_at__isnull=True).exists()


def test_notices_are_one_s_own(world, visit, moment):
    act(world, "open", kind="complaint", who="desk", place="1-1-101")
    for name in ("steward1", "steward2", "fang"):
        shown = visit(name).get("/notices").content.decode().count("data-row")
        whose = {"party": world.parties["fang"]} if name == "fang" else {"staff": world.staff[name]}
        assert shown == Notice.objects.filter(**whose).count()


def test_those_who_lead_see_what_others_owe_first(world, visit, moment):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY - timedelta(days=3))
    others = visit("supervisor").get("/").content.decode().split('aria-label="大家还欠的"')[1].split("</section>")[0]
    assert case.no in others and "林知夏" in others and "sw-clk sw-over" in others
    assert "大家还欠的" not in visit("steward1").get("/").content.decode()
