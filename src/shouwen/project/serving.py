"""Web and worker as one command: the product is loaded once and forked, so that its processes share their memory."""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

FORK = sys.platform == "linux"
WORKER_REST = 2.0  # seconds between a worker's death and its successor, so that a crash loop stays quiet
STOP_WITHIN = 15.0  # seconds for the worker to finish what it has in hand

log = logging.getLogger("shouwen.serve")


def die_with_parent() -> None:
    """A child of a killed server must not go on serving its port: Linux sends it SIGTERM when its parent is gone."""
    if FORK:
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def load() -> Any:
    """The web application with all its addresses resolved, ready to be forked; no connection stays open."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from django.urls import get_resolver

    application = get_wsgi_application()
    _ = get_resolver().url_patterns
    connections.close_all()
    gc.freeze()  # what is loaded stays; looking through it for garbage would only copy it into each process
    gc.enable()
    return application


def application() -> Any:
    """What each web process answers with."""
    die_with_parent()
    return load()


def work() -> None:
    """The worker's process: the same as `shouwen worker`, stopped by SIGTERM alone (Ctrl-C reaches the server, which tells it)."""
    die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from shouwen.project.cli import app

    app(["worker"], standalone_mode=True)


class Worker:
    """One worker beside the web: started, looked after, stopped."""

    def __init__(self) -> None:
        self.process: Any = None
        self.stopping = threading.Event()

    def start(self) -> None:
        self.process = multiprocessing.Process(target=work, name="shouwen-worker")
        self.process.start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.process.join()
            if self.stopping.wait(WORKER_REST):
                return
            log.error("the worker ended with %s; starting another", self.process.exitcode)
            # from a thread, only a fresh process is safe to start
            self.process = multiprocessing.get_context("spawn").Process(target=work, name="shouwen-worker")
            self.process.start()

    def stop(self) -> None:
        self.stopping.set()
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(STOP_WITHIN)
        if self.process.is_alive():
            self.process.kill()


def announce(url: str, then: Callable[[], None]) -> None:
    """Calls `then` once the address answers; gives up without a word after a minute."""
    from http.client import HTTPConnection

    host, _, port = url.removeprefix("http://").rpartition(":")
    for _attempt in range(600):
        try:
            connection = HTTPConnection(host, int(port), timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            connection.close()
            break
        except OSError:
            time.sleep(0.05)
    else:
        return
    then()


def serve(*, host: str, port: int, processes: int, with_worker: bool, ready: Callable[[], None] | None = None) -> None:
    """Serves until SIGTERM or Ctrl-C; then finishes the requests in hand, stops the worker and returns."""
    from granian import Granian
    from granian.constants import Interfaces

    if FORK:
        multiprocessing.set_start_method("fork", force=True)
        load()
    server = Granian(
        "shouwen.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=1,
        respawn_failed_workers=True,
        workers_kill_timeout=int(STOP_WITHIN),
        log_enabled=False,
    )
    if with_worker:
        worker = Worker()
        server.on_startup(worker.start)
        server.on_shutdown(worker.stop)
    if ready is not None:
        reach = "127.0.0.1" if host == "0.0.0.0" else host
        threading.Thread(target=announce, args=(f"http://{reach}:{port}", ready), daemon=True).start()
    server.serve(target_loader=application, wrap_loader=False)
