"""Work in a place of its own, as another process: `seed.py make` (three cases), `more` (one more), `count`."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any


def main(what: str) -> None:
    from shouwen.project import schema
    from shouwen.project.start import start

    start()
    if schema.pending():
        schema.migrate()
    {"make": make, "more": more, "count": count}[what]()


def make() -> None:
    from django.utils import timezone

    from tests.support import a_case, act
    from tests.world import build

    world, now = build(), timezone.now()
    case = a_case(world, "complaint", "told", at=now - timedelta(hours=3), customer=world.parties["fang"])
    act(world, "satisfied", case, who="supervisor", at=now - timedelta(hours=1), how="in_person", sign_off=_slip())
    for _number in range(2):
        a_case(world, "complaint", at=now - timedelta(minutes=20))


def _slip() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("slip.txt", b"seen by the camera", content_type="text/plain")


def more() -> None:
    from django.utils import timezone

    from shouwen.ground.actors import actor_for
    from shouwen.ground.models import Account
    from shouwen.kernel.perform import perform

    now = timezone.now()
    desk = actor_for(Account.objects.get(username="desk"), at=now)
    perform("open", actor=desk, at=now, kind="complaint", data={"place": "1-1-101", "words": "又漏水了"})


def count() -> None:
    from shouwen.ground import files
    from shouwen.kernel.models import Attachment, Case

    with files.open_file(Attachment.objects.get(word="sign_off").file) as held:
        said = held.read().decode()
    sys.stdout.write(json.dumps({"cases": Case.objects.count(), "read": said}))


if __name__ == "__main__":
    main(*sys.argv[1:])
