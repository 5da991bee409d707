"""What the columns of a register mean, by what people call them; and which tables are known but not taken in here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shouwen.rooms.customers.sheets import Sheet

SYNONYMS: dict[str, str] = {
    "building": "楼号 楼栋 楼栋号 楼栋编号 楼幢 栋 栋号 幢 幢号 座 座号 楼宇 building buildingno",
    "entrance": "单元 单元号 单元编号 梯 门 门洞 entrance section entranceno",
    "room": "房间 房间号 房号 室 室号 门牌 门牌号 房屋编号 户号 room roomno unitno flat apartment",
    "home": "房屋 房产 房屋编码 房屋地址 地址 住址 房屋名称 unit unitname home address unitcode",
    "storey": "楼层 房屋楼层 层 所在楼层 floor storey",
    "floors": "总层数 层数 总楼层 floors",
    "lift": "是否有电梯 电梯 lift",
    "gross": "建筑面积 面积 产权面积 grossarea area",
    "inner": "室内面积 套内面积 使用面积 innerarea",
    "house_type": "房屋类型 房屋户型 户型 户型结构 housetype",
    "rent": "租金 rent",
    "state": "房屋状态 入住状态 房态 state status",
    "name": "业主名称 业主姓名 姓名 客户姓名 客户名称 户主 户主姓名 住户姓名 租户姓名 租户名称 租客姓名 产权人 公司名称 name fullname ownername tenantname",
    "phone": "手机号 手机号码 手机 电话 电话号码 联系电话 联系方式 移动电话 业主电话 phone mobile phonenumber telephone",
    "phone2": "备用电话 第二电话 电话2 手机2 phone2",
    "email": "邮箱 电子邮箱 email mail",
    "id_number": "身份证号 身份证 身份证号码 证件号 证件号码 统一社会信用代码 idnumber idcard",
    "sex": "性别 sex gender",
    "age": "年龄 age",
    "role": "业主类型 住户类型 人员类型 身份 客户类型 与业主关系 关系 role relation",
    "number": "业主编号 客户编号 户主编号 customerno ownerno",
    "row": "序号 编号 no",
    "plate": "车牌号 车牌 车牌号码 车号 plate plateno",
    "car": "车品牌 车型 品牌 车辆品牌 make carmake",
    "car_type": "车类型 车辆类型 cartype",
    "colour": "颜色 车辆颜色 车身颜色 colour color",
    "space": "车位编码 车位号 车位 车位编号 space parkingspace",
    "lot": "停车场编号 停车场 停车场名称 lot",
    "lot_type": "停车场类型 出租还是出售 lottype",
    "since": "开始时间 开始日期 入住日期 入住时间 交付日期 起租日期 from since startdate",
    "until": "结束时间 结束日期 到期日期 退租日期 租期至 until enddate",
    "fees": "房屋费用 费用开始时间 fees",
    "note": "备注 说明 note remark remarks",
}
BY_TEXT = {text: field for field, texts in SYNONYMS.items() for text in texts.split()}
TAKEN = {
    "vehicles": _("parking spaces and vehicles"),
    "homes": _("homes, with who lives there"),
    "people": _("customers"),
    "buildings": _("buildings and entrances"),
}
KNOWN = (  # tables that are recognised and left: a few headings that only they have
    ("应缴金额 实缴金额 缴费周期 收银员", _("a history of payments")), ("表号 表类型 采集器id", _("meters")),
    ("物品名称 物品编号 库存 告警库存", _("stock")), ("费用标识 付费类型 计算公式 计费单价", _("kinds of fees")),
)  # fmt: skip


def plain(heading: str) -> str:
    """A heading without brackets, marks and spaces, in one width and case."""
    text = unicodedata.normalize("NFKC", heading).lower()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text)
    return "".join(letter for letter in text if letter.isalnum())


def field_of(heading: str) -> str:
    """What a heading means, nothing where nobody knows."""
    return BY_TEXT.get(plain(heading), "")


@dataclass
class Layout:
    """A table as it was understood: where its headings stand, which column is what, and what it is about."""

    sheet: Sheet
    header: int = 0  # the row of the headings, from 0
    columns: dict[int, str] | None = None  # column → field
    about: str = ""  # a key of TAKEN, nothing where it is not taken in
    name: str | Promise = ""
    unknown: tuple[str, ...] = ()

    def records(self) -> list[tuple[int, dict[str, str]]]:
        """The rows under the headings that hold anything: their number in the spreadsheet, and values by field."""
        found = []
        for number, row in enumerate(self.sheet.rows[self.header + 1 :], start=self.header + 2):
            values = {name: row[at] for at, name in (self.columns or {}).items() if at < len(row)}
            if any(values.values()):
                found.append((number, values))
        return found


def understand(sheet: Sheet, chosen: dict[int, str] | None = None) -> Layout:
    """Finds the headings within the first rows and says what the table is about; `chosen` corrects columns."""
    best, columns = 0, {}
    for at, row in enumerate(sheet.rows[:8]):
        found = {}
        for column, text in enumerate(row):
            field = field_of(text)
            if field and field not in found.values():
                found[column] = field
        if len(found) > len(columns):
            best, columns = at, found
    heads = sheet.rows[best] if sheet.rows else []
    columns = {**{at: field for at, field in columns.items() if field not in (chosen or {}).values()}, **(chosen or {})}
    columns = {at: field for at, field in columns.items() if field}
    unknown = tuple(text for at, text in enumerate(heads) if text and at not in columns)
    layout = Layout(sheet, best, columns, "", "", unknown)
    texts = {plain(text) for text in heads}
    for headings, name in KNOWN:
        if len(texts & set(headings.split())) >= 2:
            layout.name = name
            return layout
    layout.about = about_of(set(columns.values()))
    layout.name = TAKEN.get(layout.about, "")
    return layout


def about_of(fields: set[str]) -> str:
    """What a table with these fields is about; nothing where they do not suffice."""
    at_home = fields & {"room", "home"}
    if ("plate" in fields and not at_home) or ("space" in fields and not at_home):
        return "vehicles"
    if at_home and len(fields) > 1:
        return "homes"
    if "name" in fields and len(fields) > 1:
        return "people"
    return "buildings" if fields >= {"building", "entrance"} else ""
