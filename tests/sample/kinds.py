from django.utils.translation import gettext as _

from shouwen.kernel.access import staff, system
from shouwen.kernel.goals import earliest, field, policy, rung
from shouwen.kernel.kinds import SAME, Children, Commitment, Kind, Step
from shouwen.kernel.who import assignee, customer, desk, director, holder, involved, same_site, supervisor
from tests.sample.models import JobSheet, PartSheet


class Job(Kind):
    """A job with every sort of promise: composite, daily, paused, agreed later, postponed, conditional, echoed."""

    key, number, sheet, owner = "job", "JB", JobSheet, holder("steward", of="place")
    states, facts = "taken doing parked done stopped closed", "urgent size promised_at agreed_at assignee"
    choices = {"size": ("small", "large")}
    sees = involved | (desk | supervisor | director) & same_site
    resolved_by = "finish"
    OPEN = "taken doing"

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may="customer urgent size", tells=(owner, customer)
    )
    open_closed = Step(None, "closed", by=staff, asks="place words")
    assign = Step("taken doing", SAME, by=desk | supervisor, asks="assignee", tells=(assignee,))
    begin = Step("taken", "doing", by=owner | assignee | desk, offline=True)
    classify = Step("taken doing parked", SAME, by=desk | supervisor, asks="size", may="urgent")
    park = Step("doing", "parked", by=supervisor, asks="note")
    go_on = Step("parked", "doing", by=supervisor)
    later = Step("taken doing", SAME, by=desk | owner, asks="agreed_at note")
    promise = Step("taken doing", SAME, by=desk | owner, asks="promised_at")
    put_off = Step("taken doing", SAME, by=desk | owner, asks="promised_at note", needs="promised")
    inform = Step("taken doing", SAME, by=desk | owner, asks="told", tells=(customer,), offline=True)
    finish = Step("doing", "done", by=owner | assignee | desk, may="note photo")
    again = Step("done", "doing", by=desk, new_cycle=True)
    close = Step("done", "closed", by=desk | supervisor)
    stop = Step("taken doing", "stopped", by=system)
    resume = Step("stopped", "doing", by=supervisor)
    part_done = Step("taken doing", SAME, by=system)

    quick = Commitment(policy("job.quick", "4wh"), starts="open open_closed again", during=OPEN, pauses="parked",
                       kept_by="finish open_closed", rungs=(rung("-20%", owner), rung("0", supervisor), rung("2h", director)))  # fmt: skip
    small = Commitment(
        "3wd", starts="open again", during=OPEN, pauses="parked", kept_by="finish", when={"size": "small"}
    )
    wished = Commitment(
        earliest(policy("job.limit", "24h"), field("promised_at")), starts="open", during=OPEN, kept_by="finish"
    )
    attend = Commitment("15min", starts="open", during="taken", kept_by="begin", when={"urgent": True}, calendar="always",
                        agree="later agreed_at", owed_by=(assignee, owner))  # fmt: skip
    promised = Commitment(by=field("promised_at"), starts="promise", during=OPEN, pauses="parked", kept_by="finish",
                          postpone="put_off promised_at")  # fmt: skip
    daily = Commitment(
        every="1wd",
        calendar="desk",
        starts="open again",
        during=OPEN,
        kept_by="inform finish",
        rungs=(rung("0", owner),),
    )
    limit = Commitment("10d", starts="open", during=OPEN, kept_by="finish", rungs=(rung("0", director, does="stop"),))
    window = Commitment("3..5wd", starts="finish", during="done", kept_by="close")
    children = (Children("part", blocks="close", echo={"deliver": "part_done"}),)

    @finish.refuses("S6-7.02")
    def large_and_unassigned(case, data, at):
        return (
            _("A large job needs somebody assigned.") if case.fact("size") == "large" and not case.assignee_id else None
        )


class Part(Kind):
    """A part of a job."""

    key, number, sheet, owner = "part", "PT", PartSheet, holder("steward", of="place")
    states = "asked delivered"
    final = "delivered"
    sees = involved | (desk | supervisor | director) & same_site

    open = Step(None, "asked", by=staff, may="words")
    deliver = Step("asked", "delivered", by=desk | owner)
    here = Commitment("2wd", starts="open", during="asked", kept_by="deliver")
