"""What somebody may know of is asked in as few words as the rules come to for them."""

from __future__ import annotations

from shouwen.kernel.access import visible_to
from shouwen.kernel.models import CaseActor
from shouwen.kernel.registry import kinds


def test_kinds_whose_rules_come_to_the_same_are_asked_about_together(world):
    """Many kinds say "those involved, and the desk of the place"; their participants are looked up once, not once a kind."""
    table = CaseActor._meta.db_table
    rules = {kind.sees.label for kind in kinds.values() if "involved" in kind.sees.label}

    asked = str(visible_to(world.actor("fitter")).query).count(f'FROM "{table}"')

    assert len(rules) > 2
    assert asked == 2, "those who take part, and those who are complained about"
