"""The complaint of S6-12: never refused, never deleted, led to the customer's own word that it is settled."""

from __future__ import annotations

from shouwen.kernel import who
from shouwen.kernel.access import graded, not_actor_of, system
from shouwen.kernel.goals import earliest, field, policy, rung
from shouwen.kernel.kinds import SAME, Commitment, Form, Kind, Step
from shouwen.kernel.promise import Promise
from shouwen.kernel.traits import Conversion, Ladder, Parking, Referral, SignOff
from shouwen.kernel.who import customer, desk, director, head, involved, manager, property_gm, supervisor
from shouwen.rooms.complaints import rules
from shouwen.rooms.complaints.intake import MINOR, Intake
from shouwen.rooms.complaints.judgement import Judgement
from shouwen.rooms.complaints.models import ComplaintCycle, ComplaintSheet
from shouwen.rooms.complaints.month import ComplaintMonth
from shouwen.rooms.complaints.rescue import MAJOR, Rescue
from shouwen.rooms.complaints.sample import ComplaintSample


class Complaint(Kind):
    """A customer complains; the building's steward is answerable until the customer says it is settled."""

    key, number, sheet, cycle_sheet = "complaint", "TS", ComplaintSheet, ComplaintCycle
    owner, cleared_daily = who.holder("steward", of="place"), True
    states, final = "taken in_hand with_dept answered told parked unfounded closed converted", "closed converted"
    facts = (
        "grade elsewhere dept wish_at wish_later harm refuses_fee in_writing reply_by confirmed replied unfounded"
        " promised_at"
    )
    choices = {
        "grade": ("minor", *rules.GRAVE), "reason": ("legacy", "design", "hardware", "others_decision"),
        "judgement": ("good", "improve", "wrong"),
    }  # fmt: skip
    alarm = (rung("-20%", owner), rung("0", supervisor), rung("4wh", director))
    sees = involved | head("dept") | manager | (desk | supervisor | director | property_gm) & who.same_site
    public, withdraws, resolved_by = "state told result", customer | desk | supervisor, "tell settled settle explain"
    WORK, OPEN = "taken in_hand with_dept", "taken in_hand with_dept answered told"
    UNDONE, BEGINS = WORK + " answered", "open take_over unsatisfied reopen"
    GRAVE = {"grade": rules.GRAVE}
    ANEW = {"wish_at": None, "wish_later": False, "unfounded": False}  # a new cycle asks for the wish anew
    second_person = not_actor_of("resolve", "give_back", "tell")

    intake = Intake(during=OPEN, rungs=alarm)
    take_up = Step("taken", "in_hand", by=owner, may="note", tells=(customer,), key="i", clause="S6-12.02")
    resolve = Step(
        "taken in_hand", "answered", by=owner, asks="cause measure result", may="photo", key="r", clause="S6-12.09"
    )
    inform = Step(
        OPEN, SAME, by=owner | desk | system, asks="told how", tells=(customer,), offline=True, key="p", clause="S6-1.02"
    )  # fmt: skip
    inform_all = Step(OPEN, SAME, by=owner | desk | supervisor, asks="told how", tells=(customer,), clause="S6-1.02")
    answer = Step(
        OPEN, SAME, by=owner | manager | supervisor, asks="told how", may="letter", tells=(customer,),
        clause="S6-12.12 S3-5",
    )  # fmt: skip
    tell = Step(
        "answered", "told", by=owner, asks="told how", may="letter", tells=(customer,), key="q",
        clause="S6-12.07 S6-12.16",
    )  # fmt: skip
    unsatisfied = Step(
        "told", "in_hand", by=(desk | owner | supervisor | customer | property_gm) & second_person, asks="how words",
        may="wish_at wish_later", sets=ANEW, new_cycle=True, public=True, tells=(owner, supervisor), key="u",
        clause="S6-12.10",
    )  # fmt: skip
    reopen = Step(
        "closed unfounded", "in_hand", by=desk | owner | supervisor | customer, asks="words", may="wish_at wish_later", sets=ANEW,
        new_cycle=True, public=True, tells=(owner, supervisor), key="x", clause="S6-12.10",
    )  # fmt: skip
    check_up = Step(
        OPEN + " parked unfounded closed", SAME, by=manager, asks="judgement opinion", tells=(owner,), clause="S6-12.17"
    )
    referral = Referral(
        WORK, "with_dept", "answered", by=desk | owner | supervisor, head=head("dept"), answer="cause measure result",
        pass_within=policy("complaint.refer", "30min"), ack_within=policy("complaint.acknowledge", "30min"),
        when={"elsewhere": True}, rungs=(rung("0", supervisor),), clause="S6-12.08 S6-12.09",
    )  # fmt: skip
    judgement = Judgement(UNDONE, during=OPEN, grave=rules.GRAVE, rungs=alarm)
    rescue = Rescue(OPEN + " parked", starts="open classify confirm")
    parking = Parking(
        WORK, "parked", "in_hand", by=supervisor, looks=owner, most=policy("complaint.review", "3mo"), rungs=alarm,
        clause="S6-12.14",
    )  # fmt: skip
    ladder = Ladder(
        "director property_gm company_gm", during=OPEN, by=desk | owner | supervisor | head("dept"), when=GRAVE,
        pauses="parked", within=policy("complaint.level", "4wh"), clause="S6-12.04",
    )  # fmt: skip
    promise = Promise(OPEN + " parked", kept_by="tell settle", by=owner | desk, clause="S6-2.08 S6-12.15")
    conversion = Conversion(
        "repair", "taken in_hand", "converted", start="taken", by=desk | owner | supervisor, sets=MINOR,
        tells=(owner, supervisor, customer), clause="S6-2.21",
    )  # fmt: skip
    sign_off = SignOff(
        "told", "closed", again="in_hand", decide=director, within=policy("complaint.follow_up", "1wd"),
        by=((desk | owner | supervisor | customer) & ~graded("major") | property_gm) & second_person,
        rungs=(rung("0", supervisor),), clause="S6-12.10 S6-12.11",
    )  # fmt: skip
    ANSWERED = {"starts": BEGINS, "during": UNDONE, "pauses": "parked", "rungs": alarm}  # in each cycle anew
    minor = Commitment(
        earliest(policy("complaint.minor", "24h"), field("wish_at"), unless="wish_later"), starts=BEGINS + " settled",
        during=UNDONE, pauses="parked", kept_by="settled settle tell", when=MINOR,
        rungs=(rung("-20%", owner), rung("0", supervisor, does="climb"), rung("4wh", director)), clause="S6-12.07",
    )  # fmt: skip
    significant = Commitment(
        policy("complaint.significant", "3wd"), kept_by="tell", when={"grade": rules.GRAVE[0]}, clause="S6-12.01", **ANSWERED
    )  # fmt: skip
    major = Commitment(policy("complaint.major", "7wd"), kept_by="tell", when=MAJOR, clause="S6-12.12", **ANSWERED)
    reply = Commitment(
        policy("complaint.reply", "3wd"), kept_by="answer tell", when=MAJOR, clause="S6-12.12", **ANSWERED
    )
    returned = Commitment(
        policy("complaint.department", "1wd"), starts="refer", during="with_dept", kept_by="give_back",
        owed_by=head("dept"), owed_to=owner, again="restart", rungs=alarm, clause="S1-10",
    )  # fmt: skip
    progress = Commitment(
        every="1wd", calendar="desk", starts=BEGINS, during=OPEN, rungs=(rung("-2h", owner), rung("0", supervisor)),
        kept_by="inform inform_all answer tell settle promise", clause="S6-1.02",
    )  # fmt: skip
    examples = {"classify": {"grade": "major", "harm": True}, "confirm": {"grade": "significant"}}
    ways = {
        "contain": "classify", "report": "classify contain", "meet": "classify contain report",
        "apologise": "classify contain report meet", "inform_all": "other:link",
        "confirm_effect": "reopen confirm resolve approve_measure tell satisfied",
    }  # fmt: skip
    prints = (
        Form("complaint_form", unless="settled settle", clause="S6-12.11"),
        Form("reply_letter", when={"in_writing": True}, clause="S6-12.13"),
        Form("handling_record", unless="settled settle", clause="S1-10 S8-8"),
    )


for _step in (Complaint.unsatisfied, Complaint.reopen):
    _step.refuses("S6-12.07")(rules.a_wish_without_a_time_ahead)
for _step in (Complaint.tell, Complaint.rescue.apologise):
    _step.refuses("S6-12.13")(rules.without_letter)
Complaint.tell.refuses("S8-8")(rules.measure_not_looked_at)
Complaint.inform_all.refuses("S6-1.02")(rules.nobody_follows)
Complaint.sign_off.satisfied.refuses("S6-12.11")(rules.unsigned)
Complaint.referral.refer.refuses("S6-12.02")(rules.head_is_complained_about)

__all__ = ["Complaint", "ComplaintMonth", "ComplaintSample"]
