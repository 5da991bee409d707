"""Registers of other systems taken in: understood by their headings, every bad row named, whole or not at all, taken back."""

from __future__ import annotations

import io
import json
import random
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter

from shouwen.ground.models import ContactPoint, Identity, Party, Place, Role, Vehicle
from shouwen.kernel import audit
from shouwen.kernel.models import Entry
from shouwen.kernel.refusals import NotAllowed, Refusal
from shouwen.rooms.customers import headings, importing, running, sheets
from shouwen.rooms.customers.models import ImportRun
from tests.customers.test_finding import names as found_names
from tests.ground.test_identity import resident
from tests.support import a_case, everything, unchanged
from tests.world import MONDAY, World

HOMES = "楼号 单元 房间 楼层 建筑面积 室内面积 房屋状态 业主名称 性别 手机号 身份证号 业主类型".split()
OWNERS = "编号 业主名称 性别 年龄 手机号 身份证号 业主类型 业主编号".split()
DOORS = "楼栋号 单元编号 总层数 是否有电梯".split()
SPACES = "停车场编号 车位编码 停车场类型 面积 业主编号 车牌号 车品牌 颜色 开始时间 结束时间".split()
LINKED = "房屋编号 楼栋编号 单元编号 房屋楼层 房屋户型 建筑面积 业主编号 房屋费用 费用开始时间 房屋类型 室内面积 租金".split()
GIVEN = "安平 宁远 怀瑾 若水 清越 知行 望舒 长风 听雨 南乔".split()


def good(columns: list[str], n: int) -> list[Any]:
    """The nth row of a register, everything in it invented and right."""
    number = resident(f"33010619{60 + n % 40}0{1 + n % 9}{10 + n % 18}{n % 1000:03d}")
    said = {
        "楼号": 1 + n % 2, "楼栋号": f"{20 + n}", "楼栋编号": "1", "单元": 1, "单元编号": f"{1 + n % 2}", "房间": 1000 + n, "房屋编号": f"{2000 + n}",
        "楼层": 10, "房屋楼层": "10", "总层数": 18, "是否有电梯": "有", "建筑面积": 89.5, "室内面积": "72.25", "房屋状态": "已入住", "租金": 0,
        "业主名称": f"钱{GIVEN[n % 10]}{n}", "性别": "女", "年龄": 40, "手机号": f"139{n:08d}", "身份证号": number, "业主类型": "业主", "编号": n,
        "业主编号": f"Y{n}", "停车场编号": "地下", "车位编码": f"A{n:04d}", "停车场类型": "地下停车场", "面积": "12.5", "车牌号": f"浙A{n:05d}",
        "车品牌": "比亚迪", "颜色": "白", "开始时间": "2026/1/5", "结束时间": "2027年1月4日", "房屋户型": "三室", "房屋类型": "住宅",
    }  # fmt: skip
    return [said.get(column, "") for column in columns]


def xlsx(tables: dict[str, list[list[Any]]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    for name, rows in tables.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def looked(world: World, data: bytes, *, name: str = "册.xlsx", may_build: bool = False) -> importing.Plan:
    layouts = [headings.understand(sheet) for sheet in sheets.read(data, name)]
    return importing.plan(layouts, org_id=world.org.pk, site=world.places["site"], at=MONDAY, may_build=may_build)


def taken(world: World, data: bytes, **more: Any) -> ImportRun:
    return running.run(
        looked(world, data), data=data, file_name="册.xlsx", actor=world.actor("supervisor"), at=MONDAY, **more
    )


BAD = {
    "身份证号": "330106199003071239", "手机号": "138OO13", "楼号": "99", "建筑面积": "很大", "室内面积": "900", "业主类型": "房东的朋友", "业主名称": "🐦‍⬛",
    "车牌号": "12345", "开始时间": "2026-02-30", "单元编号": "", "楼栋号": "",
}  # fmt: skip


@pytest.mark.clause("S6-1.12")
@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        (HOMES, ["身份证号", "手机号", "楼号", "建筑面积", "室内面积", "业主类型", "业主名称"]), (OWNERS, ["身份证号", "手机号", "业主名称"]),
        (DOORS, ["楼栋号"]),
    ],
    ids=["homes", "owners", "doors"],
)  # fmt: skip
def test_of_500_rows_the_20_bad_ones_are_named_and_the_others_come_in_once(world, columns, wrong):
    rows = [good(columns, n) for n in range(500)]
    bad = sorted(random.Random(7).sample(range(500), 20))
    for turn, at in enumerate(bad):
        column = wrong[turn % len(wrong)]
        rows[at][columns.index(column)] = BAD[column]
    data = xlsx({"表": [columns, *rows]})

    with unchanged():
        plan = looked(world, data)
        assert [told.number for told in plan.bad] == [at + 2 for at in bad]
        assert [told.errors[0][0] for told in plan.bad] == [wrong[turn % len(wrong)] for turn in range(20)]
        with pytest.raises(Refusal):
            running.run(plan, data=data, file_name="x", actor=world.actor("supervisor"), at=MONDAY)

    taken(world, data, leave_bad=True)
    if columns is not DOORS:
        assert Party.objects.filter(name__startswith="钱").count() == 480
        assert ContactPoint.objects.filter(party__name__startswith="钱").count() == 480
        assert Identity.objects.count() == 480
    if columns is HOMES:
        home = Place.objects.get(code="1-1-1000")
        assert (home.gross_dm2, home.inner_dm2, home.state, home.storey) == (8950, 7225, "occupied", 10)
        assert Role.objects.filter(party__name__startswith="钱", role="OWNER").count() == 480
    assert [str(d) for d in audit.audit_journal()] == []

    before = everything()
    again = looked(world, data)
    assert again.counts == {} and {told.outcome for told in again.told} == {"known", "refused"}
    taken(world, data, leave_bad=True)
    after = everything()
    for name in (
        "ground.Party",
        "ground.Place",
        "ground.Role",
        "ground.Identity",
        "ground.ContactPoint",
        "ground.SearchDoc",
    ):
        assert after[name] == before[name], name


def test_a_workbook_of_several_tables_knows_its_own_owner_numbers(world):
    data = xlsx({
        "楼栋单元": [DOORS, ["7", "1", 18, "有"], ["7", "2", 18, "有"]],
        "业主信息": [OWNERS, good(OWNERS, 1), good(OWNERS, 2)],
        "房屋信息": [LINKED, ["701", "7", "1", 7, "", 88, "Y1", "", "", "", 70, ""], ["702", "7", "1", 7, "", 88, "Y9", "", "", "", 70, ""]],
        "车位信息": [SPACES, good(SPACES, 2)],
    })  # fmt: skip
    plan = looked(world, data)
    assert plan.bad == []
    running.run(plan, data=data, file_name="x.xlsx", actor=world.actor("supervisor"), at=MONDAY)
    assert Role.objects.get(place__code="7-1-701").party.name == "钱宁远1"
    assert not Role.objects.filter(place__code="7-1-702").exists()
    car = Vehicle.objects.get()
    assert (car.party.name, car.plate, car.place.code, str(car.until_date)) == (
        "钱怀瑾2",
        "浙A00002",
        "地下-A0002",
        "2027-01-04",
    )
    assert found_names(world, "浙A00002") == ["钱怀瑾2"]


def test_published_layouts_are_understood_or_named_and_left(testdata):
    layouts = json.loads((testdata / "import_layouts" / "layouts.json").read_text())
    found = {}
    for one in layouts:
        rows = ([[one["title_row"]]] if one["title_row"] else []) + [one["columns"]]
        layout = headings.understand(sheets.Sheet(one["sheet"], rows))
        assert layout.about or layout.name, one["what"]
        assert layout.header == len(rows) - 1
        found[one["what"]] = layout.about
    assert found == {
        "房产+业主登记": "homes", "房屋缴费历史": "", "车辆缴费历史": "", "水电表档案": "", "仓库物品": "", "楼栋单元": "buildings", "业主名册": "people",
        "收费项目": "", "房屋与业主、费用关系": "homes", "车位": "vehicles",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_text_tables_in_any_encoding(world, encoding, mark):
    rows = [
        ["姓名", "联系电话", "房号"],
        ["钱安平", "13900000001", "1栋1单元1001"],
        ["钱宁远", "13900000002", "1#1-1002"],
    ]
    data = "\r\n".join(mark.join(row) for row in rows).encode(encoding)
    plan = looked(world, data, name="a.csv")
    assert plan.bad == []
    assert [role.place.code for role in plan.new["role"]] == ["1-1-1001", "1-1-1002"]


def test_english_headings_are_understood_too(world):
    data = b"Unit,Full name,Phone,Role,From\n1-1-1001,Qian Anping,13900000001,tenant,2026-01-05\n"
    (role,) = looked(world, data, name="a.csv").new["role"]
    assert (role.role, role.party.name, str(role.from_date)) == ("TENANT", "Qian Anping", "2026-01-05")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "x")
        packed.writestr("xl/worksheets/sheet1.xml", b"\x00" * (sheets.UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, b"PK\x03\x04 not a book", b"no table at all", b"a,b\x00c", b"%PDF-1.7,\xff\xfe"],
    ids=["empty", "picture", "packed", "prose", "zero", "pdf"],
)  # fmt: skip
def test_what_is_no_table_gets_its_sentence(data):
    with pytest.raises(Refusal):
        sheets.read(data, "register.xlsx")


def test_far_too_much_is_not_opened():
    with pytest.raises(Refusal):
        sheets.read(bomb(), "a.xlsx")
    with pytest.raises(Refusal):
        sheets.read(("a,b\n" * (sheets.ROWS + 2)).encode(), "a.csv")
    with pytest.raises(Refusal):
        sheets.read(b"a," * sheets.BYTES, "a.csv")


def test_a_home_twice_and_somebody_elses_document_are_named(world):
    rows = [good(HOMES, 0), good(HOMES, 1), good(HOMES, 2)]
    rows[1][HOMES.index("房间")], rows[1][HOMES.index("楼号")] = 1000, 1
    rows[2][HOMES.index("身份证号")] = rows[0][HOMES.index("身份证号")]
    plan = looked(world, xlsx({"表": [HOMES, *rows]}))
    assert [(told.number, told.errors[0][0]) for told in plan.bad] == [(3, "房间"), (4, "身份证号")]
    assert "2" in plan.bad[0].errors[0][1]


def test_missing_buildings_are_made_only_when_asked(world):
    row = good(HOMES, 0)
    row[0] = "88"
    data = xlsx({"表": [HOMES, row]})
    assert looked(world, data).bad[0].errors[0][0] == "楼号"
    plan = looked(world, data, may_build=True)
    assert [place.code for place in plan.new["place"]] == ["88", "88-1", "88-1-1000"]


def test_what_a_bad_row_began_is_not_built_upon(world):
    """The first row names a new building and fails; the second stands in the same building and makes it itself."""
    rows = [good(HOMES, 0), good(HOMES, 1)]
    rows[0][0] = rows[1][0] = "88"
    rows[0][HOMES.index("手机号")] = "x"
    data = xlsx({"表": [HOMES, *rows]})
    plan = looked(world, data, may_build=True)
    running.run(plan, data=data, file_name="x", actor=world.actor("supervisor"), at=MONDAY, leave_bad=True)
    assert set(Place.objects.filter(code__startswith="88").values_list("code", flat=True)) == {
        "88",
        "88-1",
        "88-1-1001",
    }


def test_a_run_is_taken_back_as_one_act_within_a_day(world):
    data = xlsx({"表": [HOMES, *[good(HOMES, n) for n in range(5)]]})
    tables = (
        "ground.Party",
        "ground.Place",
        "ground.Role",
        "ground.Identity",
        "ground.ContactPoint",
        "ground.SearchDoc",
    )
    before = everything()
    kept = taken(world, data)
    assert kept.made == {
        "place": 5 + 2, "party": 5, "contact": 5, "identity": 5, "role": 5,
    }  # fmt: skip

    count = running.undo(kept, actor=world.actor("supervisor"), at=MONDAY + timedelta(hours=23))

    after = everything()
    assert count == 27
    assert all(after[name] == before[name] for name in tables)
    assert Entry.objects.filter(step="remove").count() == 27
    assert [str(d) for d in audit.audit_journal()] == []
    with unchanged(), pytest.raises(Refusal):
        running.undo(kept, actor=world.actor("supervisor"), at=MONDAY + timedelta(hours=23))
    assert taken(world, data).rows == 5, "and it can be taken in again"


def test_what_was_built_upon_stays(world):
    data = xlsx({"表": [HOMES, *[good(HOMES, n) for n in range(3)]]})
    kept = taken(world, data)
    late = MONDAY + timedelta(hours=25)
    with unchanged(), pytest.raises(Refusal):
        running.undo(kept, actor=world.actor("supervisor"), at=late)
    case = a_case(world, "job", place="1-1-1000")
    with unchanged(), pytest.raises(Refusal, match=case.no):
        running.undo(kept, actor=world.actor("supervisor"), at=MONDAY + timedelta(hours=1))


def test_taking_in_is_for_the_supervisor_and_above(world):
    data = xlsx({"表": [HOMES, good(HOMES, 0)]})
    for who in ("desk", "fitter", "fang"):
        with unchanged(), pytest.raises(NotAllowed):
            running.run(looked(world, data), data=data, file_name="x", actor=world.actor(who), at=MONDAY)
