"""业主投诉处理单: what must stand on it, on paper and on the screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from shouwen.desk import prints
from shouwen.desk.templatetags import paper
from shouwen.ground.models import Place
from shouwen.kernel.erase import erase_party
from shouwen.kernel.models import Case
from shouwen.kernel.reading import lines_of
from shouwen.kernel.seals import seal_day
from tests.papers import drawn, pages_of, pictures_in
from tests.support import a_case, act, travel
from tests.world import MONDAY, at

MUST = (
    "业主投诉处理单", "方小满", "卫生间顶板渗水", "林知夏", "顾南星", "工程部", "请查漏点", "防水涂层开裂", "涂两遍", "当日未见渗水",
    "刷过的地方又滴水", "止水带未闭合", "凿开重做", "两次复查无渗漏", "第1轮", "第2轮", "不满意", "客户满意", "屏幕签字", "S6-12.11",
)  # fmt: skip


def two_cycles(world) -> Case:
    customer = str(world.parties["fang"].pk)
    case = act(
        world, "open", kind="complaint", who="desk", at=at("2026-11-17 09:02"), place="1-1-101", customer=customer,
        words="卫生间顶板渗水，滴到洗衣机上。", elsewhere=True, channel="phone",
    )  # fmt: skip
    act(world, "refer", case, who="desk", at=at("2026-11-17 09:21"), note="请查漏点")
    act(world, "acknowledge", case, who="engineering", at=at("2026-11-17 09:53"))
    done = {"cause": "原防水涂层开裂", "measure": "基层清理，涂两遍", "result": "当日未见渗水"}
    act(world, "give_back", case, who="engineering", at=at("2026-11-17 16:40"), **done)
    act(world, "tell", case, who="steward1", at=at("2026-11-17 17:05"), told="已做防水", how="phone")
    travel(at("2026-11-20 08:00"))
    said = {"how": "phone", "words": "刷过的地方又滴水", "opinion": "刷过的地方又滴水"}
    act(world, "unsatisfied", case, who="desk", at=at("2026-11-20 16:20"), **said)
    done = {"cause": "淋浴间止水带未闭合", "measure": "凿开重做", "result": "两次复查无渗漏"}
    act(world, "resolve", case, who="steward1", at=at("2026-11-21 10:40"), **done)
    act(world, "tell", case, who="steward1", at=at("2026-11-21 15:10"), told="请看", how="in_person")
    travel(at("2026-11-25 08:00"))
    return act(world, "satisfied", case, who="desk", at=at("2026-11-25 10:05"), how="in_person", sign_off=drawn())


def pdf(world, case: Case, *, who: str = "desk", language: str = "zh-hans") -> bytes:
    with translation.override(language):
        page = prints.html_of(case, case.spec.prints[0], actor=world.actor(who), at=at("2026-11-25 10:12"), pdf=True)
        return prints.pdf_of(page)


@pytest.mark.clause("S6-12.11")
def test_paper_holds_every_cycle_with_its_causes_measures_follow_ups_and_the_signature(world, pango):
    case = two_cycles(world)
    data = pdf(world, case)
    pages = pages_of(data)

    assert [word for word in MUST if word not in "".join(pages)] == []
    assert f"编号{case.no}第1页，共1页" in pages[0]
    assert pictures_in(data) == 1
    assert "逾期完成2分，限11-1709:51" in pages[0]
    assert "进展回复1/" in pages[0]


def test_paper_says_which_record_and_seal_it_was_made_from_and_who_printed_it(world, pango):
    case = a_case(world, "complaint", "in_hand")
    seal = seal_day(world.org.pk, at=at("2026-11-24 23:00"))
    text = pages_of(pdf(world, case))[0]

    assert f"封签2026-11-24·{seal.root[:12].upper()}" in text
    assert f"记录2条，末条{Case.objects.get(pk=case.pk).head_hash[:12].upper()}" in text
    assert "印于2026-11-2510:12顾南星" in text


def test_paper_in_english_has_english_words(world, pango):
    text = pages_of(pdf(world, two_cycles(world), language="en"))[0]
    assert [word for word in ("Complainthandlingform", "Cycle2", "Notsatisfied", "page1of1") if word not in text] == []
    assert [word for word in MUST[:1] if word in text] == []


def test_long_case_goes_on_over_pages_that_each_bear_its_number(world, pango):
    case = a_case(world, "complaint", "told")
    for turn in range(2, 9):
        day = MONDAY + timedelta(days=turn)
        act(world, "unsatisfied", case, who="desk", at=day)
        for hour, step in enumerate(("resolve", "tell"), start=1):
            act(world, step, case, who="steward1", at=day + timedelta(hours=hour))
    pages = pages_of(pdf(world, Case.objects.get(pk=case.pk)))

    assert len(pages) >= 2
    assert [f"编号{case.no}第{n}页，共{len(pages)}页" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


def test_words_of_a_customer_are_words_and_load_nothing(world, pango, tmp_path):
    (tmp_path / "sign.png").write_bytes(drawn().read())
    sly = f'<img src="file://{tmp_path}/sign.png"><b>粗</b>'
    case = act(world, "open", kind="complaint", who="desk", words=sly)
    data = pdf(world, case)
    assert (pictures_in(data), '<imgsrc="file://' in pages_of(data)[0]) == (0, True)
    assert pictures_in(prints.pdf_of(sly)) == 0


def test_erased_words_and_signature_are_gone_from_the_form(world, pango):
    case = two_cycles(world)
    erase_party(world.parties["fang"], actor=world.actor("manager"), at=at("2026-11-25 11:00"), reason="PIPL 47")
    data = pdf(world, Case.objects.get(pk=case.pk))
    text = "".join(pages_of(data))
    assert [word for word in ("方小满", "渗水", "滴水", "止水带") if word in text] == []
    assert (pictures_in(data), "已擦除" in text, case.no in text) == (0, True, True)


def test_several_cases_make_one_file_each_counting_its_own_pages(world, pango):
    cases = [a_case(world, "complaint", "told") for _n in range(2)]
    with translation.override("zh-hans"):
        papers = [
            prints.html_of(case, case.spec.prints[0], actor=world.actor("desk"), at=MONDAY, pdf=True) for case in cases
        ]
        pages = pages_of(prints.pdf_of(*papers))
    assert [f"编号{case.no}第1页，共1页" in page for case, page in zip(cases, pages, strict=True)] == [True, True]


def test_fonts_are_read_once_in_a_process(pango):
    assert prints._fonts() is prints._fonts()


def test_page_on_the_screen_is_the_paper(world, client):
    case = two_cycles(world)
    client.force_login(world.accounts["desk"])
    page = client.get(f"/cases/{case.no}/print/complaint_form")
    assert page.status_code == 200
    text = "".join(page.content.decode().split())
    assert [word for word in MUST if word not in text] == []
    assert ("style=" in page.content.decode(), "<script" in page.content.decode()) == (False, False)


def test_pdf_comes_by_the_same_address(world, client, pango):
    case = a_case(world, "complaint", "told")
    client.force_login(world.accounts["desk"])
    page = client.get(f"/cases/{case.no}/print/complaint_form", {"format": "pdf"})
    assert (page["Content-Type"], page.content[:5]) == ("application/pdf", b"%PDF-")
    assert page["Content-Disposition"] == f'inline; filename="{case.no}-complaint_form.pdf"'


def test_without_pango_the_page_says_so_and_the_screen_still_shows_the_form(world, client, monkeypatch):
    case = a_case(world, "complaint", "told")
    client.force_login(world.accounts["desk"])

    def missing():
        raise prints.PdfMissing("libpango")

    monkeypatch.setattr(prints, "_weasyprint", missing)
    prints._fonts.cache_clear()
    answer = client.get(f"/cases/{case.no}/print/complaint_form", {"format": "pdf"})
    assert (answer.status_code, "Pango" in answer.content.decode()) == (503, True)
    assert client.get(f"/cases/{case.no}/print/complaint_form").status_code == 200


@pytest.mark.clause("S6-12.03")
def test_settled_on_the_spot_has_no_form(world, client):
    case = act(world, "settled", kind="complaint", who="desk")
    client.force_login(world.accounts["desk"])
    assert prints.forms_of(case, lines_of(case, actor=world.actor("desk"))) == []
    assert client.get(f"/cases/{case.no}/print/complaint_form").status_code == 404


@pytest.mark.parametrize("who", ["elsewhere", "nobody", "fang", "zeng"])
def test_form_is_not_there_for_strangers_and_customers(world, client, who):
    case = a_case(world, "complaint", "told", customer=str(world.parties["fang"].pk))
    client.force_login(world.accounts[who])
    assert client.get(f"/cases/{case.no}/print/complaint_form").status_code == 404


def test_a_home_stands_on_paper_as_people_say_it_and_a_number_as_it_is_read_aloud(world):
    home, contact = world.home, world.parties["fang"].contacts.first()
    home.name = "101 室"
    contact.normal, contact.shown = "+8613800003857", "13800003857"
    garden = Place(kind="common", code="HY", name="中心花园")
    assert (paper.home(home), paper.home(garden), paper.home(None)) == ("1-1-101", "中心花园", "—")
    assert paper.number(contact) == "138 0000 3857"
