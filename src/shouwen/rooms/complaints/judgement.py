"""Who judges a complaint: its grade, its ground, its measure and the effect. Never whoever did the work."""

from __future__ import annotations

from shouwen.kernel.access import not_actor_of
from shouwen.kernel.goals import Rung, policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Step, Trait
from shouwen.kernel.who import customer, desk, director, owner, supervisor

WORKED = ("resolve", "give_back")
GRADING = "harm refuses_fee"


class Judgement(Trait):
    """`classify` proposes a grade, `confirm` is the supervisor's; `judge` finds it unfounded and still owes `explain`.

    `approve_measure` or `reject_measure` comes before the customer is told, `confirm_effect` weeks after the end.
    """

    def __init__(self, frm: str, *, during: str, grave: tuple[str, ...], rungs: tuple[Rung, ...]) -> None:
        looks = (supervisor | director) & not_actor_of(*WORKED)
        self.steps = {
            "classify": Step(
                during, SAME, by=desk | owner, asks="grade note", may=GRADING, when={"confirmed": False},
                tells=(supervisor,), clause="S6-12.01",
            ),
            "confirm": Step(
                f"{during} parked", SAME, by=supervisor, asks="grade note", may=GRADING, sets={"confirmed": True},
                tells=(owner,), clause="S6-12.01",
            ),
            "judge": Step(
                frm, "unfounded", by=supervisor & not_actor_of("open"), asks="note", sets={"unfounded": True},
                tells=(owner,), clause="S6-12.05 S8-8",
            ),
            "explain": Step("unfounded", "closed", by=owner, asks="told how", tells=(customer,), clause="S6-12.05"),
            "explained": Commitment(
                policy("complaint.explain", "1wd"), starts="judge", during="unfounded", kept_by="explain",
                again="restart", rungs=rungs, clause="S6-12.05",
            ),
            "approve_measure": Step("answered", SAME, by=looks, asks="opinion", tells=(owner,), clause="S8-8"),
            "reject_measure": Step("answered", "in_hand", by=looks, asks="opinion", tells=(owner,), clause="S8-8"),
            "confirm_effect": Step(
                "closed", SAME, by=looks, asks="opinion", when={"grade": grave, "unfounded": False}, clause="S8-8"
            ),
            "effective": Commitment(
                policy("complaint.effect", "20wd"), starts="satisfied decide", during="closed", when={"grade": grave},
                kept_by="confirm_effect", owed_by=supervisor, again="restart", rungs=(rung("0", supervisor),),
                clause="S8-8",
            ),
        }  # fmt: skip
