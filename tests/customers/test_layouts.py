"""Each layout filled with 500 rows of which 20 are bad: all 20 named with row and reason, the rest once and no more."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from shouwen.ground.models import Party, Place, Role, Vehicle
from shouwen.kernel.models import Entry
from shouwen.kernel.refusals import Refusal
from shouwen.rooms.customers import headings, running, sheets
from tests.customers.test_import import BAD, DOORS, HOMES, LINKED, OWNERS, SPACES, good, looked, taken, xlsx
from tests.oldexcel import xls
from tests.support import everything, unchanged
from tests.world import World

ROWS, WRONG = 500, 20
REGISTER = "楼号 单元 房间 楼层 总层数 是否有电梯 房屋类型 房屋户型 建筑面积 室内面积 租金 房屋状态 业主名称 性别 手机号 身份证号 业主类型".split()
TENANTS = "房屋地址 租客姓名 联系电话 证件号码 起租日期 租期至 备注".split()
HISTORY = "房屋 收费项目 缴费周期 开始时间 结束时间 缴费时间 应缴金额 实缴金额 收银员 备注".split()
METERS = "名称 表号 表类型 模式 房屋 费用项 厂家 采集器ID".split()
OWN = {
    "homes with owners": REGISTER, "homes": HOMES, "owners": OWNERS, "buildings": DOORS, "linked homes": LINKED, "spaces": SPACES,
    "tenants": TENANTS, "payments": HISTORY, "meters": METERS,
}  # fmt: skip
WRONGS = {
    **BAD, "楼栋编号": "99", "单元": "", "房屋地址": "某处", "租客姓名": "🙂", "联系电话": "电话", "证件号码": "330106199003071239",
    "起租日期": "2026-13-01", "租期至": "1999-01-01", "结束时间": "2020-01-01",
}  # fmt: skip
REFUSED = (
    "楼号 楼栋编号 楼栋号 手机号 身份证号 业主名称 建筑面积 室内面积 业主类型 车牌号 开始时间 房屋地址 租客姓名 联系电话 证件号码 起租日期"
).split()  # columns in which something wrong is put
TABLES = (
    "ground.Party", "ground.Place", "ground.Role", "ground.Identity", "ground.ContactPoint", "ground.Vehicle", "ground.SearchDoc",
)  # fmt: skip


def row_of(columns: list[str], n: int) -> list[Any]:
    """The nth row, whatever the register calls its columns."""
    same = {"租客姓名": "业主名称", "联系电话": "手机号", "证件号码": "身份证号"}
    row = good([same.get(column, column) for column in columns], n)
    more = {"房屋地址": f"1栋1单元{1000 + n}", "起租日期": "2026-01-05", "租期至": "2027年1月4日"}
    return [more.get(column, value) for column, value in zip(columns, row, strict=True)]


def filled(columns: list[str]) -> tuple[dict[str, list[list[Any]]], dict[int, str]]:
    """The tables of the file, and which rows are bad in which column."""
    rows = [row_of(columns, n) for n in range(ROWS)]
    about, bad = headings.understand(sheets.Sheet("表", [columns])).about, {}
    wrong = [column for column in columns if column in REFUSED and (about != "people" or column != "业主类型")]
    if about == "buildings":
        wrong = ["楼栋号"]
    for turn, at in enumerate(sorted(random.Random(11).sample(range(ROWS), WRONG if about else 0))):
        bad[at + 2] = column = wrong[turn % len(wrong)]
        rows[at][columns.index(column)] = WRONGS[column]
    tables = {"表": [columns, *rows]}
    if (
        "业主编号" in columns and "业主名称" not in columns
    ):  # it speaks of owners by their numbers: they are in the same file
        tables = {"业主": [OWNERS, *[row_of(OWNERS, n) for n in range(ROWS)]], **tables}
    return tables, bad


def check(world: World, columns: list[str]) -> None:
    tables, bad = filled(columns)
    layout = headings.understand(sheets.Sheet("表", [columns]))
    data = xlsx(tables)
    with unchanged():
        plan = looked(world, data)
    if not layout.about:
        assert layout.name and not plan.told, "recognised, named, and left"
        return
    assert {told.number: told.errors[0][0] for told in plan.bad} == bad
    assert all(told.errors[0][1] for told in plan.bad)
    with unchanged(), pytest.raises(Refusal):
        running.run(plan, data=data, file_name="x", actor=world.actor("supervisor"), at=plan.at)

    kept = taken(world, data, leave_bad=True)
    assert kept.state == "done" and sum(kept.made.values()) >= ROWS - WRONG
    assert Entry.objects.filter(facts__run=kept.pk).count() == sum(kept.made.values())
    before = everything()
    again = taken(world, data, leave_bad=True)
    after = everything()
    assert again.made == {}
    assert all(after[name] == before[name] for name in TABLES)


@pytest.mark.clause("S6-1.12")
@pytest.mark.parametrize("columns", OWN.values(), ids=OWN)
def test_of_each_layout_the_20_bad_rows_are_named_and_the_rest_comes_in_once(world, columns):
    check(world, columns)


def test_every_published_layout_does_so_too(world, testdata):
    for one in json.loads((testdata / "import_layouts" / "layouts.json").read_text()):
        if headings.understand(sheets.Sheet(one["sheet"], [one["columns"]])).about in ("", "people", "buildings"):
            check(world, one["columns"])


@pytest.mark.clause("S6-1.12")
def test_an_old_excel_file_says_the_same_as_a_new_one(world):
    rows = [HOMES, *[good(HOMES, n) for n in range(60)]]
    old, new = sheets.read(xls(rows), "业主.xls"), sheets.read(xlsx({"表": rows}), "业主.xlsx")
    assert old == new
    assert taken(world, xls(rows)).made == {"place": 62, "party": 60, "contact": 60, "identity": 60, "role": 60}
    assert taken(world, xlsx({"表": rows})).made == {}


def test_a_cut_old_excel_file_gets_its_sentence(world):
    whole = xls([HOMES, *[good(HOMES, n) for n in range(60)]])
    for data in (whole[:700], whole[:512], whole[:4], whole[:512] + bytes(4096)):
        with pytest.raises(Refusal):
            looked(world, data)


@pytest.mark.clause("S6-1.12")
def test_a_table_of_text_in_the_chinese_encoding_is_read_as_one_in_unicode(world):
    rows = [HOMES, *[[str(value) for value in good(HOMES, n)] for n in range(20)]]
    said = "\r\n".join(",".join(row) for row in rows)
    gbk, utf = sheets.read(said.encode("gbk"), "业主.csv"), sheets.read(said.encode(), "业主.csv")
    assert gbk == utf
    assert taken(world, said.encode("gbk")).made["party"] == 20
    assert Party.objects.get(name="钱安平0").roles.get().place.code == "1-1-1000"
    assert taken(world, said.encode("utf-8-sig")).made == {}


def test_spaces_and_linked_homes_come_to_whom_they_belong(world):
    for columns in (LINKED, SPACES):
        taken(world, xlsx(filled(columns)[0]), leave_bad=True)
    assert Vehicle.objects.select_related("party").order_by("plate").first().party.name == "钱安平0"
    assert Role.objects.filter(place__code="1-1-2002").exists()
    assert Place.objects.filter(kind="parking", vehicles__isnull=False).count() >= ROWS - WRONG
