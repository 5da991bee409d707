"""The tables of change. Rows here are written by the kernel alone: perform, the sweep, policies, the erase run."""

from shouwen.kernel.models.answer import Answer, AnswerSet, SheetLine
from shouwen.kernel.models.case import Case, CaseActor, CaseLink, Laddered, Parked, Sheet, SheetCycle
from shouwen.kernel.models.clock import Alarm, Clock, ClockPause
from shouwen.kernel.models.journal import Entry, EntryData, Seal, Stream
from shouwen.kernel.models.message import (
    Consent,
    Look,
    Notice,
    NoticeOff,
    Outbox,
    OutboxDone,
    Submission,
    Webhook,
    Wording,
)
from shouwen.kernel.models.rule import CalendarBook, CalendarVersion, Policy, PolicyVersion
from shouwen.kernel.models.work import (
    Attachment,
    Beat,
    Credential,
    Figure,
    FigureDelta,
    Run,
    RunItem,
    Schedule,
    Series,
    Token,
)

__all__ = [
    "Alarm",
    "Answer",
    "AnswerSet",
    "Attachment",
    "Beat",
    "CalendarBook",
    "CalendarVersion",
    "Case",
    "CaseActor",
    "CaseLink",
    "Clock",
    "ClockPause",
    "Consent",
    "Credential",
    "Entry",
    "EntryData",
    "Figure",
    "FigureDelta",
    "Laddered",
    "Look",
    "Notice",
    "NoticeOff",
    "Outbox",
    "OutboxDone",
    "Parked",
    "Policy",
    "PolicyVersion",
    "Run",
    "RunItem",
    "Schedule",
    "Seal",
    "Series",
    "Sheet",
    "SheetCycle",
    "SheetLine",
    "Stream",
    "Submission",
    "Token",
    "Webhook",
    "Wording",
]
