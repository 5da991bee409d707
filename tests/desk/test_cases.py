"""The list: views, conditions, order, paging, columns, files of exactly what is shown, several at once."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwen.desk import listing
from shouwen.desk.models import Columns, SavedView
from shouwen.ground.models import Holding, Office, Party, Staff
from shouwen.kernel.models import Case, Entry, EntryData
from tests.support import a_case, act
from tests.world import LONG_AGO, MONDAY


def numbers(response) -> list[str]:
    """The cases a page shows, in its order."""
    return re.findall(r'<a href="/cases/([A-Z]+\d+-\d+)">', response.content.decode())


def cells(book: bytes) -> list[list[str]]:
    """The first sheet of an Excel file as text; a formula would show as one."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(f".//{main}f") is None, "a cell became a formula"
    return [["".join(cell.itertext()) for cell in row.iter(f"{main}c")] for row in sheet.iter(f"{main}row")]


def queries(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    "path", ["/cases", "/", "/cases?view=closed", "/lookup?q=样例", "/notices", "/intake?kind=complaint&place=1-1-101"]
)
def test_as_many_queries_for_one_row_as_for_fifty(world, visit, moment, path):
    client = visit("steward1")
    counts = []
    for rows in (1, 3, 50):
        while Case.objects.count() < rows:
            case = act(
                world,
                "open",
                kind="complaint",
                who="desk",
                place="1-1-101",
                words="样例",
                customer=str(world.parties["fang"].pk),
            )
            if "closed" in path:
                act(world, "withdraw", case)
        index(world)
        counts.append(queries(client, path))
    assert counts[0] == counts[1] == counts[2], counts


def test_a_full_page_has_at_most_sixty_thousand_bytes(world, visit, moment):
    """A page of fifty with clocks running, long subjects, numbers, places and names; before it is compressed."""
    words = "三号楼二单元电梯从早上起停在七层不动，按钮没有反应，老人下不了楼，请尽快派人来看"
    for _n in range(listing.PAGE + 1):
        customer = str(world.parties["fang"].pk)
        act(world, "open", kind="complaint", who="desk", place="1-1-101", words=words, customer=customer)

    page = visit("supervisor").get("/cases").content

    assert page.count(b"<tr data-row>") == listing.PAGE and page.count(b"sw-clk") == listing.PAGE
    assert len(page) <= 60_000


def test_what_people_typed_is_text_in_every_column(world, visit, moment):
    act(world, "open", kind="complaint", who="desk", place="1-1-101", words='<b title="x">样例</b>', at=MONDAY)
    Party.objects.update(name="<i>方</i>")
    Staff.objects.update(name="<u>林</u>")

    for columns in ("due,no,title,place,party,state,owner", "kind,grade,title,first,dept,cycle,opened,closed"):
        page = visit("supervisor").get(f"/cases?columns={columns}").content.decode()

        assert "&lt;b title=&quot;x&quot;&gt;" in page and "<b title" not in page
        assert "&lt;u&gt;林" in page and not re.search(r"<[iu]>[方林]", page)


def index(world):
    from shouwen.kernel.indexing import index_case

    for case in Case.objects.all():
        index_case(case, at=MONDAY)


def test_as_many_queries_for_a_long_history_as_for_a_short_one(world, visit, moment):
    case = act(world, "open", kind="complaint", who="desk", customer=str(world.parties["fang"].pk))
    client = visit("steward1")
    counts = []
    for notes in (1, 3, 50):
        while Entry.objects.filter(stream_id=case.pk, step="note").count() < notes:
            case = act(world, "note", case, who="steward1", at=moment.go(minutes=1))
        counts.append(queries(client, f"/cases/{case.no}"))
    assert counts[0] == counts[1] == counts[2], counts


def test_as_many_queries_to_choose_an_act_for_one_as_for_fifty(world, visit, moment):
    client = visit("steward1")
    counts = []
    for rows in (1, 3, 50):
        while Case.objects.count() < rows:
            act(world, "open", kind="complaint", who="desk", place="1-1-101")
        chosen = list(Case.objects.values_list("no", flat=True))
        with CaptureQueriesContext(connection) as caught:
            assert client.post("/cases/several", {"no": chosen}).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] == counts[2], counts


def test_pages_follow_one_another_without_a_gap(world, visit, moment, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 4)
    made = [act(world, "open", kind="complaint", who="desk", at=moment.go(minutes=1)).no for _n in range(10)]
    client = visit("supervisor")
    for sort, wanted in (("opened", made), ("-opened", made[::-1])):
        path, found = f"/cases?sort={sort}", []
        while path:
            response = client.get(path)
            found += numbers(response)
            more = re.search(r'<a class="sw-u" href="([^"]+)" rel="next">', response.content.decode())
            path = more[1].replace("&amp;", "&") if more else ""
        assert found == wanted
    assert client.get("/cases?after=nonsense").status_code == 200


def test_each_view_shows_its_own(world, visit, moment):
    mine = act(world, "open", kind="complaint", who="desk", place="1-1-101", at=MONDAY)
    other = act(world, "open", kind="complaint", who="desk", place="2-1-101", at=MONDAY)
    gone = act(
        world, "withdraw", act(world, "open", kind="enquiry", who="desk", place="1-1-102", at=MONDAY), at=moment.at
    )
    client = visit("supervisor")
    assert set(numbers(client.get("/cases"))) == {mine.no, other.no}
    assert numbers(client.get("/cases?view=closed")) == [gone.no]
    assert set(numbers(client.get("/cases?view=all"))) == {mine.no, other.no, gone.no}
    assert numbers(client.get("/cases?view=over")) == []
    assert numbers(visit("steward1").get("/cases?view=mine")) == [mine.no]
    moment.go(days=3)
    assert set(numbers(visit("supervisor").get("/cases?view=over"))) == {mine.no, other.no}


def test_conditions_are_chips_and_each_can_be_dropped(world, visit, moment):
    first = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    act(world, "open", kind="enquiry", who="desk", place="1-1-101")
    client = visit("supervisor")
    response = client.get("/cases?kind=complaint&place=1-1-101&state=taken&owner=" + world.staff["steward1"].number)
    html = response.content.decode()
    assert numbers(response) == [first.no]
    assert html.count("sw-chip sw-on") == 4 and "林知夏" in html
    nothing = client.get("/cases?kind=complaint&state=closed").content.decode()
    assert "没有符合条件的事项" in nothing and 'href="/cases?kind=complaint"' in nothing


def test_a_condition_nobody_declared_changes_nothing(world, visit, moment):
    case = a_case(world, "complaint")
    client = visit("supervisor")
    for path in (
        "/cases?org_id=1",
        "/cases?sort=no",
        "/cases?view=nonsense",
        "/cases?state=%00taken",
        "/cases?columns=secret",
    ):
        assert client.get(path).status_code == 200
    assert numbers(client.get("/cases?sort=party__name")) == [case.no]


def taken_out(client, **asked):
    answer = client.post("/cases/take-out", {"reason": "周例会", **asked})
    data = b"".join(answer.streaming_content)
    return data.decode("utf-8-sig") if asked["format"] == "csv" else data


def test_the_files_hold_exactly_what_is_shown(world, visit, moment):
    shown = act(world, "open", kind="complaint", who="desk", place="1-1-101", words="=1+1", at=MONDAY)
    act(world, "open", kind="enquiry", who="desk", place="2-1-101", at=MONDAY)
    client = visit("supervisor")
    client.post("/cases/columns", {"column": ["no", "title", "place", "opened", "cycle"]})
    head = ["编号", "事项", "地点", "轮次", "受理时间"]
    row = [shown.no, "'=1+1", "1-1-101", "1", "2026-11-23 10:00"]
    mark = "沈听澜（" + world.staff["supervisor"].number + "）于 2026-11-23 11:00 导出，用途：周例会。请勿外传。"
    assert list(csv.reader(io.StringIO(taken_out(client, kind="complaint", format="csv")))) == [head, row, [mark]]
    book = taken_out(client, kind="complaint", format="xlsx")
    found = [[text for text in line if text] for line in cells(book)]
    assert found == [head, [shown.no, "=1+1", "1-1-101", "1", "2026-11-23 10:00"], [mark]]
    html = client.get("/cases?kind=complaint").content.decode()
    assert re.findall(r"<th[^>]*>(?:<a[^>]*>)?([^<]+)<?", html.split("<thead>")[1].split("</thead>")[0])[-5:] == head


@pytest.mark.clause("S6-1.13")
def test_taking_a_list_out_needs_a_right_and_a_reason_and_is_on_record(world, visit, moment):
    a_case(world, "complaint")
    desk, supervisor = visit("desk"), visit("supervisor")
    assert "/cases/take-out" not in desk.get("/cases").content.decode()
    assert desk.post("/cases/take-out", {"reason": "curious", "format": "csv"}).status_code == 403
    assert desk.get("/cases/take-out").status_code == 403
    refused = supervisor.post("/cases/take-out", {"reason": " ", "format": "csv"})
    assert (refused.status_code, refused.context["refusal"].clause) == (409, "S6-1.13")
    assert not Entry.objects.filter(stream_type="export").exists()

    assert 'href="/cases/take-out?kind=complaint"' in supervisor.get("/cases?kind=complaint").content.decode()
    assert 'value="complaint"' in supervisor.get("/cases/take-out?kind=complaint").content.decode()
    taken_out(supervisor, kind="complaint", format="csv")

    entry = Entry.objects.get(stream_type="export")
    assert (entry.step, entry.actor_id) == ("export", world.staff["supervisor"].pk)
    assert EntryData.objects.get(pk=entry.pk).body == {"reason": "周例会", "conditions": {"kind": "complaint"}}


@pytest.mark.clause("S6-1.13")
def test_a_stranger_takes_nothing_out(world, visit, moment):
    a_case(world, "complaint")
    office = Office.objects.create(org=world.org, role="supervisor", site=world.places["other"])
    Holding.objects.create(org=world.org, office=office, staff=world.staff["elsewhere"], from_at=LONG_AGO)
    lines = taken_out(visit("elsewhere"), view="all", format="csv").strip().splitlines()
    assert len(lines) == 2, "the heads and the mark"


def test_columns_are_remembered_and_none_means_the_usual_ones(world, visit, moment):
    a_case(world, "complaint")
    client = visit("desk")
    client.post("/cases/columns", {"column": ["no", "title", "nonsense"], "view": "all"})
    assert Columns.objects.get().keys == "no,title"
    assert "负责人</th>" not in client.get("/cases").content.decode()
    assert "负责人</th>" in visit("desk2").get("/cases").content.decode()
    client.post("/cases/columns", {})
    assert not Columns.objects.exists()


def test_a_view_is_kept_shared_and_dropped_by_its_maker_alone(world, visit, moment):
    client, other = visit("desk"), visit("desk2")
    client.post("/cases/views", {"name": "一栋投诉", "kind": "complaint", "building": "1", "q": "方小满"})
    kept = SavedView.objects.get()
    assert kept.query == "kind=complaint&building=1", "words that were searched for may be a name and are not kept"
    assert "一栋投诉" in client.get("/cases").content.decode()
    assert "一栋投诉" not in other.get("/cases").content.decode()
    client.post("/cases/views", {"name": "一栋投诉", "kind": "complaint", "shared": "on"})
    assert SavedView.objects.count() == 1
    assert "一栋投诉" in other.get("/cases").content.decode()
    assert other.post(f"/cases/views/{kept.pk}/drop").status_code == 404
    assert client.post(f"/cases/views/{kept.pk}/drop").status_code == 302
    assert not SavedView.objects.exists()


def test_a_shared_view_shows_each_only_their_own(world, visit, moment):
    case = a_case(world, "complaint")
    visit("desk").post("/cases/views", {"name": "全部", "view": "all", "shared": "on"})
    assert numbers(visit("desk2").get("/cases?view=all")) == [case.no]
    assert numbers(visit("nobody").get("/cases?view=all")) == []


def test_several_take_one_act_each_with_its_own_outcome(world, visit, moment):
    mine = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    hers = act(world, "open", kind="complaint", who="desk", place="2-1-101")
    client = visit("steward1")
    chosen = {"no": [mine.no, hers.no]}
    assert "着手处理" in client.post("/cases/several", chosen).content.decode()
    form = {**chosen, "_step": "take_up", "_take": "1", "_key": "press", "note": "一起看"}
    assert hers.no not in client.post("/cases/several", form).content.decode(), "what one may not see is not acted on"
    mine.refresh_from_db(), hers.refresh_from_db()
    assert (mine.state, hers.state) == ("in_hand", "taken")
    again = client.post("/cases/several", form).content.decode()
    assert Entry.objects.filter(step="take_up").count() == 1
    assert "sw-red" not in again, "sent twice, done once, told as done"


def test_one_that_is_refused_stops_no_other(world, visit, moment):
    taken = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    moved = act(world, "take_up", act(world, "open", kind="complaint", who="desk", place="1-1-101"), who="steward1")
    html = (
        visit("steward1")
        .post("/cases/several", {"no": [moved.no, taken.no], "_step": "take_up", "_take": "1", "_key": "k"})
        .content.decode()
    )
    assert html.count("sw-red") == 1
    taken.refresh_from_db()
    assert taken.state == "in_hand"


def test_several_without_a_needed_answer_keep_what_was_typed(world, visit, moment):
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101")
    response = visit("steward1").post(
        "/cases/several", {"no": [case.no], "_step": "inform", "_take": "1", "_key": "k", "how": "letter"}
    )
    html = response.content.decode()
    assert response.status_code == 422 and '<option value="letter" selected>' in html and 'aria-invalid="true"' in html
    assert visit("steward1").post("/cases/several", {}).status_code == 302


def test_everything_counts_at_most_a_thousand(world, visit, moment, monkeypatch):
    from shouwen.desk import counts

    monkeypatch.setattr(counts, "MOST", 2)
    for _n in range(4):
        act(world, "open", kind="complaint", who="desk", place="1-1-101")
    assert "<b>2+</b>" in visit("supervisor").get("/cases").content.decode()


def test_a_full_page_is_light(world, visit, moment):
    for _n in range(50):
        act(
            world,
            "open",
            kind="complaint",
            who="desk",
            place="1-1-101",
            words="电梯停了，老人上不了楼，已经第三次了，请尽快来看",
        )
    client = visit("supervisor", language="en")
    response = client.get("/cases")
    assert len(numbers(response)) == 50
    assert len(response.content) <= 60_000
