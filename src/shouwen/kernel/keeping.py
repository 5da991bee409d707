"""How long what is stored may be kept, by class (PIPL arts 19, 47): months after which it goes, a policy of each house."""

from __future__ import annotations

from datetime import date, datetime

from shouwen.ground.models import File
from shouwen.kernel.goals import policy
from shouwen.kernel.rulebook import rulebook
from shouwen.kernel.zones import local_date
from shouwen.worktime.calendar import add_months

ACCOUNTING = "ACCOUNTING"  # vouchers: order 79 on accounting archives, 30 years, whatever else is erased
MONTHS = {"FORMER": 36, "CASE": 36, "ID_COPY": 12, ACCOUNTING: 360}
TERMS = policy("privacy.keep_months", MONTHS)


def months(org_id: int, sort: str, at: datetime) -> int:
    """The term of a class; one that the policy does not name (or names badly) has the term delivered with the product."""
    found = rulebook(org_id, None).policy(TERMS.key, TERMS.default, at)[0].get(sort)
    fine = isinstance(found, int) and not isinstance(found, bool) and found >= 0
    return int(found) if fine else MONTHS.get(sort, MONTHS["CASE"])


def ended_before(org_id: int, sort: str, at: datetime) -> date:
    """What ended before this day has been kept long enough."""
    return add_months(local_date(at), -months(org_id, sort, at))


def kept_until(file: File, at: datetime) -> date:
    """The last day of a file: the one it names, else its class's term from when it was stored."""
    if file.expires_date is not None:
        return file.expires_date
    return add_months(local_date(file.created_at), months(file.org_id, file.retention, at))


def must_stay(file: File, at: datetime) -> bool:
    """Whether accounting still needs it: then no erasure takes it."""
    return file.retention == ACCOUNTING and kept_until(file, at) >= local_date(at)
