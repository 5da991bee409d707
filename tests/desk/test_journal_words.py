"""Every stream of the journal has a name in both languages: none is shown as the code calls it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shouwen
from shouwen.kernel import words

SOURCE = Path(shouwen.__file__).parent


def streams() -> set[str]:
    """The streams that the code writes, by their first word."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        found |= set(
            re.findall(r'journal\.stream\([^,()]+(?:\([^()]*\))?[^,()]*, "([a-z_]+)"', file.read_text(encoding="utf-8"))
        )
    return found


def test_each_stream_is_said_in_both_languages():
    assert {"policy", "wording", "calendar"} <= streams()
    for name in (*streams(), "unusual"):
        assert words.known(name), name
        assert words.label_in("zh-hans", name) != name


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "24 小时；商户 3 天"), ("en", "24 hours; Business 3 days")])
def test_a_goal_with_another_for_some_is_said_in_one_line(language, said):
    from django.utils.translation import override

    from shouwen.desk.goalwords import goal

    with override(language):
        assert goal({"": "24h", "business": "3d"}) == said


@pytest.mark.parametrize("value", [True, False])
def test_a_yes_or_no_of_a_policy_is_said_in_words(value):
    from django.utils.translation import override

    from shouwen.desk.goalwords import goal

    with override("zh-hans"):
        assert goal(value) == ("是" if value else "否")
