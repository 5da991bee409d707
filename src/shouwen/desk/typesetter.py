"""A process of its own that sets the papers of one run: `python -m shouwen.desk.typesetter RUN MOMENT`."""

from __future__ import annotations

import os
import sys
from datetime import datetime


def main(run_id: str, at: str) -> None:
    """Starts Django, then sets the papers; the moment is the one at which the worker handed the run over."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwen.project.settings")
    import django

    django.setup()
    from shouwen.desk import bulk

    bulk.set_papers(int(run_id), at=datetime.fromisoformat(at))


if __name__ == "__main__":
    main(*sys.argv[1:])
