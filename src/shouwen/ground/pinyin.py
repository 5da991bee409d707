"""Names as they sound: full pinyin and initials, surnames with a reading of their own read rightly."""

from __future__ import annotations

from functools import lru_cache

SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "任": "ren", "朴": "piao", "区": "ou", "盖": "ge",
    "华": "hua", "黑": "he", "乐": "yue", "缪": "miao", "宓": "mi", "种": "chong", "繁": "po", "折": "she", "秘": "bi",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def sound(name: str, *, person: bool = True) -> tuple[str, str]:
    """The pinyin of a name in one word, and its initials: 方小满 → (fangxiaoman, fxm). Companies have no surname."""
    from pypinyin import lazy_pinyin

    head = next((s for s in (name[:2], name[:1]) if s in SURNAMES), "") if person else ""
    parts = SURNAMES[head].split() if head else []
    parts += lazy_pinyin(name[len(head) :])
    clean = ["".join(ch for ch in part.lower() if ch.isalnum()) for part in parts]
    return "".join(clean), "".join(part[0] for part in clean if part)
