"""A small HTTP client for figures: one or several at once, each on a connection that stays open."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Ask = tuple[str, str, bytes | None]  # method, address, body
GOOD = (200, 201, 302)


@dataclass
class Figures:
    """What a load came to: seconds of each answer, and how many were refused."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    lasted: float = 0.0

    def part(self, share: float) -> float:
        """A quantile in milliseconds."""
        found = sorted(self.seconds)
        return 1000 * found[min(len(found) - 1, int(share * len(found)))] if found else 0.0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.lasted if self.lasted else 0.0


class Client:
    """Somebody signed in (by a cookie) or a machine (by a token)."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.port, self.headers = port, {"Content-Type": "application/json", "Accept-Encoding": "identity", **headers}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, ask: Ask, **headers: str) -> tuple[int, bytes]:
        """One answer; a connection that the server closed while it lay idle is opened anew, as browsers do."""
        try:
            return self._ask(ask, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            return self._ask(ask, headers)

    def _ask(self, ask: Ask, headers: Mapping[str, str]) -> tuple[int, bytes]:
        method, address, body = ask
        self.connection.request(method, address, body, {**self.headers, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def load(clients: list[Client], ask: Callable[[int, int], Ask], *, seconds: float, least: int = 20) -> Figures:
    """Each client asks one after the other for a while; `ask(client, turn)` says what."""
    found, lock = Figures(), threading.Lock()

    def run(number: int, client: Client) -> None:
        mine, errors, turn, until = [], 0, 0, time.perf_counter() + seconds
        while time.perf_counter() < until or turn < least:
            wanted = ask(number, turn)
            began = time.perf_counter()
            status, _body = client.ask(wanted, **({"Idempotency-Key": f"{number}-{began}"} if wanted[2] else {}))
            mine.append(time.perf_counter() - began)
            errors += status not in GOOD
            turn += 1
        with lock:
            found.seconds += mine
            found.errors += errors

    began = time.perf_counter()
    threads = [threading.Thread(target=run, args=(n, client)) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.lasted = time.perf_counter() - began
    return found


def body(**answers: object) -> bytes:
    return json.dumps(answers, ensure_ascii=False).encode()


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time a server and its processes have used."""
    used = 0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        used += int(fields[11]) + int(fields[12])
    return used / 100


def pss_mib(pid: int) -> float:
    """Memory of a server and its processes, shared pages counted once."""
    kib = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        kib += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kib / 1024
