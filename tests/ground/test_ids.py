"""Numbers of rows as they come from outside; those made after 2031 have nineteen digits."""

from __future__ import annotations

import pytest

from shouwen.ground.ids import typed_id


@pytest.mark.parametrize(
    ("text", "found"),
    [("17", 17), (" 17 ", 17), ("1000000000000000001", 10**18 + 1), (str(2**63 - 1), 2**63 - 1), (str(2**63), None),
     ("", None), ("0", None), ("-1", None), ("１７", None), ("1e3", None), ("9" * 400, None)],
)  # fmt: skip
def test_a_typed_number_is_one_a_row_can_have(text, found):
    assert typed_id(text) == found
