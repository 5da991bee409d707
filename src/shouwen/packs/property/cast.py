"""Who works in the demo community: about fifteen people, plainly invented, each with fixed offices."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "shouwen-demo"  # of every demo account; `shouwen doctor` warns while one is left on


@dataclass(frozen=True)
class Person:
    """A member of staff: sign-in name, name, offices as `role` or `role@building` or `role/department`."""

    username: str
    name: str
    offices: str


STAFF = (
    Person("gunanxing", "顾南星", "desk"),
    Person("baiyuan", "白予安", "desk"),
    Person("qiaoyinuo", "乔一诺", "desk dispatcher"),
    Person("linzhixia", "林知夏", "steward@3 steward@4"),
    Person("zhoumuye", "周牧野", "steward@1 steward@2"),
    Person("jiangwanqing", "姜晚晴", "steward@5 steward@6"),
    Person("heqian", "何其安", "supervisor"),
    Person("chengyuanshan", "程远山", "director"),
    Person("luxingzhou", "陆行舟", "manager"),
    Person("yeqinghe", "叶清和", "property_gm"),
    Person("jiangwanli", "江万里", "company_gm"),
    Person("shentinglan", "沈听澜", "head/engineering engineer"),
    Person("shikaiyang", "石开阳", "head/security"),
    Person("xujieru", "许洁如", "head/cleaning"),
    Person("luotiesheng", "罗铁生", "fitter/engineering"),
    Person("qianduoning", "钱多宁", "cashier"),
)
REPORTS_TO = {
    "desk": "supervisor", "steward": "supervisor", "dispatcher": "supervisor", "cashier": "supervisor",
    "fitter": "engineer", "supervisor": "manager", "engineer": "director", "head": "director", "manager": "director",
    "director": "property_gm", "property_gm": "company_gm",
}  # fmt: skip
EVERYWHERE = ("company_gm",)  # offices of the whole organization; all others are of the community
HEADQUARTERS = ("desk", "supervisor", "manager")  # offices over all communities, where there are several
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "安宁乐然可晴雨晨阳舟禾苗青竹石川海月星云岚桐杉柏松枫言诺书墨画知行小大如若初末一元方圆满盈冬夏春秋"
FIRST_CUSTOMER = ("方小满", "3-1-1502")  # whose story is told in full
ORGANIZATION, COMMUNITY = "青禾物业（演示）", "青禾苑"
FLOORS = (16, 17, 17, 16, 17, 17)  # of buildings 1 to 6; two entrances with two homes a floor: 400 homes
TALL = (33, 17, 17, 11, 11, 11)  # of the large communities of a scaled demo
COMMON = {
    "大门": "北门岗亭", "车库": "地下车库", "花园": "中心花园", "车棚": "电动车充电棚", "前台": "客户服务中心",
}  # fmt: skip
ONLINE = ("3-1-1502", "1-1-301", "2-2-901", "4-1-602", "5-2-1102", "6-1-202")  # homes whose owners sign in
