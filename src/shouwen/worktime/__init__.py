"""Working time: goals, calendars, due times, working time between two moments. Pure Python, no database, no clock."""

from shouwen.worktime.builtin import calendar
from shouwen.worktime.calendar import Calendar, Due
from shouwen.worktime.goals import Goal, GoalError, Offset, parse_offset
from shouwen.worktime.official import AnnouncementError, OfficialYears, import_year
from shouwen.worktime.spec import CalendarError

__all__ = [
    "AnnouncementError",
    "Calendar",
    "CalendarError",
    "Due",
    "Goal",
    "GoalError",
    "OfficialYears",
    "Offset",
    "calendar",
    "import_year",
    "parse_offset",
]
