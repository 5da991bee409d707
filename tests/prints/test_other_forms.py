"""维修工单, 日清单, 投诉回复函, 投诉记录汇总表: what must stand on each."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from shouwen.desk import dossier, prints
from shouwen.ground.actors import system_actor
from shouwen.kernel.models import Case
from shouwen.kernel.perform import perform
from shouwen.kernel.registry import kinds
from tests.papers import drawn, pages_of, pictures_in
from tests.support import a_case, act
from tests.world import MONDAY, at

NOW = at("2026-11-25 10:12")


def pdf(world, case: Case, key: str, *, who: str = "supervisor", language: str = "zh-hans") -> bytes:
    form = next(form for form in kinds[case.kind].prints if form.key == key)
    with translation.override(language):
        return prints.pdf_of(prints.html_of(case, form, actor=world.actor(who), at=NOW, pdf=True))


def mended(world) -> Case:
    customer = str(world.parties["fang"].pk)
    case = act(
        world, "open", kind="repair", who="desk", at=at("2026-11-17 09:02"), place="1-1-101", customer=customer,
        words="厨房水槽下漏水", trade="water",
    )  # fmt: skip
    act(world, "assign", case, at=at("2026-11-17 09:04"), assignee=world.staff["fitter"].number)
    act(world, "take_on", case, who="fitter", at=at("2026-11-17 09:06"))
    act(world, "arrive", case, who="fitter", at=at("2026-11-17 09:14"))
    lines = [{"item": "更换角阀", "quantity": 2, "unit_fen": 4500}, {"item": "人工", "quantity": 1, "unit_fen": 8000}]
    act(world, "quote", case, who="fitter", at=at("2026-11-17 09:20"), lines=lines)
    act(world, "accept_quote", case, who="fitter", at=at("2026-11-17 09:22"), how="in_person", sign_off=drawn())
    done = {"result": "换了两只角阀", "told": "请留意一天"}
    act(world, "finish", case, who="fitter", at=at("2026-11-17 10:10"), **done)
    act(world, "satisfied", case, who="fitter", at=at("2026-11-17 10:12"), how="in_person", sign_off=drawn(), score="5")
    return Case.objects.get(pk=case.pk)


@pytest.mark.clause("S6-2.10 S6-2.28")
def test_work_order_holds_times_quote_checklist_result_and_signature(world, pango):
    data = pdf(world, mended(world), "work_order")
    text = "".join(pages_of(data))
    must = (
        "维修工单", "方小满", "厨房水槽下漏水", "方可", "更换角阀", "¥45.00", "¥90.00", "¥170.00", "换了两只角阀", "试水不漏",
        "15分钟到场按时", "11-1709:14（按时，限11-1709:17）", "屏幕签字",
    )  # fmt: skip
    assert [word for word in must if word not in text] == []
    assert (pictures_in(data), len(pages_of(data))) == (1, 1)


def test_work_order_of_a_free_repair_has_no_quote(world, pango):
    text = "".join(pages_of(pdf(world, a_case(world, "repair", "assigned"), "work_order")))
    assert ("免费" in text, "单价" in text, "屏幕签字" in text) == (True, False, False)


@pytest.mark.clause("S6-1.01")
def test_clearing_list_holds_its_lines_and_says_that_it_is_not_signed(world, pango):
    case = a_case(world, "complaint", "taken", at=at("2026-11-23 10:00"))
    data = {"place": world.places["site"], "day": date(2026, 11, 24)}
    entry = perform("open", kind="clearance", actor=system_actor(world.org.pk), at=at("2026-11-24 08:00"), data=data)
    text = "".join(pages_of(pdf(world, Case.objects.get(pk=entry.stream_id), "clearing_list")))
    assert [word for word in ("日清单", "2026-11-24", case.no, "林知夏", "未签") if word not in text] == []


@pytest.mark.clause("S6-1.01")
def test_clearing_list_of_a_full_day_is_one_page_with_the_name_of_whoever_signed(world, pango):
    day = at("2026-11-24 08:00")
    for _n in range(22):
        a_case(world, "complaint", "taken", at=at("2026-11-23 10:00"))
    data = {"place": world.places["site"], "day": date(2026, 11, 24)}
    entry = perform("open", kind="clearance", actor=system_actor(world.org.pk), at=day, data=data)
    case = Case.objects.get(pk=entry.stream_id)
    for row in Case.objects.filter(kind="complaint"):
        act(world, "inform", row, who="steward1", at=at("2026-11-24 09:00"), told="正在办")
    act(world, "sign", case, who="supervisor", at=at("2026-11-24 18:10"))
    pages = pages_of(pdf(world, Case.objects.get(pk=case.pk), "clearing_list"))
    assert len(pages) == 1
    assert [word for word in ("沈听澜2026-11-2418:10", "迟了") if word not in pages[0]] == []


@pytest.mark.clause("S6-12.13")
def test_reply_letter_tells_cause_measure_and_result_to_the_customer(world, pango):
    customer = str(world.parties["fang"].pk)
    case = act(world, "open", kind="complaint", who="desk", place="1-1-101", customer=customer)
    done = {"cause": "线路老化", "measure": "更换线路", "result": "已恢复"}
    act(world, "resolve", case, who="steward1", **done)
    text = "".join(pages_of(pdf(world, Case.objects.get(pk=case.pk), "reply_letter")))
    assert [
        word for word in ("方小满", case.no, "线路老化", "更换线路", "已恢复", "青禾物业") if word not in text
    ] == []


@pytest.mark.clause("S1-10")
def test_record_of_handling_tells_the_time_of_each_stage_apart(world, pango):
    case = act(world, "open", kind="complaint", who="desk", at=at("2026-11-17 09:02"), place="1-1-101", elsewhere=True)
    act(world, "refer", case, who="desk", at=at("2026-11-17 09:21"), note="请查")
    act(world, "acknowledge", case, who="engineering", at=at("2026-11-17 09:53"))
    text = "".join(pages_of(pdf(world, Case.objects.get(pk=case.pk), "handling_record")))
    must = ("客户投诉处理表", "转到责任部门", "19分", "责任部门接收", "32分", "逾期完成2分", "石开阳", "有效")
    assert [word for word in must if word not in text] == []


@pytest.mark.clause("S6-2.28")
def test_record_of_a_follow_up_holds_case_answers_and_result(world, pango):
    case = act(world, "record", a_case(world, "followup"), words="师傅很客气")
    text = "".join(pages_of(pdf(world, Case.objects.get(pk=case.pk), "followup_record")))
    must = ("回访记录表", case.sheet.about.no, "师傅很客气", "很满意", "结果满意")
    assert [word for word in must if word not in text] == []


@pytest.mark.clause("S6-12.06")
def test_summary_of_a_month_holds_each_complaint_on_landscape_paper(world, pango):
    import pypdfium2

    cases = [a_case(world, "complaint", "told", at=MONDAY) for _n in range(3)]
    data = {"place": world.places["site"], "month": date(2026, 11, 1)}
    entry = perform(
        "open", kind="complaint_month", actor=system_actor(world.org.pk), at=at("2026-12-01 08:00"), data=data
    )
    made = pdf(world, Case.objects.get(pk=entry.stream_id), "complaint_summary")
    text = "".join(pages_of(made))
    assert [case.no for case in cases if case.no not in text] == []
    width, height = pypdfium2.PdfDocument(made)[0].get_size()
    assert width > height


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_form_of_every_kind_is_set_in_both_languages(world, language):
    """Each declared form has its template and needs nothing that a fresh case has not."""
    for kind in kinds.values():
        for form in kind.prints if kind.__module__.startswith("shouwen.") else ():
            case = a_case(world, kind.key)
            with translation.override(language):
                page = prints.html_of(case, form, actor=world.actor("director"), at=NOW)
            assert case.no in page and "style=" not in page


def test_amounts_and_moments_are_written_in_full():
    assert (dossier.money(17005), dossier.money(5)) == ("¥170.05", "¥0.05")
    assert dossier.moment(at("2025-12-31 23:59"), year=2026) == "2025-12-31 23:59"
    assert dossier.moment(at("2026-12-31 23:59"), year=2026) == "12-31 23:59"
