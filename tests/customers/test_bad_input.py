"""Bad input of every kind gets its sentence, in the language of whoever made it, and nothing is half-done."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shouwen.kernel.refusals import Invalid, Refusal
from shouwen.kernel.registers import register
from shouwen.rooms.customers import merging, own_data, sheets
from tests.customers.test_import import HOMES, bomb, good, looked, xlsx
from tests.customers.test_page import page_of
from tests.oldexcel import xls
from tests.support import unchanged
from tests.world import MONDAY, World

DAY = date(2026, 1, 1)


def said(world: World, card: str, /, **values: Any) -> str:
    """What a card answers to wrong values; nothing has changed."""
    with unchanged(), pytest.raises(Invalid) as caught:
        register(card).add(values, actor=world.actor("desk"), at=MONDAY)
    return " ".join(text for texts in caught.value.errors.values() for text in texts)


def test_a_card_says_what_is_wrong(world):
    fang, home = world.parties["fang"], world.home
    answers = {
        "identity number": said(world, "identity", party=fang, kind="resident_id", number="330106199003071239"),
        "impossible date": said(world, "role", party=fang, place=home, role="FAMILY", from_date="2026-02-30"),
        "emoji name": said(world, "party", kind="person", name="🐦‍⬛🙂"),
        "long company": said(world, "party", kind="company", name="长" * 300),
        "letters in a phone": said(world, "contact", party=fang, kind="phone", shown="138OO13"),
    }
    assert answers == {
        "identity number": "号码有误：末位校验不符。", "impossible date": "输入一个有效的日期。", "emoji name": "姓名至少要有一个文字。",
        "long company": "确保该变量包含不超过 120 字符 (目前字符数 300)。", "letters in a phone": "这不是电话号码。",
    }  # fmt: skip


def test_owners_of_one_and_a_half_homes_are_refused(world):
    home, add = world.places["1-1-102"], {"actor": world.actor("desk"), "at": MONDAY}
    values = {"place": home, "from_date": DAY, "share": 7500}
    register("role").add({"party": world.parties["fang"], "role": "OWNER", **values}, **add)
    assert "25" in said(world, "role", party=world.parties["zeng"], role="CO_OWNER", **values)


def test_a_card_is_not_merged_with_itself(world):
    fang = world.parties["fang"]
    with unchanged(), pytest.raises(Refusal, match="不能与自己合并"):
        merging.merge(fang, fang, actor=world.actor("desk"), at=MONDAY)
    desk = page_of(world, "desk")
    desk.get(f"/customers/{fang.pk}")
    with unchanged():
        answer = desk.post(f"/customers/{fang.pk}/merge/{fang.pk}")
    assert answer.status_code == 409 and "不能与自己合并" in answer.content.decode()


def test_rows_of_a_register_are_named_one_by_one(world):
    rows = [good(HOMES, n) for n in range(8)]
    for at, column, value in (
        (1, "身份证号", "330106199003071239"), (2, "楼号", "99"), (3, "手机号", "138OO13"), (4, "业主名称", "🙂"),
        (5, "业主名称", "长" * 300), (6, "房间", 1000),
    ):  # fmt: skip
        rows[at][HOMES.index(column)] = value
    rows[6][HOMES.index("楼号")] = 1
    with unchanged():
        bad = looked(world, xlsx({"表": [HOMES, *rows]})).bad
    assert [(told.number, told.errors[0][0]) for told in bad] == [
        (3, "身份证号"), (4, "楼号"), (5, "手机号"), (6, "业主名称"), (7, "业主名称"), (8, "房间"),
    ]  # fmt: skip
    assert all(told.errors[0][1].endswith("。") for told in bad)


def far_cell() -> bytes:
    """Two cells in the outermost corners of a sheet: a reader that lays the sheet out needs more memory than there is."""
    out = io.BytesIO()
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    names = "http://schemas.openxmlformats.org/"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{names}package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{names}package/2006/relationships"><Relationship Id="r1" Target="xl/workbook.xml" '
        f'Type="{names}officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{names}spreadsheetml/2006/main" xmlns:r="{names}officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{names}package/2006/relationships"><Relationship Id="r1" '
        f'Target="worksheets/sheet1.xml" Type="{names}officeDocument/2006/relationships/worksheet"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{names}spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>',
    }  # fmt: skip
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def broken_old() -> bytes:
    whole = bytearray(xls([["姓名", "电话"], *[[f"钱{n}", "13900000001"] for n in range(60)]]))
    whole[512:1024] = bytes(512)  # every sector follows itself
    return bytes(whole)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("业主.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "既不是 Excel，也不是文本表格"),
        ("业主.xls", lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, "既不是 Excel，也不是文本表格"),
        ("业主.xlsx", bomb, "解压后过大"), ("业主.xlsx", far_cell, "Excel"), ("业主.xls", broken_old, "不是可以读取的 Excel"),
        ("业主.csv", lambda: b"a,b\n" * 1_000_000, "最多 100000 行"),
    ],
    ids=["picture", "photo", "bomb", "far cell", "circle", "a million rows"],
)  # fmt: skip
def test_a_file_that_is_none_or_far_too_much_gets_its_sentence(world, name, data, sentence):
    """The page answers in words, the server goes on, and nothing is kept of the file."""
    sent = {"file": SimpleUploadedFile(name, data()), "site": str(world.places["site"].pk), "_do": "look"}
    supervisor = page_of(world, "supervisor")
    with unchanged():
        answer = supervisor.post("/customers/import", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    alert = page.split('role="alert"')[1].split("</div>")[0]
    assert sentence in alert or (sentence == "Excel" and "行" in alert), alert


def test_a_million_rows_of_excel_are_refused_before_they_are_laid_out():
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    for at in range(sheets.ROWS + 2):
        sheet.write_row(at, 0, ("钱", at))
    book.close()
    with pytest.raises(Refusal, match="100000"):
        sheets.read(out.getvalue(), "a.xlsx")


def test_an_export_without_a_right_gives_nothing(world):
    fang = world.parties["fang"]
    for who in ("desk", "steward1"):
        with unchanged(), pytest.raises(Refusal):
            own_data.give(fang, actor=world.actor(who), at=MONDAY, reason="好奇")
        client = page_of(world, who)
        client.get(f"/customers/{fang.pk}")
        with unchanged():
            assert client.post(f"/customers/{fang.pk}/own-data", {"reason": "好奇"}).status_code == 403
    with unchanged(), pytest.raises(Refusal):
        own_data.give(fang, actor=world.actor("supervisor"), at=MONDAY, reason=" ")
