"""Every policy is called by what it means, in both languages, never by its key."""

from __future__ import annotations

import pytest
from django.utils import translation

from shouwen.desk import book
from shouwen.kernel.goals import policies


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_policy_has_a_title(language):
    with translation.override(language):
        keys = [key for key in policies if not key.startswith("sample.")]
        assert [key for key in keys if book.policy_title(key) == key] == []
