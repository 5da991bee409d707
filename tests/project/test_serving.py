"""Web and worker as one real process: first start, second start, stopping, being killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error

import pytest

from tests.project.places import PATIENCE, Place, a_place, end, free_port, get, until

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(tmp_path):
    with a_place(tmp_path / "data") as made:
        yield made


class Served:
    """A server that was started, and what it says."""

    def __init__(self, place: Place, tmp_path, name: str) -> None:
        self.port, self.log = free_port(), tmp_path / f"{name}.log"
        place.env["PORT"] = str(self.port)
        self.process = place.start("serve", "--processes", "1", log=self.log)
        self.said = until(self.log, "Shouwen serves at", self.process)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def healthy(self) -> dict[str, object]:
        """What /healthz says once a worker has given a sign of life."""
        deadline = time.monotonic() + PATIENCE
        while True:
            said = json.loads(get(self.url("/healthz"))[1])
            if said["worker_seconds"] is not None or time.monotonic() > deadline:
                return said
            time.sleep(0.1)

    def reachable(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


LOADED = """
import gc, sys
from shouwen.project.start import start
gc.disable()
start()
from shouwen.project.serving import load
load()
heavy = ("PIL", "openpyxl", "weasyprint", "xlsxwriter", "pypinyin", "python_calamine", "argon2")
print(sorted(name for name in heavy if name in sys.modules), gc.isenabled(), gc.get_freeze_count() > 0)
"""


def test_a_start_loads_nothing_that_only_some_need(place):
    """What prints and spreadsheets need is loaded when first asked for; it would be most of a start."""
    said = subprocess.run(
        [sys.executable, "-c", LOADED], env=place.env, capture_output=True, text=True, check=True
    ).stdout

    assert said.splitlines() == ["[] True True"]


def test_serve_makes_its_database_serves_and_stops_cleanly(place, tmp_path):
    first = Served(place, tmp_path, "first")
    try:
        assert "Bringing the tables up to this version" in first.said
        assert f"http://127.0.0.1:{first.port}" in first.said
        said = first.healthy()
        assert said["status"] == "ok" and said["worker_seconds"] is not None
        status, page = get(first.url("/"))
        assert status == 200 and 'lang="zh-Hans"' in page and "开始使用" in page
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(PATIENCE) == 0
        assert first.log.read_text().rstrip().endswith("Stopped.")
        assert not first.reachable()
    finally:
        end(first.process)
    second = Served(place, tmp_path, "second")
    try:
        assert "Bringing the tables" not in second.said
        os.killpg(second.process.pid, signal.SIGINT)  # Ctrl-C reaches every process of the terminal
        assert second.process.wait(PATIENCE) == 0
        assert "Traceback" not in second.log.read_text()
    finally:
        end(second.process)
    doctor = json.loads(place.run("doctor", "--json").stdout)
    assert {f["what"]: f["level"] for f in doctor["findings"]}["Worker"] == "warning"


def test_serve_killed_leaves_no_process_behind_on_its_port(place, tmp_path):
    served = Served(place, tmp_path, "killed")
    try:
        served.process.kill()
        served.process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while served.reachable() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not served.reachable()
    finally:
        end(served.process)


def test_serve_says_at_once_that_its_port_is_taken(place):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        done = place.run("serve", "--port", str(holder.getsockname()[1]))
    assert done.returncode == 1 and "is taken" in done.stderr
    assert not place.folder.exists() or not list(place.folder.glob("*.sqlite3"))


def test_health_says_down_where_the_database_has_no_tables(place, tmp_path):
    """The web alone, on tables that are gone: whoever watches is told."""
    served = Served(place, tmp_path, "down")
    try:
        _drop_tables(place)
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(served.url("/healthz"))
        assert caught.value.code == 503
        assert json.loads(caught.value.read())["status"] == "down"
    finally:
        end(served.process)


def _drop_tables(place: Place) -> None:
    code = (
        "from shouwen.project.start import start; start();"
        "from django.db import connection; c = connection.cursor();"
        "c.execute('ALTER TABLE kernel_beat RENAME TO gone')"
    )
    subprocess.run([place_python(), "-c", code], env=place.env, check=True, timeout=PATIENCE)


def place_python() -> str:
    import sys

    return sys.executable
