"""The report of promises: shares from the clocks, each figure opening its cases, files with the same numbers."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shouwen.desk import lengths, report
from shouwen.kernel import figures, tallies
from shouwen.kernel.models import Case, Clock
from tests.papers import pages_of
from tests.support import act, travel
from tests.world import MONDAY, at

NOW = at("2026-11-25 09:00")


@pytest.fixture
def november(world):
    """Three answers in time, one late, one never; in two buildings."""
    for unit, hours in (("1-1-101", 1), ("1-1-102", 3), ("2-1-101", 2), ("2-1-102", 40), ("2-1-102", 0)):
        case = act(world, "open", kind="enquiry", who="desk", at=MONDAY - timedelta(days=6), place=unit)
        if hours:
            act(world, "reply", case, who="desk", at=MONDAY - timedelta(days=6) + timedelta(hours=hours))
    travel(NOW)
    figures.fold_deltas(at=NOW)
    return world


def asked(world, who="director", **query):
    question = report.asked({"from": "2026-11-01", "until": "2026-11-24", **query}, at=NOW)
    return report.build(question, world.actor(who, at=NOW))


def answers(found) -> report.Row:
    return next(row for row in found.rows if row.only.get("key") == "answer_by")


@pytest.mark.clause("S6-1.03")
def test_share_is_kept_of_all_that_ended_and_never_rounded_up(november):
    row = answers(asked(november))
    assert (row.counts["kept"], row.counts["late"]) == (3, 1)
    assert row.share == 75.0
    assert report.share({**report.none(), "kept": 1999, "late": 1}) == 99.9
    assert report.share(report.none()) is None


@pytest.mark.clause("S6-1.03")
@pytest.mark.parametrize("by", report.GROUPS)
def test_every_grouping_adds_up_to_the_clocks_themselves(november, by):
    found = asked(november, by=by)
    ended = Clock.objects.filter(verdict__isnull=False)
    assert found.total.counts == {name: ended.filter(verdict=name).count() for name in report.SHOWN}
    assert report.added(row.counts for row in found.rows) == found.total.counts


@pytest.mark.clause("S6-1.03")
@pytest.mark.parametrize("by", report.GROUPS)
def test_each_figure_opens_exactly_its_cases(november, client, by):
    client.force_login(november.accounts["director"])
    page = client.get("/promises", {"from": "2026-11-01", "until": "2026-11-24", "by": by})
    looked = 0
    for _row, cells in page.context["rows"]:
        for name, count, href in cells:
            if count:
                opened = client.get("/promises" + href)
                assert (len(opened.context["behind"]), opened.context["hidden"]) == (count, 0)
                assert {clock.verdict for clock in opened.context["behind"]} == {name}
                looked += 1
    assert looked > 0


def test_cases_that_are_not_ones_own_are_counted_but_not_shown(november):
    rows = report.ended(report.asked({"from": "2026-11-01", "until": "2026-11-24"}, at=NOW), november.actor("steward1"))
    mine, hidden = report.cases_behind(rows, november.actor("steward1", at=NOW), most=50)
    assert {clock.case.owner for clock in mine} == {november.staff["steward1"]}
    assert len(mine) + hidden == rows.count() and hidden > 0


def test_building_and_person_are_filters_of_both_figures_and_cases(november):
    building = str(november.places["b2"].pk)
    found = asked(november, building=building)
    counts = answers(found).counts
    assert (counts["kept"], counts["late"]) == (1, 1)
    rows = report.ended(found.question, november.actor("director", at=NOW), answers(found).only)
    assert {clock.case.building_id for clock in rows.select_related("case")} == {november.places["b2"].pk}


def test_other_days_hold_nothing(november):
    assert asked(november, **{"from": "2026-10-01", "until": "2026-10-31"}).rows == []


def test_days_compared_are_of_equal_length_and_shown_as_points(november):
    question = report.asked({"from": "2026-11-11", "until": "2026-11-20", "compare": "before"}, at=NOW)
    assert (question.earlier().since, question.earlier().until) == (date(2026, 11, 1), date(2026, 11, 10))
    year = report.asked({"from": "2028-02-29", "until": "2028-02-29", "compare": "year"}, at=NOW).earlier()
    assert (year.since, year.until) == (date(2027, 2, 28), date(2027, 2, 28))
    row = report.Row(
        (), "", counts={**report.none(), "kept": 3, "late": 1}, before={**report.none(), "kept": 1, "late": 1}
    )
    assert row.change == 25.0


def test_median_and_ninetieth_percentile_are_by_nearest_rank(november):
    assert [lengths.nearest_rank([1.0, 2.0, 3.0, 4.0], p) for p in (25, 50, 90, 100)] == [1.0, 2.0, 4.0, 4.0]
    found = asked(november)
    lengths.add_times(found, november.actor("director", at=NOW))
    assert (answers(found).median, answers(found).most) == (2 * 3600.0, 40 * 3600.0)
    steps = [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert [lengths.rank_of(steps, p) for p in (25, 50, 90, 100)] == [60.0, 120.0, 240.0, 240.0]
    assert lengths.rank_of([(5, 9), (7, 1)], 90) == 300.0


@pytest.mark.parametrize("by", ["", "person", "building"])
def test_lengths_are_those_of_the_clocks_that_are_counted(november, by):
    only = {by: next(row.only[by] for row in asked(november, by=by).rows if row.counts["kept"])} if by else {}
    found, actor = asked(november, **only), november.actor("director", at=NOW)
    lengths.add_times(found, actor)
    judged = Q(stopped_at__isnull=False, verdict__in=("kept", "late"))
    for row in found.rows:
        clocks = report.ended(found.question, actor, row.only).filter(judged)
        spans = sorted((clock.stopped_at - clock.starts_at).total_seconds() for clock in clocks)
        spans = spans if by else [60.0 * tallies.in_steps(seconds) for seconds in spans]
        assert row.median == (pytest.approx(lengths.nearest_rank(spans, 50), abs=0.001) if spans else None)
    assert any(row.median for row in found.rows)


@pytest.mark.parametrize(
    "query",
    [{"from": "nonsense"}, {"from": "2026-11-30", "until": "2026-11-01"}, {"days": "9x"}, {"by": "moon"}, {"building": "x"},
     {"person": "9" * 40}, {"look": "moon"}, {"look": "late", "page": "-1"}, {"clause": "\x00"}],
)  # fmt: skip
def test_what_cannot_be_read_falls_back(november, client, query):
    client.force_login(november.accounts["director"])
    assert client.get("/promises", query).status_code == 200


def test_excel_holds_the_same_numbers_and_no_formula(november, client):
    Case.objects.update(title="=cmd()")
    client.force_login(november.accounts["director"])
    answer = client.get("/promises", {"from": "2026-11-01", "until": "2026-11-24", "format": "xlsx"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 3
    assert not any("<f>" in book.read(name).decode() for name in sheets)
    first = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>75</v>" in first
    late = Clock.objects.filter(verdict__in=("late", "broken")).count()
    assert len(re.findall("<row ", book.read("xl/worksheets/sheet3.xml").decode())) == late + 1


def test_paper_holds_the_share_and_the_weeks(november, client, pango):
    client.force_login(november.accounts["director"])
    page = client.get("/promises", {"from": "2026-11-01", "until": "2026-11-24", "format": "pdf"})
    text = "".join(pages_of(page.content))
    assert [word for word in ("承诺兑现报告", "2026-11-01", "75.0%", "次日前答复", "S6-1.11") if word not in text] == []
    assert client.get("/promises", {"format": "paper"}).status_code == 200


def test_number_of_queries_does_not_grow_with_what_ended(november, client):
    client.force_login(november.accounts["director"])
    client.get("/promises")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/promises", {"from": "2026-11-01", "until": "2026-11-24"})
    for _n in range(6):
        case = act(november, "open", kind="enquiry", who="desk", at=MONDAY - timedelta(days=6))
        act(november, "reply", case, who="desk", at=MONDAY - timedelta(days=5))
    figures.fold_deltas(at=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get("/promises", {"from": "2026-11-01", "until": "2026-11-24"})
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("who", "status"), [("fang", 404), ("fitter", 403), ("nobody", 403), ("steward1", 200), ("manager", 200)]
)
def test_who_may_read_it(november, client, who, status):
    client.force_login(november.accounts[who])
    assert client.get("/promises").status_code == status


def test_page_speaks_both_languages(november, client):
    client.force_login(november.accounts["director"])
    assert "承诺兑现" in client.get("/promises").content.decode()
    november.accounts["director"].language = "en"
    november.accounts["director"].save()
    text = client.get("/promises", {"by": "week", "compare": "year"}).content.decode()
    assert "Promises kept" in text
    assert not re.search(
        "[一-鿿]{2}",
        re.sub("(?s)<(title|option)[^>]*>.*?</(title|option)>|叶清和|陆行舟|沈听澜|程远山|青禾苑|栋", "", text),
    )


def test_addresses_keep_what_was_asked():
    with translation.override("en"):
        question = report.asked({"days": "90", "by": "kind", "compare": "before", "kind": "enquiry"}, at=NOW)
        assert parse_qs(urlsplit(question.address(by="week")).query) == {
            "by": ["week"], "compare": ["before"], "kind": ["enquiry"], "days": ["90"],
        }  # fmt: skip
        assert parse_qs(urlsplit(question.address(kind="")).query) == {
            "by": ["kind"],
            "compare": ["before"],
            "days": ["90"],
        }
