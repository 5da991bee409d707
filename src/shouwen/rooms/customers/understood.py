"""The file of a run looked at anew: the same columns, the same choices, against what is there now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from shouwen.ground import files
from shouwen.kernel.refusals import Refusal
from shouwen.rooms.customers import headings, importing, sheets
from shouwen.rooms.customers.models import ImportRun


def planned(kept: ImportRun, *, at: datetime, still: Callable[[], None] | None = None) -> importing.Plan:
    """What is still to be written of a run; `still` is called now and then while its rows are looked at."""
    if kept.file is None:
        raise Refusal(_("The file of this run is gone."))
    with files.open_file(kept.file) as opened:
        data = opened.read()
    chosen = kept.choices.get("columns", {})
    layouts = [
        headings.understand(sheet, {int(column): name for column, name in chosen.get(str(n), {}).items()})
        for n, sheet in enumerate(sheets.read(data, kept.file_name))
    ]
    may_build = bool(kept.choices.get("may_build"))
    return importing.plan(layouts, org_id=kept.org_id, site=kept.site, at=at, may_build=may_build, still=still)
