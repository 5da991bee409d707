"""The repair and the call for help: somebody is there in fifteen minutes, and what costs money was agreed beforehand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shouwen.ground.models import Department
from shouwen.kernel.access import staff, system
from shouwen.kernel.goals import policy, rung
from shouwen.kernel.kinds import KEEP, SAME, Commitment, Form, Kind, Step
from shouwen.kernel.models import Case
from shouwen.kernel.points import Points
from shouwen.kernel.promise import Progress, Promise
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.traits import Conversion, SignOff
from shouwen.kernel.who import (
    assignee,
    customer,
    desk,
    director,
    dispatcher,
    first_contact,
    head,
    holder,
    involved,
    manager,
    same_site,
    supervisor,
)  # fmt: skip
from shouwen.rooms.requests.models import AssistanceSheet, QuoteLine, RepairSheet
from shouwen.rooms.requests.visit import VISITS, Visit

TRADES = ("water", "electric", "doors", "civil", "lift", "appliance", "other")
SCORES = ("5", "4", "3", "2", "1")
DEPT = policy("repair.dept", "engineering", clause="S6-2.28")
SITE = Points(
    "repair.site",
    {
        "": [
            {"key": "sign", "zh": "户外作业摆放提示牌", "en": "Warning sign put up outdoors", "scale": "done"},
            {"key": "covers", "zh": "入户穿自带鞋套", "en": "Own shoe covers worn indoors", "scale": "done"},
            {"key": "tidy", "zh": "现场清理干净", "en": "Place left tidy", "scale": "yes_no"},
        ],
        "water": [{"key": "no_leak", "zh": "试水不漏", "en": "Tested: nothing leaks", "scale": "yes_no"}],
        "electric": [{"key": "power_off", "zh": "断电操作", "en": "Power off while working", "scale": "done"}],
    },
    of="trade",
    clause="S6-1.10",
)
AFTER = Points(
    "repair.follow_up",
    {
        "": [
            {"key": "speed", "zh": "来得快不快？", "en": "Was it quick?", "scale": "score"},
            {"key": "quality", "zh": "修得好不好？", "en": "Was it mended well?", "scale": "score"},
        ]
    },
    clause="S6-2.28",
)
seen_by = involved | head("dept") | manager | (desk | dispatcher | supervisor | director) & same_site


def engineering(case: Case, data: dict[str, Any], at: datetime) -> Any:
    """The department that mends, unless another was named."""
    if data.get("dept") or case.dept_id:
        return KEEP
    key, _version = rulebook(case.org_id, case.site_id).policy(DEPT.key, DEPT.default, at)
    return Department.objects.filter(org_id=case.org_id, key=key).first()


def total(case: Case, data: dict[str, Any], at: datetime) -> int:
    return sum(line["quantity"] * line["unit_fen"] for line in data["lines"])


def signed(case: Case, data: dict[str, Any], at: datetime) -> str | None:
    """Face to face the customer signs, on the screen or on the slip."""
    if data["how"] == "in_person" and not (data.get("sign_off") or data.get("slip")):
        return _("Face to face the customer signs: on the screen, or on the slip whose photo is added.")
    return None


class Repair(Kind):
    """Something is broken: somebody is there in fifteen minutes, and what costs money was agreed beforehand."""

    key, number, sheet, lines, owner = "repair", "BX", RepairSheet, QuoteLine, holder("steward", of="place")
    states, final = "taken assigned on_site waiting done closed cancelled converted", "closed cancelled converted"
    facts = "trade dept in_warranty paid agreed price_fen"
    choices = {"trade": TRADES, "score": SCORES}
    sees, withdraws = seen_by, customer | desk | owner
    public, resolved_by = "state promised_at agreed_at price_fen result", "finish settle settled"
    follow_up, reopens, cleared_daily, asked_after = "unrated", "reopen", True, AFTER
    fitter, lead = assignee | desk | owner, desk | owner | dispatcher
    ASKED = "customer caller channel heard_at heard_by in_warranty photo dept"
    TOLD = (owner, head("dept"), dispatcher, customer)
    slip = {"dept": engineering}  # the work-contact slip reaches the department in the same step

    open = Step(
        None, "taken", by=staff | customer, asks="place words trade", may=ASKED, sets=slip, tells=TOLD, key="n",
        clause="S6-2.13 S6-2.28",
    )  # fmt: skip
    settled = Step(
        None, "closed", by=staff, asks="place words trade result told", may=ASKED, sets=slip, tells=(owner,), public=True,
        clause="S6-1.11",
    )  # fmt: skip
    settle = Step("taken assigned", "closed", by=fitter, asks="result told how", tells=(owner,), public=True, key="x")
    visit = Visit(kept_by="settle finish", starts="open take_over unsatisfied reopen", at_once="settled")
    conversion = Conversion(
        "complaint", "taken assigned", "converted", start="taken", by=lead, sets={**slip, "trade": "other"}, tells=TOLD,
        clause="S6-2.21",
    )  # fmt: skip
    promise = Promise(VISITS, kept_by="finish settle", by=fitter)
    progress = Progress(
        VISITS, by=fitter, starts="open take_over unsatisfied reopen", kept_by="promise postpone wait finish settle"
    )
    quote = Step(
        "on_site", SAME, by=assignee, asks="lines", may="note", sets={"price_fen": total, "paid": True, "agreed": False},
        tells=(customer, owner), key="q", clause="S6-7.02",
    )  # fmt: skip
    accept_quote = Step(
        "on_site", SAME, by=customer | fitter, asks="how", may="sign_off slip note", when={"paid": True, "agreed": False},
        sets={"agreed": True}, public=True, key="b", clause="S6-7.02",
    )  # fmt: skip
    refuse_quote = Step(
        "on_site", "cancelled", by=customer | fitter, asks="note", when={"paid": True, "agreed": False}, public=True,
        tells=(owner,), clause="S6-7.02",
    )  # fmt: skip
    wait = Step(
        "on_site",
        "waiting",
        by=assignee,
        asks="note told",
        needs="promised",
        tells=(customer, dispatcher),
        clause="S6-2.09",
    )
    finish = Step(
        "on_site", "done", by=assignee, asks="result told points", may="photo", points=SITE, tells=(owner, customer),
        offline=True, key="r", clause="S6-1.10 S6-2.10",
    )  # fmt: skip
    sign_off = SignOff(
        "done", "closed", again="taken", by=customer | fitter | supervisor, decide=director, starts="finish",
        within=policy("repair.sign_off", "1wd"), rungs=(rung("0", supervisor),), clause="S6-2.28 S6-2.10",
    )  # fmt: skip
    reopen = Step(
        "closed", "taken", by=desk | owner | supervisor | customer | system, asks="words", new_cycle=True, public=True,
        tells=TOLD, clause="S6-2.28",
    )  # fmt: skip
    mended = Commitment(
        policy("repair.finish", "1wd"), starts="arrive", during="on_site", kept_by="finish wait", again="restart",
        owed_by=assignee, rungs=(rung("0", dispatcher, owner),), clause="S6-2.28",
    )  # fmt: skip
    sign_off.satisfied.may += ("score",)
    ways = {"accept_quote": "quote", "refuse_quote": "quote"}
    examples = {"accept_quote": {"note": "Agreed on the phone: go ahead."}}
    prints = (Form("work_order", clause="S6-2.28"),)

    @quote.refuses("S6-7.02")
    def in_warranty(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        return _("This is in warranty: the customer pays nothing.") if case.fact("in_warranty") else None

    @accept_quote.refuses("S6-7.02")
    def provable(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        if data["how"] != "in_person" and not data.get("note"):
            return _("Write down who agreed, and in which words.")
        return signed(case, data, at)

    @finish.refuses("S6-7.02")
    def without_consent(case: Case, data: dict[str, Any], at: datetime) -> str | None:
        if case.fact("paid") and not case.fact("agreed"):
            return _("The customer has not agreed to the price.")
        return None

    sign_off.satisfied.refuses("S6-2.10")(signed)


class Assistance(Kind):
    """Help at home or a sudden trouble: somebody is there in fifteen minutes; what goes beyond help has its price first."""

    key, number, sheet, owner = "assistance", "QZ", AssistanceSheet, holder("steward", of="place")
    states, facts = "taken assigned on_site waiting closed", "dept"
    choices = {"score": SCORES}
    sees, withdraws = seen_by, customer | desk | owner
    public, resolved_by = "state promised_at agreed_at result", "finish settle settled"
    follow_up, reopens, cleared_daily = "sample 10", "reopen", True
    fitter = assignee | desk | owner
    ASKED = "customer caller channel heard_at heard_by photo dept"

    open = Step(
        None, "taken", by=staff | customer, asks="place words", may=ASKED, tells=(owner, head("dept"), dispatcher, customer),
        key="n", clause="S6-2.13",
    )  # fmt: skip
    settled = Step(
        None,
        "closed",
        by=staff,
        asks="place words result told",
        may=ASKED,
        tells=(owner,),
        public=True,
        clause="S6-1.11",
    )
    settle = Step("taken assigned", "closed", by=fitter, asks="result told how", tells=(owner,), public=True, key="x")
    visit = Visit(kept_by="settle finish", starts="open reopen", at_once="settled")
    promise = Promise(VISITS, kept_by="finish settle", by=fitter)
    progress = Progress(VISITS, by=fitter, starts="open reopen", kept_by="promise postpone wait finish settle")
    wait = Step("on_site", "waiting", by=assignee, asks="note told", needs="promised", tells=(customer, dispatcher))
    finish = Step(
        "on_site", "closed", by=assignee, asks="result told how", may="sign_off slip score", tells=(owner, first_contact),
        public=True, offline=True, key="r", clause="S6-2.10",
    )  # fmt: skip
    reopen = Step(
        "closed", "taken", by=desk | owner | supervisor | customer | system, asks="words", new_cycle=True, public=True,
        tells=(owner, dispatcher), key="z",
    )  # fmt: skip
