"""A worker that kills itself (SIGKILL) right before an SQL statement of its work: `dying_worker.py PATTERN MOMENT`."""

from __future__ import annotations

import os
import re
import signal
import sys
from datetime import datetime
from typing import Any


def main(pattern: str, moment: str) -> None:
    from shouwen.project.start import start

    start()
    from django.db import connection

    from shouwen.kernel.worker import Worker

    wanted = re.compile(pattern)

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if wanted.search(sql):
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    worker = Worker(lambda: datetime.fromisoformat(moment))
    with connection.execute_wrapper(watch):
        while worker.turn():
            pass
    sys.exit("no statement matched")


if __name__ == "__main__":
    main(*sys.argv[1:])
