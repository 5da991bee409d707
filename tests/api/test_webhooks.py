"""Webhooks: a real receiver on this machine checks the signature, is down, comes back, and gets each event once more."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from shouwen.kernel import outbox, webhooks
from shouwen.kernel.models import Entry, Outbox, Webhook
from tests.api.caller import Caller
from tests.support import a_case, act
from tests.world import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """A small web server that answers what the test says, and keeps what came."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        keep = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                keep.got.append((dict(self.headers.items()), body))
                self.send_response(keep.answers.pop(0) if keep.answers else 200)
                self.end_headers()

            def log_message(self, *_args):
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE = True
    made = Receiver()
    yield made
    made.stop()


def drain(at):
    while outbox.drain("test", at=at):
        pass


def test_a_hook_is_made_by_the_manager_told_signed_and_ended(world, receiver):
    manager = Caller(world, "manager")
    status, made = manager.post("/webhooks", {"url": receiver.url, "topics": "job.open part"})
    assert (status, made["topics"]) == (201, ["job.open", "part"])
    listed = manager.get("/webhooks")[1]["items"]
    assert [one["url"] for one in listed] == [receiver.url] and "secret" not in listed[0]

    case = a_case(world, "job", words="滴水：只有内部知道")
    act(world, "begin", case, at=MONDAY)
    drain(MONDAY)

    ((headers, body),) = receiver.got
    assert headers["Shouwen-Signature"] == webhooks.signature(made["secret"], headers["Shouwen-Timestamp"], body)
    said = json.loads(body)
    assert (said["event"], said["case"], said["seq"], said["state"]) == ("job.open", case.no, 1, "taken")
    assert "内部" not in body.decode() and not any(key.startswith("_") for key in said["facts"])

    assert manager.send("DELETE", f"/webhooks/{made['id']}")[0] == 204
    assert manager.send("DELETE", f"/webhooks/{made['id']}")[0] == 404
    a_case(world, "job")
    drain(MONDAY)
    assert len(receiver.got) == 1
    steps = list(Entry.objects.filter(stream_type="webhook").order_by("seq").values_list("step", flat=True))
    assert steps == ["add", "end"]


def test_a_receiver_that_is_down_is_tried_again_later_and_told_once(world, receiver):
    webhooks.add(receiver.url, "job", actor=world.actor("manager"), at=MONDAY)
    receiver.answers = [500, 503]
    a_case(world, "job")

    drain(MONDAY)
    assert len(receiver.got) == 1
    waiting = Outbox.objects.get(topic="webhook")
    assert (waiting.done_at, waiting.tries) == (None, 1) and "500" in waiting.error
    drain(MONDAY)
    assert len(receiver.got) == 1, "not before its time"
    drain(MONDAY + timedelta(minutes=1))
    drain(MONDAY + timedelta(minutes=10))
    drain(MONDAY + timedelta(minutes=20))

    assert len(receiver.got) == 3
    assert len({body for _headers, body in receiver.got}) == 1
    assert Outbox.objects.get(topic="webhook").done_at is not None


def test_nobody_is_sent_into_the_own_network(world, receiver, settings):
    settings.WEBHOOK_PRIVATE = False
    webhooks.add(receiver.url, "*", actor=world.actor("manager"), at=MONDAY)
    a_case(world, "job")
    drain(MONDAY)
    assert receiver.got == []
    assert "own network" in Outbox.objects.get(topic="webhook").error


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "ftp://example.invalid"}, "url"), ({"url": "http://a:b@example.invalid"}, "url"), ({}, "url"),
        ({"url": "https://example.invalid", "topics": "jobb"}, "topics"),
        ({"url": "https://example.invalid", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_hook_is_refused(world, body, field):
    status, said = Caller(world, "manager").post("/webhooks", body)
    assert (status, field in said["errors"]) == (422, True)
    assert not Webhook.objects.exists()


def test_hooks_are_for_the_manager(world):
    hook = webhooks.add("https://example.invalid/x", "*", actor=world.actor("manager"), at=MONDAY)
    for who in ("desk", "fang", "supervisor"):
        caller = Caller(world, who)
        assert caller.get("/webhooks")[0] == caller.post("/webhooks", {"url": "https://example.invalid"})[0] == 403
        assert caller.send("DELETE", "/webhooks/x")[0] == 403
    assert Webhook.objects.get().active and hook.active
