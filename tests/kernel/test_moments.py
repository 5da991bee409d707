"""Times as a browser sends them: wall-clock time of the site, shown again as it was typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shouwen.kernel.asks import MomentField
from tests.world import at


@pytest.mark.parametrize(
    "text", ["2026-11-23T15:30", "2026-11-23 15:30", "2026-11-23T15:30+08:00", "2026-11-23T07:30Z"]
)
def test_a_wall_clock_time_is_that_of_the_site(text):
    assert MomentField().clean(text) == at("2026-11-23 15:30")


def test_a_moment_is_shown_in_the_site_s_zone():
    field = MomentField()
    shown = field.widget.format_value(field.prepare_value(datetime(2026, 11, 23, 7, 30, tzinfo=UTC)))
    assert shown == "2026-11-23T15:30"
    assert field.prepare_value("2026-11-23T1") == "2026-11-23T1", "what was typed wrong stands as typed"
