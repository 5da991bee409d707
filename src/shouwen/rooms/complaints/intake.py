"""How a complaint comes in: by whatever channel, from whoever calls, with a name or without; or settled on the spot."""

from __future__ import annotations

from shouwen.kernel.access import staff
from shouwen.kernel.goals import Rung, field, policy
from shouwen.kernel.kinds import SAME, Commitment, Step, Trait
from shouwen.kernel.who import customer, desk, director, manager, owner, supervisor
from shouwen.rooms.complaints import effects, rules

WHO = "customer caller channel anonymous against reply_by"
GRADING = "elsewhere harm refuses_fee wish_at wish_later in_writing photo"
MINOR = {"grade": "minor"}


class Intake(Trait):
    """`open`, `settled` in one step, `settle` on the first day, `reply_after` where nobody told the customer yet.

    `official` is the date a letter of the government sets, `spot_reply` the steward's word after settling on the spot.
    """

    def __init__(self, *, during: str, rungs: tuple[Rung, ...]) -> None:
        opened = Step(
            None, "taken", by=staff | customer, asks="place words", may=f"{WHO} {GRADING}",
            sets={"grade": rules.proposed_grade, "in_writing": rules.written}, tells=(owner, supervisor, customer),
            key="n", clause="S6-12.01 S6-12.02 S6-12.16 S6-2.21 S3-5",
        )  # fmt: skip
        settled = Step(
            None, "closed", by=staff, asks="place words result", may=f"how {WHO} photo",
            sets=MINOR | {"replied": rules.told_already}, tells=(owner,), public=True, clause="S6-12.03",
        )  # fmt: skip
        settle = Step(
            "taken", "closed", by=desk | owner, asks="result how", when=MINOR, tells=(owner, customer), key="l",
            clause="S6-12.03",
        )  # fmt: skip
        for step in (opened, settled):
            step.refuses("S3-5")(rules.a_letter_without_its_date)
            step.refuses("S6-2.21")(rules.a_name_without_a_name)
            step.effect(effects.give_a_code)
        opened.refuses("S6-12.07")(rules.a_wish_without_a_time_ahead)
        settle.refuses("S6-12.03")(rules.not_on_the_spot)
        self.steps = {
            "open": opened, "settled": settled, "settle": settle,
            "reply_after": Step(
                "closed", SAME, by=owner | desk, asks="told how", sets={"replied": True}, when={"replied": False},
                tells=(customer,), clause="S6-12.03",
            ),
            "name_against": Step(
                f"{during} parked unfounded", SAME, by=supervisor | director | manager, asks="against note",
                tells=(owner,), clause="S6-12.02",
            ),
            "spot_reply": Commitment(
                policy("complaint.spot_reply", "1wd"), starts="settled", during="closed", kept_by="reply_after",
                when={"replied": False}, rungs=rungs, clause="S6-12.03",
            ),
            "official": Commitment(
                by=field("reply_by"), during=f"{during} parked unfounded", kept_by="answer tell explain", rungs=rungs,
                clause="S3-5",
            ),
        }  # fmt: skip
